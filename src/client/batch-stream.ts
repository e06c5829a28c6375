import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { BatchOperation, BatchRequest, BatchResponse, BatchResult } from '../gen/synod/v1/user.ts';
import type { Caller } from './caller.ts';
import { fromDetail, fromService, isTransient, SynodError } from './errors.ts';
import { backoffMs, type Deadline } from './retry.ts';

export interface Pending {
  readonly id: number;
  /** Built when sent: what has been seen by then travels with it. */
  readonly operation: () => BatchOperation;
  readonly sizeBytes: number;
  readonly deadline: Deadline;
  readonly signal: AbortSignal | undefined;
  /** It was sent and its answer did not come. */
  effectUnknown: boolean;
  readonly fail: (error: SynodError) => void;
  readonly done: (result: BatchResult['kind']) => void;
}

const OPERATIONS_MAX = 512;
/** Well below the agent's limit for a request, which also holds one value of the largest size. */
const MESSAGE_BYTES_MAX = 256 * 1024;
const SWEEP_MS = 100;

/** Operations on their way over one `Batch` stream at a time; what a broken stream left unanswered goes over the next. */
export class BatchStream {
  readonly #caller: Caller;
  #waiting: Pending[] = [];
  readonly #sent = new Map<number, Pending>();
  #stream: ClientDuplexStream<BatchRequest, BatchResponse> | undefined;
  #address = '';
  #flushing = false;
  #blocked = false;
  #failures = 0;
  #resumeMs = 0;
  #lastHeardMs = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  add(pending: Pending): void {
    if (this.#closed) {
      pending.fail(new SynodError('CLOSED', 'this client was closed'));
      return;
    }
    this.#waiting.push(pending);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
    this.#flushSoon();
  }

  close(): void {
    this.#closed = true;
    this.#dropStream();
    for (const pending of this.#sent.values()) pending.effectUnknown = true;
    const open = [...this.#sent.values(), ...this.#waiting];
    this.#sent.clear();
    this.#waiting = [];
    this.#stopWhenIdle();
    for (const pending of open) this.#giveUp(pending, new SynodError('CLOSED', 'this client was closed'));
  }

  #flushSoon(): void {
    if (this.#flushing || this.#blocked) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed || this.#waiting.length === 0 || performance.now() < this.#resumeMs) return;
    this.#stream ??= this.#open();
    let from = 0;
    while (from < this.#waiting.length && !this.#blocked) {
      const operations: BatchOperation[] = [];
      let sizeBytes = 0;
      while (from < this.#waiting.length && operations.length < OPERATIONS_MAX) {
        const pending = this.#waiting[from]!;
        if (operations.length > 0 && sizeBytes + pending.sizeBytes > MESSAGE_BYTES_MAX) break;
        sizeBytes += pending.sizeBytes;
        operations.push(pending.operation());
        if (this.#sent.size === 0) this.#lastHeardMs = performance.now();
        this.#sent.set(pending.id, pending);
        from++;
      }
      this.#blocked = !this.#stream.write({ operations });
    }
    this.#waiting = this.#waiting.slice(from);
  }

  #open(): ClientDuplexStream<BatchRequest, BatchResponse> {
    const { address, stub } = this.#caller.pool.current();
    const stream = stub.batch();
    this.#address = address;
    this.#blocked = false;
    stream.on('data', (response) => {
      if (this.#stream === stream) this.#answered(response);
    });
    stream.on('drain', () => {
      if (this.#stream !== stream) return;
      this.#blocked = false;
      this.#flushSoon();
    });
    stream.on('error', (error: ServiceError) => {
      if (this.#stream === stream) this.#broken(fromService(error, address));
    });
    stream.on('end', () => {
      if (this.#stream === stream) this.#broken(new SynodError('UNREACHABLE', `${address} ended the stream`));
    });
    return stream;
  }

  #answered(response: BatchResponse): void {
    this.#failures = 0;
    this.#lastHeardMs = performance.now();
    for (const { id, kind } of response.results) {
      const pending = this.#sent.get(id);
      if (!pending) continue;
      this.#sent.delete(id);
      if (kind?.$case !== 'error') {
        pending.done(kind);
        continue;
      }
      const error = fromDetail(kind.value);
      this.#caller.saw(error.slot);
      pending.effectUnknown ||= error.effect === 'unknown';
      if (isTransient(error) && !pending.deadline.isPast) {
        // Not at once: what made it fail lasts longer than a turn of the loop.
        this.#resumeMs = performance.now() + backoffMs(2);
        this.#waiting.push(pending);
      } else {
        this.#giveUp(pending, error);
      }
    }
    this.#stopWhenIdle();
  }

  /** Everything unanswered is sent again, under the same places, to the next endpoint. */
  #broken(error: SynodError): void {
    this.#dropStream();
    this.#caller.pool.moveOnFrom(this.#address);
    const unanswered = [...this.#sent.values()];
    this.#sent.clear();
    if (!isTransient(error)) {
      for (const pending of unanswered) this.#giveUp(pending, error);
      this.#stopWhenIdle();
      return;
    }
    if (error.effect === 'unknown') for (const pending of unanswered) pending.effectUnknown = true;
    this.#waiting = [...unanswered, ...this.#waiting];
    const rounds = Math.floor(this.#failures++ / this.#caller.pool.size);
    this.#resumeMs = performance.now() + (rounds === 0 ? 0 : backoffMs(rounds));
    this.#flushSoon();
  }

  /** Deadlines, cancellations, silence, and the end of a wait: one timer for all of them. */
  #sweep(): void {
    const open = [...this.#sent.values(), ...this.#waiting];
    const over = new Set(open.filter(({ deadline, signal }) => deadline.isPast || signal?.aborted));
    for (const pending of over) {
      if (this.#sent.delete(pending.id)) pending.effectUnknown = true;
      const reason = pending.signal?.aborted ? 'CANCELLED' : 'NO_ANSWER';
      this.#giveUp(pending, new SynodError(reason, `no answer from ${this.#address || 'any endpoint'} in time`));
    }
    if (over.size > 0) this.#waiting = this.#waiting.filter((pending) => !over.has(pending));
    const silentMs = performance.now() - this.#lastHeardMs;
    if (this.#sent.size > 0 && silentMs > this.#caller.options.attemptMs && this.#caller.pool.size > 1) {
      this.#broken(new SynodError('NO_ANSWER', `${this.#address} did not answer in time`, { effect: 'unknown' }));
    }
    this.#stopWhenIdle();
    this.#flush();
  }

  #giveUp(pending: Pending, error: SynodError): void {
    const settled = !isTransient(error) && !['CANCELLED', 'CLOSED', 'SESSION_UNKNOWN'].includes(error.reason);
    pending.fail(pending.effectUnknown && !settled ? error.withEffect('unknown') : error);
  }

  #stopWhenIdle(): void {
    if (this.#sent.size > 0 || this.#waiting.length > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  #dropStream(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#blocked = false;
    stream?.cancel();
  }
}
