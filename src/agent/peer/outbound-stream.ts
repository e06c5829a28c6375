import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { Hello } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import { decodeFrame, type EncodedMessage, encodeBatch, encodeHello, encodeKeepAlive, UNMEASURED } from './frames.ts';
import type { Address } from './ports.ts';
import { type ReceivedRefusal, refusalOf } from './refusals.ts';
import { connect, type PeerClient } from './transport.ts';

export interface StreamLimits {
  readonly keepAliveMs: number;
  readonly silenceMs: number;
  readonly bufferMaxBytes: number;
}

export interface OutboundStreamOptions {
  readonly address: Address;
  readonly hello: Hello;
  readonly limits: StreamLimits;
  readonly nowMs: () => number;
  /** False while a policy cuts this direction: nothing is written, as if the network took it. */
  readonly mayWrite: () => boolean;
  /** How much later a policy lets what is measured be, on the way there and when it is back here. */
  readonly lateMs: () => number;
  /** The other side answered for the first time: it has taken our Hello. */
  readonly onUp: () => void;
  /** Any sign of life, with the time a keep-alive took there and back. Returns false to ignore it (a cut direction). */
  readonly onHeard: (roundTripMs: number | undefined) => boolean;
  /** Called once; the stream is of no use afterwards and what was queued is lost. */
  readonly onEnd: (failure: ReceivedRefusal) => void;
}

/** A batch stops growing here, so that a heartbeat never waits behind megabytes of its own frame. */
const BATCH_TARGET_BYTES = 256 * 1024;

/** Answers that are waited for: a policy may hold both ways up for twenty seconds, and a silent link ends long before. */
const MEASURED_MAX = 256;

/**
 * One connection with one stream on it, in one direction: Hello, then batches and keep-alives. Messages that are queued
 * while a frame is being written go into the next one. It never reconnects; its link makes a new one.
 */
export class OutboundStream {
  readonly #options: OutboundStreamOptions;
  readonly #client: PeerClient;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #timer: NodeJS.Timeout;
  readonly #sentAtMs = new Map<number, number>();
  readonly #late = new Set<NodeJS.Timeout>();
  #queue: EncodedMessage[] = [];
  #queuedBytes = 0;
  /** Bytes of the frame that gRPC has not taken off our hands yet. */
  #writingBytes = 0;
  #isScheduled = false;
  #isUp = false;
  #isEnded = false;
  #counter = 0;
  #heardMs: number;
  #tickedMs: number;

  constructor(options: OutboundStreamOptions) {
    this.#options = options;
    this.#heardMs = options.nowMs();
    this.#tickedMs = this.#heardMs;
    this.#client = connect(options.address);
    this.#call = this.#client.exchange();
    this.#call.on('data', (frame: Buffer) => this.#receive(frame));
    this.#call.on('error', (error: ServiceError) => this.#end(refusalOf(error)));
    this.#call.on('end', () => this.#end({ reason: '', agentId: '', text: 'the peer closed the stream' }));
    this.#timer = setInterval(() => this.#keepAlive(), options.limits.keepAliveMs);
    this.#write(encodeHello(options.hello));
  }

  get bufferedBytes(): number {
    return this.#queuedBytes + this.#writingBytes;
  }

  /** Best effort. Overflow ends the stream: consensus sends again what matters, and memory stays bounded. */
  push(message: EncodedMessage): void {
    if (this.#isEnded) return;
    if (this.bufferedBytes + message.bytes > this.#options.limits.bufferMaxBytes) {
      const text = `more than ${this.#options.limits.bufferMaxBytes} bytes are waiting for the peer to read`;
      this.#end({ reason: '', agentId: '', text });
      return;
    }
    this.#queue.push(message);
    this.#queuedBytes += message.bytes;
    this.#schedule();
  }

  /** What is queued goes into a frame, unless one is being written. */
  flush(): void {
    if (this.#isEnded || this.#writingBytes > 0 || this.#queue.length === 0) return;
    let count = 0;
    let bytes = 0;
    for (const message of this.#queue) {
      if (count > 0 && bytes + message.bytes > BATCH_TARGET_BYTES) break;
      bytes += message.bytes;
      count += 1;
    }
    const batch = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    this.#queuedBytes -= bytes;
    this.#write(encodeBatch(batch));
  }

  close(): void {
    this.#end({ reason: '', agentId: '', text: 'closed here' });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#writingBytes > 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  #write(frame: Buffer): void {
    if (!this.#options.mayWrite()) {
      if (this.#queue.length > 0) this.#schedule();
      return;
    }
    this.#writingBytes += frame.length;
    this.#call.write(frame, () => {
      this.#writingBytes -= frame.length;
      this.flush();
    });
  }

  #keepAlive(): void {
    const { nowMs, limits } = this.#options;
    const now = nowMs();
    // When this process itself was paused, answers may be waiting in the socket: that is not the peer's silence.
    if (now - this.#tickedMs > 2 * limits.keepAliveMs) this.#heardMs = now;
    this.#tickedMs = now;
    if (now - this.#heardMs > limits.silenceMs) {
      this.#end({ reason: '', agentId: '', text: `silent for more than ${limits.silenceMs} ms` });
      return;
    }
    const [oldest] = this.#sentAtMs.size < MEASURED_MAX ? [] : this.#sentAtMs.keys();
    if (oldest !== undefined) this.#sentAtMs.delete(oldest);
    this.#counter += 1;
    this.#sentAtMs.set(this.#counter, now);
    const frame = encodeKeepAlive(this.#counter);
    const lateMs = this.#options.lateMs();
    if (lateMs === 0) {
      this.#write(frame);
      return;
    }
    // Lateness is to be measured, and not to be mistaken for silence: the sign of life itself goes at once.
    this.#write(encodeKeepAlive(UNMEASURED));
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#write(frame);
    }, lateMs);
    this.#late.add(timer);
  }

  #receive(bytes: Buffer): void {
    if (this.#isEnded) return;
    let counter: number;
    try {
      const frame = decodeFrame(bytes);
      if (frame.kind !== 'keepAlive') return;
      counter = frame.counter;
    } catch (error) {
      this.#end({ reason: 'MALFORMED', agentId: '', text: `the peer answers with a ${(error as Error).message}` });
      return;
    }
    const sentMs = this.#sentAtMs.get(counter);
    this.#sentAtMs.delete(counter);
    const now = this.#options.nowMs();
    if (!this.#options.onHeard(sentMs === undefined ? undefined : now - sentMs)) return;
    this.#heardMs = now;
    if (this.#isUp) return;
    this.#isUp = true;
    this.#options.onUp();
  }

  #end(failure: ReceivedRefusal): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#timer);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#sentAtMs.clear();
    for (const timer of this.#late) clearTimeout(timer);
    this.#late.clear();
    this.#call.cancel();
    this.#client.close();
    this.#options.onEnd(failure);
  }
}

export function streamLimits(overrides: Partial<StreamLimits> = {}): StreamLimits {
  const { linkKeepAliveMs: keepAliveMs, linkSilenceMs: silenceMs, linkBufferMaxBytes: bufferMaxBytes } = DEFAULTS;
  return { keepAliveMs, silenceMs, bufferMaxBytes, ...overrides };
}
