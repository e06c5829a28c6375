import { type Families, refused, written } from './family.ts';
import { pathViolation, shown } from './keys.ts';
import { LIMITS } from './limits.ts';
import { tokenViolation } from './once.ts';
import { completeEntry, endAttempt, removeEntry } from './queue-endings.ts';
import { claimedRefusal, entryAt, ownClaim, unknownQueue } from './queue-lookup.ts';
import { cycleRefusal, enqueueViolation, strangerRefusal } from './queue-rules.ts';
import { addDependent, firstReady, readEntry, readQueue, removeQueue, writeEntry, writeQueue } from './queue-state.ts';
import {
  type CheckpointEntryCommand,
  type ClaimEntryCommand,
  type CompleteEntryCommand,
  type DeleteQueueCommand,
  type EnqueueCommand,
  type EntryRecord,
  entryIdOf,
  type FailEntryCommand,
  type NewEntry,
  type QueueCommand,
  type QueueOutcome,
  type QueueRecord,
  type RemoveEntryCommand,
  type RequeueEntryCommand,
} from './queue-types.ts';
import { QUEUE_PAYLOADS, QUEUE_PROGRESS } from './raw-records.ts';
import type { Result, WriteResult } from './results.ts';
import type { Key } from './store.ts';
import { textViolation } from './texts.ts';
import { entryTimer, startTimer, ttlViolation } from './timer-records.ts';
import type { WriteView } from './write-view.ts';
import { valueViolation } from './writes.ts';

/** Entries that workers claim, do, and report; each after what it depends on. */
export const QUEUES_FAMILY: Families<QueueCommand['kind']> = {
  enqueue: { violation: enqueueViolation, apply: enqueue, isIdempotent: false },
  claimEntry: {
    violation: ({ path, worker, leaseTtlMs }) =>
      pathViolation(path) ??
      textViolation('the name of a worker', worker) ??
      (leaseTtlMs === 0 ? undefined : ttlViolation(leaseTtlMs)),
    apply: claim,
    isIdempotent: false,
  },
  checkpointEntry: {
    violation: (command) => claimViolation(command) ?? progressViolation(command.progress),
    apply: checkpoint,
    isIdempotent: false,
  },
  completeEntry: {
    violation: (command) => claimViolation(command) ?? valueViolation(command.result),
    apply: complete,
    isIdempotent: false,
  },
  failEntry: {
    violation: (command) => claimViolation(command) ?? textViolation('a reason', command.why),
    apply: fail,
    isIdempotent: false,
  },
  requeueEntry: {
    violation: ({ path, seq }) => pathViolation(path) ?? seqViolation(seq),
    apply: requeue,
    isIdempotent: false,
  },
  removeEntry: {
    violation: ({ path, seq }) => pathViolation(path) ?? seqViolation(seq),
    apply: remove,
    isIdempotent: false,
  },
  deleteQueue: { violation: ({ path }) => pathViolation(path), apply: deleteAll, isIdempotent: false },
};

function claimViolation({ path, seq, token }: { path: Key; seq: number; token: number }): string | undefined {
  return pathViolation(path) ?? seqViolation(seq) ?? tokenViolation(token);
}

function seqViolation(seq: number): string | undefined {
  return Number.isSafeInteger(seq) && seq > 0 ? undefined : 'an entry is named by the number it was given';
}

function progressViolation(progress: Uint8Array): string | undefined {
  if (progress.length <= LIMITS.progressBytesMax) return undefined;
  return `progress has at most ${LIMITS.progressBytesMax} bytes, this has ${progress.length}`;
}

function enqueue(view: WriteView, { path, entries, owner }: EnqueueCommand): Result {
  const queue = readQueue(view, path) ?? newQueue(view);
  const first = queue.nextSeq;
  const refusal = strangerRefusal(path, first, entries) ?? cycleRefusal(entries);
  if (refusal !== undefined) return refusal;
  writeQueue(view, path, { ...queue, nextSeq: first + entries.length });
  const seqs = entries.map((entry, place) => {
    const seq = first + place;
    const after = [...new Set([...entry.after, ...entry.afterInBatch.map((other) => first + other)])];
    add(
      view,
      { path, queue, owner, first },
      seq,
      entry,
      after.sort((a, b) => a - b),
    );
    return seq;
  });
  return answered(view, 'enqueued', { seqs });
}

function newQueue(view: WriteView): QueueRecord {
  const counts = { waiting: 0, ready: 0, claimed: 0, delayed: 0, done: 0, dead: 0 };
  const number = view.revision('system') + 1;
  return { number, nextSeq: 1, counts, createdSlot: view.slot, createdMs: view.stampMs };
}

function add(
  view: WriteView,
  batch: { readonly path: Key; readonly queue: QueueRecord; readonly owner: string; readonly first: number },
  seq: number,
  { payload, assignee, maxAttempts, backoffMs, backoffMaxMs }: NewEntry,
  after: readonly number[],
): void {
  const { path, queue, owner, first } = batch;
  const { number } = queue;
  const open = after.filter((other) => other >= first || isOpen(view, queue, other));
  for (const other of open) addDependent(view, number, other, seq);
  view.put('system', QUEUE_PAYLOADS(entryIdOf(number, seq)), payload);
  writeEntry(view, undefined, {
    queue: path,
    number,
    seq,
    owner,
    assignee,
    state: open.length === 0 ? 'ready' : 'waiting',
    after,
    open: open.length,
    attempts: 0,
    maxAttempts,
    backoffMs,
    backoffMaxMs,
    token: 0,
    sessionId: '',
    worker: '',
    leaseTtlMs: 0,
    delayMs: 0,
    payloadBytes: payload.length,
    progressBytes: 0,
    resultBytes: 0,
    queuedSlot: view.slot,
    queuedMs: view.stampMs,
    claimedSlot: 0,
    claimedMs: 0,
    doneRevision: 0,
  });
}

/** What was there once and is there no more was done long ago, or taken out, which counts as done. */
function isOpen(view: WriteView, queue: QueueRecord, seq: number): boolean {
  const state = readEntry(view, queue, seq)?.state;
  return state !== undefined && state !== 'done';
}

function claim(view: WriteView, { path, worker, leaseTtlMs }: ClaimEntryCommand): Result {
  const queue = readQueue(view, path);
  const entry = queue && firstReady(view, queue, worker);
  // Workers may well be there before the first entry.
  if (entry === undefined) return answered(view, 'empty', { succeeded: false });
  const id = entryIdOf(entry.number, entry.seq);
  const claimed: EntryRecord = {
    ...entry,
    state: 'claimed',
    attempts: entry.attempts + 1,
    // Each claim is a revision of its own, so no token is ever given twice, not even within a slot.
    token: view.revision('system') + 1,
    sessionId: view.sessionId,
    worker,
    leaseTtlMs,
    claimedSlot: view.slot,
    claimedMs: view.stampMs,
  };
  writeEntry(view, entry, claimed);
  const timerId = leaseTtlMs > 0 ? entryTimer(id, claimed.token) : '';
  if (timerId !== '') startTimer(view, timerId, leaseTtlMs);
  const current = view.get('system', QUEUE_PAYLOADS(id));
  const previous = view.get('system', QUEUE_PROGRESS(id));
  return answered(view, 'claimed', { entry: claimed, timerId, current, previous });
}

function checkpoint(view: WriteView, { path, seq, token, progress }: CheckpointEntryCommand): Result {
  const entry = ownClaim(view, path, seq, token);
  if ('kind' in entry) return entry;
  view.put('system', QUEUE_PROGRESS(entryIdOf(entry.number, seq)), progress);
  const after = { ...entry, progressBytes: progress.length };
  writeEntry(view, entry, after);
  return answered(view, 'claimed', { entry: after });
}

function complete(view: WriteView, { path, seq, token, result }: CompleteEntryCommand): Result {
  const entry = ownClaim(view, path, seq, token);
  if ('kind' in entry) return entry;
  return answered(view, 'done', { entry: completeEntry(view, entry, result) });
}

function fail(view: WriteView, { path, seq, token, why, isRetried }: FailEntryCommand): Result {
  const entry = ownClaim(view, path, seq, token);
  if ('kind' in entry) return entry;
  const after = endAttempt(view, entry, 'failed', why, isRetried);
  return answered(view, after.state, { entry: after });
}

function requeue(view: WriteView, { path, seq }: RequeueEntryCommand): Result {
  const entry = entryAt(view, path, seq);
  if ('kind' in entry) return entry;
  if (entry.state !== 'dead') {
    return refused('ENTRY_NOT_DEAD', `entry ${seq} of ${shown(path)} is ${entry.state}: only a dead one is requeued`);
  }
  const after: EntryRecord = { ...entry, state: 'ready', attempts: 0 };
  writeEntry(view, entry, after);
  return answered(view, 'ready', { entry: after });
}

function remove(view: WriteView, { path, seq }: RemoveEntryCommand): Result {
  const entry = entryAt(view, path, seq);
  if ('kind' in entry) return entry;
  if (entry.state === 'claimed') return claimedRefusal(entry, 'it can be taken out when that has ended');
  removeEntry(view, entry);
  return answered(view, 'removed', { entry });
}

function deleteAll(view: WriteView, { path }: DeleteQueueCommand): Result {
  const queue = readQueue(view, path);
  if (queue === undefined) return unknownQueue(path);
  const { claimed } = queue.counts;
  if (claimed > 0) {
    const message = `${claimed} entries of ${shown(path)} are claimed: the queue can be deleted when they have ended`;
    return refused('ENTRY_CLAIMED', message);
  }
  removeQueue(view, path, queue);
  return answered(view, 'removed', {});
}

interface Answer extends Partial<Pick<WriteResult, 'current' | 'previous' | 'succeeded'>> {
  readonly entry?: EntryRecord;
  readonly seqs?: readonly number[];
  readonly timerId?: string;
}

function answered(view: WriteView, state: QueueOutcome['state'], answer: Answer): WriteResult {
  const { entry, current, previous, succeeded = true, timerId = '' } = answer;
  const outcome: QueueOutcome = {
    kind: 'queue',
    state,
    seqs: answer.seqs ?? (entry === undefined ? [] : [entry.seq]),
    token: entry?.token ?? 0,
    attempt: entry?.attempts ?? 0,
    timerId,
    delayMs: entry?.delayMs ?? 0,
  };
  return written(view, { succeeded, current, previous, outcome });
}
