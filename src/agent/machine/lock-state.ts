import { LOCKS, type LockRecord, recordIdOf } from './coordination-records.ts';
import { addToCount, countOf } from './plain-index.ts';
import { type Retired, retire, revive } from './retired-records.ts';
import type { Key } from './store.ts';
import { LOCK_INDEX } from './system-records.ts';
import type { WriteView } from './write-view.ts';

/** The records of locks, and how many are in use. */

const IN_USE = `${LOCK_INDEX}in-use`;

const NEVER_HELD: LockRecord = {
  state: 'free',
  token: 0,
  sessionId: '',
  owner: '',
  heldSinceMs: 0,
  count: 0,
  waiting: 0,
  lockDelayMs: 0,
  freedRevision: 0,
};

const FREE: Retired = {
  index: `${LOCK_INDEX}free/`,
  isNeeded: (view, lock) => readLock(view, lock).token === view.slot,
  forget: (view, lock) => view.delete('system', LOCKS.keyOf(recordIdOf(lock))),
};

export function readLock(view: WriteView, lock: Key): LockRecord {
  return LOCKS.read(view, recordIdOf(lock)) ?? NEVER_HELD;
}

/** Locks that somebody holds or wants, or that are delayed: what the limit counts. */
export function locksInUse(view: WriteView): number {
  return countOf(view, IN_USE);
}

/** `before` is what `readLock` says. */
export function writeLock(view: WriteView, lock: Key, before: LockRecord, after: LockRecord): void {
  const isFree = after.state === 'free';
  const freedRevision = isFree ? view.revision('system') + 1 : 0;
  view.put('system', LOCKS.keyOf(recordIdOf(lock)), LOCKS.encode({ ...after, freedRevision }));
  if (isFree === (before.state === 'free')) return;
  addToCount(view, IN_USE, isFree ? -1 : 1);
  if (isFree) retire(view, FREE, freedRevision, lock);
  else if (before.freedRevision > 0) revive(view, FREE, before.freedRevision, lock);
}
