import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Hello, PeerFrame, PeerMessage as WireMessage } from '../../gen/synod/v1/peer.ts';
import type { Message } from '../consensus/messages.ts';
import type { HostMessage } from '../host/messages.ts';
import type { PeerMessage } from '../host/ports.ts';
import { bodyToWire, messageFromWire, partsOf } from './codec.ts';
import { MalformedMessage } from './malformed.ts';

/**
 * Frames are assembled and taken apart here and not by the generated code, for three reasons: a message that goes to
 * several peers is encoded once, the size of each message is known to the log and to the bounds, and a batch is read
 * message by message, so that a hostile one cannot make many objects out of few bytes before it is noticed.
 */

/** One message as it will stand in a frame: `header` differs per receiver, `body` is shared between them. */
export interface EncodedMessage {
  readonly messageId: string;
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  readonly bytes: number;
}

export type Frame =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'keepAlive'; readonly counter: number }
  | { readonly kind: 'batch'; readonly messages: Iterable<ReceivedMessage> };

export interface ReceivedMessage {
  readonly messageId: string;
  readonly bytes: number;
  readonly message: PeerMessage;
}

/** Field numbers and types of PeerFrame.batch and PeerBatch.messages in `proto/synod/v1/peer.proto`. */
const BATCH_TAG = (2 << 3) | WireType.LengthDelimited;
const MESSAGES_TAG = (1 << 3) | WireType.LengthDelimited;
/** Tag and length around one message. */
export const MESSAGE_OVERHEAD_BYTES = 6;

/** Encodes messages and numbers them. One per agent: ids are unique per sender and boot. */
export class MessageEncoder {
  readonly #idPrefix: string;
  #writer = new BinaryWriter();
  /** A leader hands the same message object to every peer. */
  readonly #bodies = new WeakMap<Message | HostMessage, Uint8Array>();
  #count = 0;

  constructor(bootId: string) {
    this.#idPrefix = bootId.slice(0, 8);
  }

  encode(message: PeerMessage): EncodedMessage {
    const { addressing, message: content } = partsOf(message);
    const { group, cellId, from, to, epoch } = addressing;
    let body = this.#bodies.get(content);
    if (body === undefined) {
      body = this.#part({ ...EMPTY, body: bodyToWire(content) });
      this.#bodies.set(content, body);
    }
    this.#count += 1;
    const messageId = `${this.#idPrefix}-${this.#count.toString(36)}`;
    const header = this.#part({ group, cellId, from, to, epoch, messageId, body: undefined });
    return { messageId, header, body, bytes: header.length + body.length };
  }

  /** Encodings of the same message type, one after the other, are the encoding of the merged message. */
  #part(message: WireMessage): Uint8Array {
    try {
      return WireMessage.encode(message, this.#writer).finish();
    } catch (error) {
      // What was written of it must not begin the next message.
      this.#writer = new BinaryWriter();
      throw error;
    }
  }
}

const EMPTY: WireMessage = { group: 0, cellId: '', from: '', to: '', epoch: 0, messageId: '', body: undefined };

export function encodeHello(hello: Hello): Buffer {
  return asBuffer(PeerFrame.encode({ kind: { $case: 'hello', value: hello } }).finish());
}

/** The counter of a keep-alive by which nothing is measured: a sign of life, and no more. */
export const UNMEASURED = 0;

export function encodeKeepAlive(counter: number): Buffer {
  return asBuffer(PeerFrame.encode({ kind: { $case: 'keepAlive', value: { counter } } }).finish());
}

export function encodeBatch(messages: readonly EncodedMessage[]): Buffer {
  let inner = 0;
  for (const { bytes } of messages) inner += 1 + varintLength(bytes) + bytes;
  const frame = Buffer.allocUnsafe(1 + varintLength(inner) + inner);
  let at = writeVarint(frame, BATCH_TAG, 0);
  at = writeVarint(frame, inner, at);
  for (const { header, body, bytes } of messages) {
    at = writeVarint(frame, MESSAGES_TAG, at);
    at = writeVarint(frame, bytes, at);
    frame.set(header, at);
    frame.set(body, at + header.length);
    at += bytes;
  }
  return frame;
}

/**
 * @throws MalformedMessage; for a batch, iterating over its messages throws it when it comes to the bad one
 */
export function decodeFrame(frame: Uint8Array): Frame {
  const reader = new BinaryReader(frame);
  if (frame[0] === BATCH_TAG) {
    reader.pos = 1;
    const length = readLength(reader, frame.length);
    if (reader.pos + length !== frame.length) throw new MalformedMessage('a frame holds more than one batch');
    return { kind: 'batch', messages: readMessages(reader, frame.length) };
  }
  const { kind } = guarded(() => PeerFrame.decode(reader));
  if (kind?.$case === 'hello') return { kind: 'hello', hello: kind.value };
  if (kind?.$case === 'keepAlive') return { kind: 'keepAlive', counter: kind.value.counter };
  throw new MalformedMessage('a frame of no known kind');
}

function* readMessages(reader: BinaryReader, end: number): Generator<ReceivedMessage> {
  while (reader.pos < end) {
    if (guarded(() => reader.uint32()) !== MESSAGES_TAG) throw new MalformedMessage('a batch holds something else');
    const bytes = readLength(reader, end);
    const messageEnd = reader.pos + bytes;
    const wire = guarded(() => WireMessage.decode(reader, bytes));
    if (reader.pos !== messageEnd) throw new MalformedMessage('a message does not end where its length says');
    yield { messageId: wire.messageId, bytes, message: messageFromWire(wire) };
  }
}

function readLength(reader: BinaryReader, end: number): number {
  const length = guarded(() => reader.uint32());
  if (reader.pos + length > end) throw new MalformedMessage('a length reaches beyond its frame');
  return length;
}

/** The generated decoder throws plain errors for bytes that are no protobuf, for example at a premature end. */
function guarded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new MalformedMessage(error instanceof Error ? error.message : String(error));
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

function writeVarint(target: Uint8Array, value: number, start: number): number {
  let at = start;
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
