/** The few pieces of the protobuf wire format that the hot path reads and writes by itself. */

const TWO_TO_28 = 2 ** 28;

export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

/** Into a buffer that is exactly as long as what is written. */
export class WireWriter {
  readonly buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest >= TWO_TO_28; rest = Math.floor(rest / 0x80)) this.#byte((rest & 0x7f) | 0x80);
    for (; rest >= 0x80; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80);
    this.#byte(rest);
  }

  /** A tag of up to four bits of field number, and the length of what follows. */
  tagged(tag: number, length: number): void {
    this.#byte(tag);
    this.varint(length);
  }

  /** Zero is what an absent field means. */
  number(tag: number, value: number): void {
    if (value === 0) return;
    this.#byte(tag);
    this.varint(value);
  }

  text(tag: number, text: string): void {
    if (text === '') return;
    this.tagged(tag, Buffer.byteLength(text));
    this.#at += this.buffer.write(text, this.#at);
  }

  /** A string of one byte per character. */
  bytesOf(tag: number, key: string): void {
    if (key === '') return;
    this.tagged(tag, key.length);
    this.#at += this.buffer.write(key, this.#at, 'latin1');
  }

  raw(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #byte(value: number): void {
    this.buffer[this.#at] = value;
    this.#at += 1;
  }
}

/** @throws RangeError when the bytes end too early or say something impossible. */
export class WireReader {
  readonly buffer: Buffer;
  at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.buffer[this.at];
      if (byte === undefined) throw new RangeError('the message ends within a number');
      this.at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
      if (factor > Number.MAX_SAFE_INTEGER) throw new RangeError('a number is too long');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number is too large');
    return value;
  }

  /** Reads a length, and says where what follows it ends. */
  end(): number {
    const length = this.varint();
    if (length > this.buffer.length - this.at) throw new RangeError('the message ends too early');
    return this.at + length;
  }

  text(): string {
    const end = this.end();
    const text = this.buffer.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  latin1(): string {
    const end = this.end();
    const text = this.buffer.toString('latin1', this.at, end);
    this.at = end;
    return text;
  }

  /** A view: it keeps the whole message alive. */
  bytes(): Uint8Array {
    const end = this.end();
    const bytes = this.buffer.subarray(this.at, end);
    this.at = end;
    return bytes;
  }
}
