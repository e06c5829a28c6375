import type {
  EntryCounts as WireCounts,
  EntryEnd as WireEnd,
  QueueEntry as WireEntry,
  Queue as WireQueue,
} from '../gen/synod/v1/queues.ts';
import type { Caller } from './caller.ts';
import { resumedStream } from './resumed-stream.ts';
import type { CallOptions, ReadQuorum } from './types.ts';
import { pathBytes, readOptions } from './wire.ts';

/** How many entries are in which state. `done` counts all that ever were, the others what there is. */
export type EntryCounts = Readonly<WireCounts>;

/** How a claim of an entry ended. */
export type EntryEnd = Readonly<WireEnd>;

/** How a queue stands. */
export interface QueueState extends Omit<WireQueue, 'path' | 'counts'> {
  readonly path: string;
  readonly counts: EntryCounts;
}

export type EntryStateName = 'waiting' | 'ready' | 'claimed' | 'delayed' | 'done' | 'dead';

/** How an entry stands. */
export interface EntryState extends Omit<WireEntry, 'state' | 'after' | 'ended'> {
  /** `waiting`: for what it depends on. `delayed`: it has failed and waits. `dead`: it has failed too often. */
  readonly state: EntryStateName | (string & {});
  /** Entries that must be done first. */
  readonly after: readonly number[];
  /** How the last claim ended. */
  readonly ended: EntryEnd | undefined;
}

export interface EntryPage {
  /** Undefined: there is no such queue. */
  readonly queue: QueueState | undefined;
  /** By number. */
  readonly entries: readonly EntryState[];
  readonly more: boolean;
  readonly slot: number;
}

/** One entry with its bytes. */
export interface EntryContent {
  readonly entry: EntryState;
  readonly payload: Uint8Array;
  /** The last checkpoint. */
  readonly progress: Uint8Array | undefined;
  /** Of an entry that is done. */
  readonly result: Uint8Array | undefined;
}

export interface ListEntriesOptions extends CallOptions {
  /** Default: all. */
  readonly states?: readonly EntryStateName[];
  /** Continue behind this number. */
  readonly after?: number;
  /** Default 1 000. */
  readonly limit?: number;
  readonly quorum?: ReadQuorum;
}

export interface ListQueuesOptions extends CallOptions {
  readonly prefix?: string;
  readonly quorum?: ReadQuorum;
}

const NO_COUNTS: EntryCounts = { waiting: 0, ready: 0, claimed: 0, delayed: 0, done: 0, dead: 0 };
const NOTHING = new Uint8Array(0);

function queueState({ path, counts = NO_COUNTS, ...queue }: WireQueue): QueueState {
  return { ...queue, path: path.toString('utf8'), counts };
}

function entryState({ ended, ...entry }: WireEntry): EntryState {
  return { ...entry, ended };
}

export async function listQueues(
  caller: Caller,
  options: ListQueuesOptions,
): Promise<{ readonly queues: readonly QueueState[]; readonly slot: number }> {
  const { prefix = '', quorum } = options;
  const { queues, slot } = await caller.read({
    method: (stub) => stub.listQueues,
    request: () => ({ prefix: pathBytes(prefix), options: readOptions(quorum, caller.highestSlot) }),
    options,
  });
  return { queues: queues.map(queueState), slot };
}

export async function listEntries(caller: Caller, path: string, options: ListEntriesOptions): Promise<EntryPage> {
  const { states = [], after = 0, limit = 0, quorum } = options;
  const { queue, entries, more, slot } = await caller.read({
    method: (stub) => stub.listEntries,
    request: () => ({
      ...{ path: pathBytes(path), states: [...states], after, limit },
      options: readOptions(quorum, caller.highestSlot),
    }),
    options,
  });
  return { queue: queue && queueState(queue), entries: entries.map(entryState), more, slot };
}

export async function readEntry(
  caller: Caller,
  path: string,
  seq: number,
  options: CallOptions & { readonly quorum?: ReadQuorum },
): Promise<EntryContent | undefined> {
  const { entry, payload, progress, result } = await caller.read({
    method: (stub) => stub.readEntry,
    request: () => ({ path: pathBytes(path), seq, options: readOptions(options.quorum, caller.highestSlot) }),
    options,
  });
  return entry && { entry: entryState(entry), payload: payload ?? NOTHING, progress, result };
}

/** Each state once, however often the stream is resumed. Undefined: there is no such queue. */
export async function* watchQueue(
  caller: Caller,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<QueueState | undefined, void> {
  let told = '';
  const request = { path: pathBytes(path), turnOf: undefined };
  const watched = resumedStream(caller, (stub) => stub.watchQueue({ ...request, minSlot: caller.highestSlot }), signal);
  for await (const { queue } of watched) {
    const state = queue && queueState(queue);
    const news = JSON.stringify(state ?? null);
    if (news === told) continue;
    told = news;
    yield state;
  }
}

/**
 * Yields when it is this worker's turn to claim. Whoever has claimed ends the iteration, and thereby the turn: then it is the
 * next one's, of those who wait at the same agent.
 */
export async function* queueTurn(
  caller: Caller,
  path: string,
  worker: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<void, void> {
  const request = { path: pathBytes(path), turnOf: worker };
  const told = resumedStream(caller, (stub) => stub.watchQueue({ ...request, minSlot: caller.highestSlot }), signal);
  for await (const _ of told) yield;
}
