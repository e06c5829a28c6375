import { type QueueResponse, EntryState as WireState } from '../gen/synod/v1/queues.ts';
import { checkWait, list } from './arguments.ts';
import { ClaimedEntry } from './claimed-entry.ts';
import { askOrGiveBack, keptSession } from './claiming.ts';
import { SynodError } from './errors.ts';
import type { ClientParts } from './parts.ts';
import { Patience } from './patience.ts';
import {
  type EntryContent,
  type EntryPage,
  type ListEntriesOptions,
  listEntries,
  type QueueState,
  queueTurn,
  readEntry,
  watchQueue,
} from './queue-states.ts';
import { type WorkOptions, workOn } from './queue-work.ts';
import type { Session } from './session.ts';
import type { CallOptions, ReadQuorum, Value, WriteOptions } from './types.ts';
import { bytes, pathBytes } from './wire.ts';
import type { Work } from './work.ts';

/** An entry to add. */
export interface NewEntry {
  readonly payload: Value;
  /** Entries of this queue that must be done first, by number. */
  readonly after?: readonly number[];
  /** Entries of the same call that must be done first, by their place in it, from 0. */
  readonly afterInBatch?: readonly number[];
  /** The only worker that may claim it. Default: any. */
  readonly assignee?: string;
  /** After so many claims that came to nothing it is dead; 0: never. Default 5. */
  readonly maxAttempts?: number;
  /** How long it waits after the first failure; twice as long after each further one. 0: not at all. Default 1 s. */
  readonly backoffMs?: number;
  /** The longest that it waits; 0: as long as the doubling says. Default 60 s. */
  readonly backoffMaxMs?: number;
}

export interface QueueOptions {
  /** Whose claims they are. Default: the session of the client's own writes. */
  readonly session?: Session;
  /** Who works: only this name is given what is assigned to it. */
  readonly worker?: string;
}

export interface EnqueueOptions extends WriteOptions {
  /** For people: whose entries they are. */
  readonly owner?: string;
}

export interface ClaimOptions {
  /** A lease of the claim, renewed in the background, shorter than the session's. Default: none. */
  readonly leaseTtlMs?: number;
  /** How long to wait for an entry, beyond what the requests take; 0: not at all. Default: as long as it takes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Entries that workers claim, do, and report, each after what it depends on. */
export class Queue {
  readonly path: string;
  readonly #parts: ClientParts;
  readonly #options: QueueOptions;

  constructor(parts: ClientParts, path: string, options: QueueOptions) {
    this.path = path;
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * Adds entries in one step; the queue is made by its first one. Resolves to their numbers, in order.
   * @throws SynodError DEPENDENCY_UNKNOWN, CIRCULAR_DEPENDENCY
   */
  async enqueue(entries: NewEntry | readonly NewEntry[], options: EnqueueOptions = {}): Promise<readonly number[]> {
    const { owner = '', ...call } = options;
    const added = Array.isArray(entries) ? (entries as readonly NewEntry[]) : [entries as NewEntry];
    const body = { path: pathBytes(this.path), entries: added.map(wireEntry), owner };
    return (await this.#run((stub) => stub.enqueue, body, call)).seqs;
  }

  /**
   * The first entry that can be done; waits for one. Undefined: there was none in time.
   * @throws SynodError CANCELLED
   */
  claim(options: ClaimOptions = {}): Promise<ClaimedEntry | undefined> {
    return this.#claim(options, options.signal);
  }

  /**
   * Claims entries and does them, until the signal fires; then it takes no more, finishes what runs, and resolves. What
   * `work` returns is the result of the entry; when it throws, the entry has failed and is tried again later. `work` may also
   * complete or fail its entry itself.
   * @throws SynodError when no entry can be claimed any more, after what runs was finished
   */
  work(work: Work<ClaimedEntry>, options: WorkOptions = {}): Promise<void> {
    const isOwn = this.#options.session === undefined;
    // An entry that is being given out when the loop is told to stop is done, not given back at the cost of an attempt.
    return workOn((claim) => this.#claim(claim, undefined), work, { ...options, isOwn });
  }

  /**
   * Keeps how far the work on an entry has come that another program claimed, in the session that both write in.
   * @throws SynodError TOKEN_STALE when that claim has ended
   */
  async checkpoint(seq: number, token: number, progress: Value, options: WriteOptions = {}): Promise<void> {
    const body = { path: pathBytes(this.path), seq, token, progress: bytes(progress) };
    await this.#run((stub) => stub.checkpointEntry, body, options);
  }

  /** One page of the entries. */
  entries(options: ListEntriesOptions = {}): Promise<EntryPage> {
    return listEntries(this.#parts.caller, this.path, options);
  }

  /** One entry with its bytes. Undefined: there is none, or it was done long ago. */
  entry(seq: number, options: CallOptions & { readonly quorum?: ReadQuorum } = {}): Promise<EntryContent | undefined> {
    return readEntry(this.#parts.caller, this.path, seq, options);
  }

  /** How the queue stands, now and whenever that changes, for as long as somebody iterates. Undefined: there is none. */
  watch(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<QueueState | undefined, void> {
    return watchQueue(this.#parts.caller, this.path, options.signal);
  }

  /**
   * A dead entry is to be tried again, from its last checkpoint, with all its attempts.
   * @throws SynodError ENTRY_NOT_DEAD
   */
  async requeue(seq: number, options: WriteOptions = {}): Promise<void> {
    await this.#run((stub) => stub.requeueEntry, { path: pathBytes(this.path), seq }, options);
  }

  /**
   * Takes an entry out that nobody works on. For what depends on it that counts as done.
   * @throws SynodError ENTRY_CLAIMED
   */
  async remove(seq: number, options: WriteOptions = {}): Promise<void> {
    await this.#run((stub) => stub.removeEntry, { path: pathBytes(this.path), seq }, options);
  }

  /**
   * With all entries.
   * @throws SynodError ENTRY_CLAIMED while a worker has one
   */
  async delete(options: WriteOptions = {}): Promise<void> {
    await this.#run((stub) => stub.deleteQueue, { path: pathBytes(this.path) }, options);
  }

  #run: ClientParts['writer']['run'] = (method, body, options) => {
    const session = options.session ?? this.#options.session;
    return this.#parts.writer.run(method, body, session === undefined ? options : { ...options, session });
  };

  /** `hurry` cancels requests that are on their way, the signal of the options only the wait. */
  async #claim(options: ClaimOptions, hurry: AbortSignal | undefined): Promise<ClaimedEntry | undefined> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    checkWait(options);
    const session = await keptSession(this.#parts.own, this.#options.session, hurry ? { signal: hurry } : {});
    using patience = new Patience(timeoutMs, session.ended, signal);
    let entry = await this.#ask(session, options, hurry);
    while (entry === undefined && timeoutMs > 0 && !patience.signal.aborted) {
      for await (const _ of queueTurn(this.#parts.caller, this.path, this.#options.worker ?? '', patience.signal)) {
        // Somebody elsewhere may be faster: then it waits for another turn.
        entry = await this.#ask(session, options, hurry);
        break;
      }
    }
    if (entry !== undefined) return entry;
    if (session.isEnded) throw session.ended.reason;
    if (signal?.aborted) throw new SynodError('CANCELLED', `the wait for an entry of ${this.path} was cancelled`);
    return undefined;
  }

  async #ask(
    session: Session,
    { leaseTtlMs = 0 }: ClaimOptions,
    hurry: AbortSignal | undefined,
  ): Promise<ClaimedEntry | undefined> {
    const { caller, writer } = this.#parts;
    const { worker = '' } = this.#options;
    const { path } = this;
    const request = { path: pathBytes(path), worker, leaseTtlMs, waitMs: 0, retrySequence: 0 };
    const { response, sentMs } = await askOrGiveBack<QueueResponse>(
      session,
      (place, until) =>
        caller.call({
          method: (stub) => stub.claimEntry,
          request: () => ({ ...request, options: place.options('majority') }),
          repeatable: true,
          options: until ? { signal: until } : {},
        }),
      async ({ state, seqs: [seq], token }) => {
        if (state !== WireState.CLAIMED) return;
        const why = 'its worker gave up before it heard of the claim';
        const body = { path: pathBytes(path), seq: seq!, token, why, isFinal: false };
        await writer.run((stub) => stub.failEntry, body, { session });
      },
      hurry,
    );
    if (response.state !== WireState.CLAIMED) return undefined;
    const { seqs, token, attempt, timerId, payload = NOTHING, progress } = response;
    const given = { path, session, seq: seqs[0]!, payload, progress, token, attempt, timerId, leaseTtlMs, sentMs };
    return new ClaimedEntry(this.#parts, given);
  }
}

const NOTHING = new Uint8Array(0);

function wireEntry({ payload, after = [], afterInBatch = [], assignee = '', ...entry }: NewEntry) {
  const { maxAttempts, backoffMs, backoffMaxMs } = entry;
  return {
    ...{
      payload: bytes(payload),
      after: [...list(after, 'after')],
      afterInBatch: [...list(afterInBatch, 'afterInBatch')],
      assignee,
    },
    ...{ maxAttempts, backoffMs, backoffMaxMs },
  };
}
