import { ReadQuorum } from '../gen/synod/v1/user.ts';
import { checkCall, whole } from './arguments.ts';
import type { Caller } from './caller.ts';
import { isEndpointFault, isTransient, SynodError } from './errors.ts';
import { backoffMs, pause } from './retry.ts';
import type { KeyRange, WatchBatch, WatchOptions } from './types.ts';
import { watchEvent, wireRange } from './wire.ts';

const SYSTEM_PREFIX = '/_internal/';

/**
 * The changes of a range, in order, each once, a revision never split, for as long as somebody iterates. It survives the
 * loss of connections and agents: it asks elsewhere for what comes next.
 */
export class Watch implements AsyncIterableIterator<WatchBatch> {
  readonly #caller: Caller;
  readonly #range: KeyRange;
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #batches: AsyncGenerator<WatchBatch, void>;
  #nextRevision: number;

  constructor(caller: Caller, range: KeyRange, options: WatchOptions) {
    this.#caller = caller;
    this.#range = range;
    this.#options = options;
    checkCall(options.signal ? { signal: options.signal } : {});
    this.#nextRevision = whole(options.fromRevision ?? 0, 'fromRevision');
    this.#signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    this.#batches = this.#run();
  }

  /** Ask for this revision to continue where this watch is. 0 until it has begun. */
  get nextRevision(): number {
    return this.#nextRevision;
  }

  /** @throws SynodError COMPACTED (with the floor) when what comes next is no longer kept */
  next(): Promise<IteratorResult<WatchBatch, void>> {
    return this.#batches.next();
  }

  /** Ends the watch, also while somebody waits for the next change. */
  async return(): Promise<IteratorResult<WatchBatch, void>> {
    this.#stop.abort();
    return this.#batches.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async *#run(): AsyncGenerator<WatchBatch, void> {
    let failures = 0;
    while (!this.#signal.aborted) {
      try {
        if (this.#nextRevision === 0) this.#nextRevision = (await this.#currentRevision()) + 1;
        for await (const batch of this.#stream()) {
          failures = 0;
          yield batch;
        }
      } catch (thrown) {
        if (this.#signal.aborted) return;
        if (!(thrown instanceof SynodError) || !isTransient(thrown)) throw thrown;
      }
      if (this.#signal.aborted) return;
      // The stream ended without being asked to: elsewhere, from the revision after the last one delivered.
      const rounds = Math.floor(failures++ / this.#caller.pool.size);
      await pause(rounds === 0 ? 0 : backoffMs(rounds), this.#signal).catch(() => undefined);
    }
  }

  /** A majority read, so that the watch sees everything that is written after it was asked for. */
  async #currentRevision(): Promise<number> {
    const range = wireRange(this.#range);
    const { revision } = await this.#caller.read({
      method: (stub) => stub.readPrefix,
      request: () => ({
        ...range,
        limit: 1,
        after: Buffer.alloc(0),
        keysOnly: true,
        countOnly: false,
        descending: false,
        revision: 0,
        options: { quorum: ReadQuorum.MAJORITY, minSlot: this.#caller.highestSlot },
      }),
      options: { signal: this.#signal },
    });
    return revision;
  }

  async *#stream(): AsyncGenerator<WatchBatch, void> {
    const range = wireRange(this.#range);
    const stream = this.#caller.watches.atCurrent();
    const request = {
      ...range,
      fromRevision: this.#nextRevision,
      withPrevious: this.#options.withPrevious ?? false,
      // Also when nobody asked: a resumed watch then need not go over all that did not concern it.
      progress: true,
      system: (range.prefix.length > 0 ? range.prefix : range.start).toString('latin1').startsWith(SYSTEM_PREFIX),
    };
    try {
      for await (const response of stream.watch(request, this.#signal)) {
        this.#caller.saw(response.slot);
        this.#nextRevision = Math.max(this.#nextRevision, response.revision + 1);
        if (response.events.length === 0 && !this.#options.progress) continue;
        yield { events: response.events.map(watchEvent), revision: response.revision, slot: response.slot };
      }
    } catch (thrown) {
      const error = thrown as SynodError;
      this.#caller.saw(error.slot);
      if (isEndpointFault(error) && !this.#signal.aborted) this.#caller.pool.moveOnFrom(stream.address);
      throw error;
    }
  }
}
