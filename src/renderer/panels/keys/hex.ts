export const BYTES_PER_ROW = 16;

export interface HexRow {
  /** `0001a0` */
  readonly offset: string;
  /** Two groups of eight. */
  readonly left: string;
  readonly right: string;
  readonly ascii: string;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexRowCount(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BYTES_PER_ROW);
}

export function hexRow(bytes: Uint8Array, row: number): HexRow {
  const from = row * BYTES_PER_ROW;
  const half = from + BYTES_PER_ROW / 2;
  const end = Math.min(from + BYTES_PER_ROW, bytes.length);
  let ascii = '';
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at]!;
    ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
  }
  return {
    offset: from.toString(16).padStart(6, '0'),
    left: hexOf(bytes, from, half),
    right: hexOf(bytes, half, end),
    ascii,
  };
}

function hexOf(bytes: Uint8Array, from: number, to: number): string {
  const pairs: string[] = [];
  for (let at = from; at < Math.min(to, bytes.length); at += 1) pairs.push(HEX[bytes[at]!]!);
  return pairs.join(' ');
}

/** Bytes from what a person wrote: pairs of hex digits, with any white space. A text says what is wrong. */
export function parseHex(text: string): Uint8Array | string {
  const digits = text.replace(/\s+/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong !== null) return `"${wrong[0]}" is not a hex digit.`;
  if (digits.length % 2 !== 0) return 'A byte is two digits: one is missing at the end.';
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** As `parseHex` reads it, a line for each row. */
export function formatHex(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let row = 0; row < hexRowCount(bytes.length); row += 1) {
    const { left, right } = hexRow(bytes, row);
    rows.push(right === '' ? left : `${left}  ${right}`);
  }
  return rows.join('\n');
}
