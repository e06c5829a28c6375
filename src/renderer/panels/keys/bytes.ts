import type { Bytes } from '../../../contract/index.ts';

const ENCODER = new TextEncoder();
// A byte order mark is part of the value, and stays.
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Arguments of one call are limited. */
const PIECE = 8_192;

export const NO_BYTES = new Uint8Array(0);

export function bytesOf(value: Bytes): Uint8Array {
  if ('text' in value) return ENCODER.encode(value.text);
  const binary = atob(value.base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** As the contract carries it: text when it is text. */
export function wireOf(bytes: Uint8Array): Bytes {
  const text = textOf(bytes);
  return text === undefined ? { base64: base64Of(bytes) } : { text };
}

export function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += PIECE) binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(binary);
}

export function encodeText(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** The text that these bytes are in UTF-8, to the byte; undefined: they are not text. */
export function textOf(bytes: Uint8Array): string | undefined {
  // NUL is UTF-8 too, but no text for people.
  if (bytes.includes(0)) return undefined;
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The same for the beginning of a value, whose last character may have been cut in two. */
export function textOfBeginning(bytes: Uint8Array): string | undefined {
  for (let end = bytes.length; end > 0 && end >= bytes.length - 3; end -= 1) {
    const text = textOf(bytes.subarray(0, end));
    if (text !== undefined) return text;
    // A part of a longer character has its highest bit set.
    if (bytes[end - 1]! < 0x80) return undefined;
  }
  return bytes.length === 0 ? '' : undefined;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

export interface ByteDifference {
  readonly leftBytes: number;
  readonly rightBytes: number;
  /** First place at which they differ; undefined when they are the same. */
  readonly firstAt: number | undefined;
  /** Places at which they differ, as far as both reach. */
  readonly differing: number;
}

/** For values of which no text can be compared. */
export function byteDifference(left: Uint8Array, right: Uint8Array): ByteDifference {
  const length = Math.min(left.length, right.length);
  let firstAt: number | undefined;
  let differing = 0;
  for (let at = 0; at < length; at += 1) {
    if (left[at] === right[at]) continue;
    firstAt ??= at;
    differing += 1;
  }
  if (firstAt === undefined && left.length !== right.length) firstAt = length;
  return { leftBytes: left.length, rightBytes: right.length, firstAt, differing };
}
