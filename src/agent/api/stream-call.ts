import { status } from '@grpc/grpc-js';
import { CellError } from '../host/cell-port.ts';
import type { AnswerRoom } from './answer-room.ts';
import type { FailureReporter } from './failures.ts';
import type { Canceller, MethodObserver, ObservedCall } from './ports.ts';
import { callTimeoutMs, remainingMs } from './timeouts.ts';
import type { CallContext } from './unary-call.ts';
import { messageIdOf } from './unary-call.ts';

/** What the server side of a gRPC stream with answers is, as far as it matters here. */
export interface ServerStream {
  readonly metadata: Parameters<typeof messageIdOf>[0]['metadata'];
  readonly cancelled: boolean;
  getPeer(): string;
  getDeadline(): Date | number;
  write(message: Buffer, then: () => void): boolean;
  end(): unknown;
  emit(event: 'error', failure: object): boolean;
  on(event: 'cancelled', listener: () => void): unknown;
}

export interface StreamCallOptions {
  readonly method: string;
  readonly observer: MethodObserver;
  readonly failures: FailureReporter;
  /** Called once, however the stream ends. */
  readonly ended: () => void;
  /** There is room again after `isFull`. */
  readonly drained: () => void;
  /** Of a stream with many answers. */
  readonly answers?: AnswerRoom;
}

/** For a stream that carries others: each of them is told by itself, and the stream is not worth a word. */
export const UNOBSERVED: MethodObserver = {
  began: (): ObservedCall => ({ quorum: '', message: () => {}, ended: () => {} }),
};

/** Until the receiver has taken that much, a stream takes no more. */
const UNSENT_BYTES_MAX = 512 * 1024;
const MESSAGE_OVERHEAD_BYTES = 64;

/**
 * The answering half of a stream: bounded by what the receiver takes, ended once, told to the log. `write` never blocks;
 * whoever writes asks `isFull` and waits for `drained`.
 */
export class StreamCall implements CallContext, Canceller {
  readonly observed: ObservedCall;
  readonly #stream: ServerStream;
  readonly #options: StreamCallOptions;
  #unsentBytes = 0;
  #wasFull = false;
  #isOver = false;

  constructor(stream: ServerStream, options: StreamCallOptions) {
    this.#stream = stream;
    this.#options = options;
    this.observed = options.observer.began(stream.getPeer(), messageIdOf(stream), undefined, this);
    stream.on('cancelled', () => this.#over(status.CANCELLED));
  }

  get timeoutMs(): number {
    return callTimeoutMs(this.#stream.getDeadline());
  }

  get remainingMs(): number {
    return remainingMs(this.#stream.getDeadline());
  }

  usesQuorum(quorum: string): void {
    this.observed.quorum = quorum;
  }

  room(): Promise<void> | undefined {
    return this.#options.answers?.take();
  }

  whenAbandoned(listener: () => void): void {
    this.#stream.on('cancelled', listener);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isFull(): boolean {
    return this.#unsentBytes >= UNSENT_BYTES_MAX;
  }

  write(message: Buffer, slot: number): void {
    if (this.#isOver) return;
    const size = message.length + MESSAGE_OVERHEAD_BYTES;
    this.#unsentBytes += size;
    if (this.isFull) this.#wasFull = true;
    this.observed.message('sent', message, slot);
    this.#stream.write(message, () => {
      this.#unsentBytes -= size;
      if (!this.#wasFull || this.#unsentBytes > UNSENT_BYTES_MAX / 2 || this.#isOver) return;
      this.#wasFull = false;
      this.#options.drained();
    });
  }

  /** After everything that was written. */
  end(): void {
    if (this.#isOver) return;
    this.#over(status.OK);
    this.#stream.end();
  }

  /** After everything that was written, with the details of the failure. `resumeFrom` is only for watches. */
  fail(error: unknown, resumeFrom = 0): void {
    if (this.#isOver) return;
    const failure = this.#options.failures.statusOf(error, this.#options.method, resumeFrom);
    this.#over(failure.code);
    this.#stream.emit('error', failure);
  }

  cancel(): void {
    this.fail(new CellError('CANCELLED', 'an operator cancelled the call', { effect: 'unknown' }));
  }

  #over(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.observed.ended(code, 0, undefined);
    this.#options.ended();
  }
}
