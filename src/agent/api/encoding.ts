import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** What generated code offers for a kind of message. */
export interface MessageType<T> {
  encode(message: T, writer: BinaryWriter): BinaryWriter;
  decode(bytes: Uint8Array): T;
  /** Protobuf's JSON. */
  fromJSON(json: unknown): T;
  toJSON(message: T): unknown;
}

/** Up to here a copy into Node's pool is cheaper than a buffer of its own, for the collector above all. */
const POOLED_BYTES_MAX = 2_048;
const KEPT_WRITER_BYTES_MAX = 64 * 1024;

/** Encoding is synchronous, so one writer serves all of it; one per message would allocate its buffer every time. */
let writer = new BinaryWriter();

export function encodeMessage<T>(type: MessageType<T>, message: T): Buffer {
  try {
    const bytes = type.encode(message, writer).finish();
    if (bytes.length > KEPT_WRITER_BYTES_MAX) writer = new BinaryWriter();
    return bytes.length <= POOLED_BYTES_MAX ? Buffer.from(bytes) : asBuffer(bytes);
  } catch (error) {
    // It holds half a message.
    writer = new BinaryWriter();
    throw error;
  }
}

const NO_BYTES = Buffer.alloc(0);

/** Without copying. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return bytes.length === 0 ? NO_BYTES : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
