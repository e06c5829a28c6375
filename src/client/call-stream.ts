import { type ClientDuplexStream, status as GrpcStatus, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { CallsRequest, CallsResponse, StreamedCall } from '../gen/synod/v1/user.ts';
import { fromDetail } from './errors.ts';

export type CallDone = (error: Error | null, response: Buffer | undefined) => void;

interface OpenCall {
  readonly done: CallDone;
  readonly timer: NodeJS.Timeout;
}

/** A call that cannot be on the stream is made by itself: who waits for long must not keep the others waiting. */
const OPEN_CALLS_MAX = 4_096;
/** Well below the agent's limit for a message, which also holds one value of the largest size. */
const MESSAGE_BYTES_MAX = 256 * 1024;
const OVERHEAD_BYTES = 64;
/** A program that has nothing to ask keeps nothing open, and may end. */
const IDLE_MS = 1_000;

/**
 * Calls with one request and one answer, over one `Calls` stream to one agent: those of one turn of the loop share a
 * message. It opens with the first call and ends when there was none for a while. When it breaks, every open call fails as
 * a call of its own would: it may have been carried out.
 */
export class CallStream {
  readonly #connect: () => ClientDuplexStream<CallsRequest, CallsResponse>;
  readonly #open = new Map<number, OpenCall>();
  #waiting: StreamedCall[] = [];
  #stream: ClientDuplexStream<CallsRequest, CallsResponse> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isFlushPlanned = false;
  #isBlocked = false;
  #isClosing = false;
  #lastId = 0;

  constructor(connect: () => ClientDuplexStream<CallsRequest, CallsResponse>) {
    this.#connect = connect;
  }

  get isFull(): boolean {
    return this.#open.size >= OPEN_CALLS_MAX;
  }

  /** Returns a function that gives the call up. `done` is called once. */
  call(method: string, request: Buffer, timeoutMs: number, done: CallDone): () => void {
    this.#lastId += 1;
    const id = this.#lastId;
    const timer = setTimeout(() => this.#giveUp(id, GrpcStatus.DEADLINE_EXCEEDED, 'Deadline exceeded'), timeoutMs);
    this.#open.set(id, { done, timer });
    this.#waiting.push({ id, method, request, timeoutMs: Math.ceil(timeoutMs), messageId: '', cancel: false });
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#flushSoon();
    return () => this.#giveUp(id, GrpcStatus.CANCELLED, 'Cancelled on client');
  }

  /** What is open is still answered; then the stream ends at once, so that the program may end too. */
  close(): void {
    this.#flush();
    this.#isClosing = true;
    if (this.#open.size === 0) this.#end();
  }

  #giveUp(id: number, code: GrpcStatus, details: string): void {
    if (!this.#open.has(id)) return;
    const unsent = this.#waiting.findIndex((call) => call.id === id);
    if (unsent >= 0) this.#waiting.splice(unsent, 1);
    else if (this.#stream !== undefined)
      this.#waiting.push({ id, method: '', request: NOTHING, timeoutMs: 0, messageId: '', cancel: true });
    this.#flushSoon();
    this.#settle(id, transportError(code, details), undefined);
  }

  #settle(id: number, error: Error | null, response: Buffer | undefined): void {
    const call = this.#open.get(id);
    if (call === undefined) return;
    this.#open.delete(id);
    clearTimeout(call.timer);
    if (this.#open.size === 0) this.#rest();
    call.done(error, response);
  }

  #flushSoon(): void {
    if (this.#isFlushPlanned || this.#isBlocked) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#stream ??= this.#begin();
    let from = 0;
    while (from < this.#waiting.length && !this.#isBlocked) {
      const calls: StreamedCall[] = [];
      let sizeBytes = 0;
      for (; from < this.#waiting.length; from += 1) {
        const call = this.#waiting[from] as StreamedCall;
        if (calls.length > 0 && sizeBytes + call.request.length > MESSAGE_BYTES_MAX) break;
        sizeBytes += call.request.length + OVERHEAD_BYTES;
        calls.push(call);
      }
      this.#isBlocked = !this.#stream.write({ calls });
    }
    this.#waiting = this.#waiting.slice(from);
  }

  #begin(): ClientDuplexStream<CallsRequest, CallsResponse> {
    const stream = this.#connect();
    this.#isBlocked = false;
    const isCurrent = () => this.#stream === stream;
    stream.on('data', ({ answers }) => {
      for (const { id, kind } of answers) {
        if (kind?.$case === 'error') this.#settle(id, fromDetail(kind.value), undefined);
        else this.#settle(id, null, kind?.value ?? NOTHING);
      }
    });
    stream.on('drain', () => {
      if (!isCurrent()) return;
      this.#isBlocked = false;
      this.#flushSoon();
    });
    stream.on('error', (error: ServiceError) => {
      if (isCurrent()) this.#broken(error);
    });
    stream.on('end', () => {
      if (isCurrent()) this.#broken(transportError(GrpcStatus.UNAVAILABLE, 'the agent ended the stream'));
    });
    return stream;
  }

  #broken(error: Error): void {
    this.#stream = undefined;
    this.#isBlocked = false;
    this.#waiting = [];
    for (const id of [...this.#open.keys()]) this.#settle(id, error, undefined);
  }

  #rest(): void {
    if (this.#isClosing) this.#end();
    else this.#idle ??= setTimeout(() => this.#end(), IDLE_MS).unref();
  }

  #end(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    const stream = this.#stream;
    this.#stream = undefined;
    this.#isBlocked = false;
    stream?.end();
  }
}

const NOTHING = Buffer.alloc(0);

function transportError(code: GrpcStatus, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
