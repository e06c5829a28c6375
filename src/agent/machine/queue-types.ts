import { keyOfPath } from './keys.ts';
import { padded } from './plain-index.ts';
import type { Key } from './store.ts';
import { QUEUE_INDEX, recordKind } from './system-records.ts';

/** What is asked of queues, what stands of them under `/_internal/`, and what is answered. */
export type QueueCommand =
  | EnqueueCommand
  | ClaimEntryCommand
  | CheckpointEntryCommand
  | CompleteEntryCommand
  | FailEntryCommand
  | RequeueEntryCommand
  | RemoveEntryCommand
  | DeleteQueueCommand;

export interface NewEntry {
  readonly payload: Uint8Array;
  /** Entries of this queue that must be done first, by number. */
  readonly after: readonly number[];
  /** Entries of this command that must be done first, by their place in it, from 0. */
  readonly afterInBatch: readonly number[];
  /** The only worker that may claim it; empty: any. */
  readonly assignee: string;
  /** After so many claims that came to nothing it is dead; 0: never. */
  readonly maxAttempts: number;
  /** How long it waits after the first failure; twice as long after each further one. 0: not at all. */
  readonly backoffMs: number;
  /** The longest that it waits; 0: as long as the doubling says. */
  readonly backoffMaxMs: number;
}

/** Adds entries in one step. The queue is made by its first one. */
export interface EnqueueCommand {
  readonly kind: 'enqueue';
  readonly path: Key;
  readonly entries: readonly NewEntry[];
  readonly owner: string;
}

/** The first entry that this worker may do now. Answered with `empty` when there is none. */
export interface ClaimEntryCommand {
  readonly kind: 'claimEntry';
  readonly path: Key;
  /** Who asks: only this name is given what is assigned to it. */
  readonly worker: string;
  /** A lease of the claim, kept alive by renewing the timer that the answer names; 0: it lasts as long as the session. */
  readonly leaseTtlMs: number;
}

/** Keeps how far the work has come, for whoever continues it. */
export interface CheckpointEntryCommand {
  readonly kind: 'checkpointEntry';
  readonly path: Key;
  readonly seq: number;
  readonly token: number;
  readonly progress: Uint8Array;
}

export interface CompleteEntryCommand {
  readonly kind: 'completeEntry';
  readonly path: Key;
  readonly seq: number;
  readonly token: number;
  readonly result: Uint8Array;
}

export interface FailEntryCommand {
  readonly kind: 'failEntry';
  readonly path: Key;
  readonly seq: number;
  readonly token: number;
  readonly why: string;
  /** False: another attempt would be in vain, so it is dead at once. */
  readonly isRetried: boolean;
}

/** A dead entry is to be tried again, from its last checkpoint, with all its attempts. */
export interface RequeueEntryCommand {
  readonly kind: 'requeueEntry';
  readonly path: Key;
  readonly seq: number;
}

/** Takes an entry out that nobody works on. For what depends on it that counts as done. */
export interface RemoveEntryCommand {
  readonly kind: 'removeEntry';
  readonly path: Key;
  readonly seq: number;
}

/** With all entries. Refused while one is claimed. */
export interface DeleteQueueCommand {
  readonly kind: 'deleteQueue';
  readonly path: Key;
}

/** `waiting`: for what it depends on. `delayed`: it has failed and waits. `dead`: it has failed too often. */
export type EntryState = 'waiting' | 'ready' | 'claimed' | 'delayed' | 'done' | 'dead';

export type EntryCounts = Readonly<Record<EntryState, number>>;

/** By path without the leading slash. */
export interface QueueRecord {
  /** Its entries are filed under it. */
  readonly number: number;
  readonly nextSeq: number;
  /** `done` counts all that ever were, the others what there is. */
  readonly counts: EntryCounts;
  readonly createdSlot: number;
  readonly createdMs: number;
}

/** By `<number of the queue>/<seq in 16 digits>`. Payload, progress and result are beside it under the same id. */
export interface EntryRecord {
  readonly queue: Key;
  readonly number: number;
  readonly seq: number;
  readonly owner: string;
  readonly assignee: string;
  readonly state: EntryState;
  readonly after: readonly number[];
  /** How many of these are not done. */
  readonly open: number;
  /** Claims since it was enqueued or requeued. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Of the last claim; 0: there was none. Later claims have higher ones. */
  readonly token: number;
  /** Of whoever works on it; empty unless claimed. */
  readonly sessionId: string;
  readonly worker: string;
  readonly leaseTtlMs: number;
  /** While it is delayed: for how long. */
  readonly delayMs: number;
  readonly payloadBytes: number;
  readonly progressBytes: number;
  readonly resultBytes: number;
  readonly queuedSlot: number;
  readonly queuedMs: number;
  readonly claimedSlot: number;
  readonly claimedMs: number;
  /** The system revision in which it was done, else 0. The oldest entries that are done are forgotten. */
  readonly doneRevision: number;
  /** How the last claim ended. */
  readonly ended?: {
    readonly kind: 'completed' | 'failed' | 'expired' | 'sessionEnded';
    readonly token: number;
    readonly worker: string;
    readonly why: string;
    readonly slot: number;
    readonly atMs: number;
  };
}

/** Of a claim: the payload comes as `current` of the answer, the progress, if there is any, as `previous`. */
export interface QueueOutcome {
  readonly kind: 'queue';
  /** Of the entry afterwards; `empty`: there is nothing to claim; `removed`: the entry or queue is gone. */
  readonly state: EntryState | 'enqueued' | 'empty' | 'removed';
  /** Of what was enqueued, in the order of the command; else of the one entry. */
  readonly seqs: readonly number[];
  readonly token: number;
  readonly attempt: number;
  /** Of a claim with a lease: the timer to renew. */
  readonly timerId: string;
  /** Of an entry that has failed: for how long it waits now. */
  readonly delayMs: number;
}

export const QUEUES = recordKind<QueueRecord>('queues');
export const QUEUE_ENTRIES = recordKind<EntryRecord>('queue-entries');

export function entryIdOf(number: number, seq: number): string {
  return `${number}/${padded(seq)}`;
}

/**
 * What this worker alone may claim, or what any may (empty), as plain keys in the order of the numbers. Names are text, keys
 * are bytes; a name has no control characters, so what follows it is not mistaken for it.
 */
export function readyFolder(number: number, assignee: string): Key {
  return `${QUEUE_INDEX}ready/${number}/${keyOfPath(assignee)}\0`;
}

/** The entries in one state, as plain keys in the order of the numbers. */
export function stateFolder(number: number, state: EntryState): Key {
  return `${QUEUE_INDEX}state/${number}/${state}/`;
}
