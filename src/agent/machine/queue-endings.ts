import { LIMITS } from './limits.ts';
import {
  entriesOfSession,
  readEntry,
  readQueue,
  removeEntryRecord,
  takeDependents,
  writeEntry,
} from './queue-state.ts';
import { type EntryRecord, entryIdOf, QUEUE_ENTRIES } from './queue-types.ts';
import { QUEUE_PROGRESS, QUEUE_RESULTS } from './raw-records.ts';
import { entryDelayTimer, entryTimer, startTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** How claims of entries end, and what follows for the entries that wait for them. */

type EndKind = NonNullable<EntryRecord['ended']>['kind'];

function ended(view: WriteView, entry: EntryRecord, kind: EndKind, why: string) {
  const { token, worker, leaseTtlMs } = entry;
  if (leaseTtlMs > 0) stopTimer(view, entryTimer(entryIdOf(entry.number, entry.seq), token));
  const record = { kind, token, worker, why, slot: view.slot, atMs: view.stampMs };
  return { ...entry, sessionId: '', worker: '', leaseTtlMs: 0, ended: record };
}

export function completeEntry(view: WriteView, entry: EntryRecord, result: Uint8Array): EntryRecord {
  const id = entryIdOf(entry.number, entry.seq);
  view.put('system', QUEUE_RESULTS(id), result);
  // Nobody will continue it.
  view.delete('system', QUEUE_PROGRESS(id));
  const done: EntryRecord = {
    ...ended(view, entry, 'completed', ''),
    state: 'done',
    progressBytes: 0,
    resultBytes: result.length,
    doneRevision: view.revision('system') + 1,
  };
  writeEntry(view, entry, done);
  releaseDependents(view, entry);
  return done;
}

/** An entry that nobody works on is taken out; what waits for it waits no longer. */
export function removeEntry(view: WriteView, entry: EntryRecord): void {
  releaseDependents(view, entry);
  removeEntryRecord(view, entry);
}

function releaseDependents(view: WriteView, entry: EntryRecord): void {
  const queue = readQueue(view, entry.queue)!;
  for (const seq of takeDependents(view, entry)) {
    const dependent = readEntry(view, queue, seq)!;
    const open = dependent.open - 1;
    writeEntry(view, dependent, { ...dependent, open, state: open === 0 ? 'ready' : 'waiting' });
  }
}

/**
 * A claim came to nothing. Whoever failed may fail again at once, so the entry waits; whose worker was lost is continued
 * at once from its last checkpoint. Both use up an attempt: an entry that kills its workers must not do so for ever.
 */
export function endAttempt(
  view: WriteView,
  entry: EntryRecord,
  kind: 'failed' | 'expired' | 'sessionEnded',
  why: string,
  isRetried: boolean,
): EntryRecord {
  const unclaimed = ended(view, entry, kind, why);
  const isDead = !isRetried || (entry.maxAttempts > 0 && entry.attempts >= entry.maxAttempts);
  const delayMs = isDead || kind !== 'failed' ? 0 : delayOf(entry);
  const after: EntryRecord = { ...unclaimed, delayMs, state: isDead ? 'dead' : delayMs > 0 ? 'delayed' : 'ready' };
  if (delayMs > 0) startTimer(view, entryDelayTimer(entryIdOf(entry.number, entry.seq)), delayMs);
  writeEntry(view, entry, after);
  return after;
}

function delayOf({ backoffMs, backoffMaxMs, attempts }: EntryRecord): number {
  // The power has no bound, and nothing times infinity is not a number.
  if (backoffMs === 0) return 0;
  return Math.min(backoffMs * 2 ** (attempts - 1), backoffMaxMs === 0 ? LIMITS.ttlMsMax : backoffMaxMs);
}

export function endEntriesOfSession(view: WriteView, sessionId: string): number {
  for (const entry of entriesOfSession(view, sessionId)) {
    endAttempt(view, entry, 'sessionEnded', `session ${sessionId} ended`, true);
  }
  return 0;
}

/** `<number>/<seq>/<token>`: the lease of one claim is over. */
export function expireEntry(view: WriteView, id: string): number {
  const slash = id.lastIndexOf('/');
  const entry = QUEUE_ENTRIES.read(view, id.slice(0, slash));
  if (entry?.state !== 'claimed' || entry.token !== Number(id.slice(slash + 1))) return 0;
  endAttempt(view, entry, 'expired', `nobody renewed its lease of ${entry.leaseTtlMs} ms`, true);
  return 0;
}

export function endEntryDelay(view: WriteView, id: string): number {
  stopTimer(view, entryDelayTimer(id));
  const entry = QUEUE_ENTRIES.read(view, id);
  if (entry?.state === 'delayed') writeEntry(view, entry, { ...entry, state: 'ready', delayMs: 0 });
  return 0;
}
