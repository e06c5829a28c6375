import { LOCK_CLAIMS, type LockClaimRecord, type LockEndKind, type LockRecord } from './coordination-records.ts';
import { leaveQueues, settle } from './lock-grants.ts';
import { claimsBelow, removeClaim, removeToken } from './lock-index.ts';
import { readLock, writeLock } from './lock-state.ts';
import type { Key } from './store.ts';
import { lockDelayTimer, lockTimer, startTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** How a hold ends, and who says so. */
export interface Ending {
  readonly kind: LockEndKind;
  readonly by?: string;
  readonly why?: string;
}

/** Takes a waiting claim away. Returns the locks to settle. */
export function dropWaiting(view: WriteView, claim: LockClaimRecord): Key[] {
  leaveQueues(view, claim, false);
  dropRecord(view, claim);
  return claim.locks.map(({ path }) => path);
}

/** Ends one acquisition: each of its locks counts one less, and is free when that was the last. Returns what to settle. */
export function endHeld(view: WriteView, claim: LockClaimRecord, ending: Ending): Key[] {
  dropRecord(view, claim);
  if (claim.leaseTtlMs > 0) stopTimer(view, lockTimer(claim.ticket));
  const freed: Key[] = [];
  for (const { path } of claim.locks) {
    const lock = readLock(view, path);
    if (lock.count > 1) {
      writeLock(view, path, lock, { ...lock, count: lock.count - 1 });
    } else {
      free(view, path, lock, ending);
      freed.push(path);
    }
  }
  return freed;
}

/** A holder that was lost may still be writing somewhere: that is what a delay is for. Whoever releases has finished. */
function free(view: WriteView, path: Key, lock: LockRecord, ending: Ending): void {
  const { sessionId, owner, token, waiting } = lock;
  const isDelayed = lock.lockDelayMs > 0 && (ending.kind === 'sessionEnded' || ending.kind === 'expired');
  const state = isDelayed ? 'delayed' : waiting > 0 ? 'queued' : 'free';
  const ended = { sessionId, owner, token, slot: view.slot, atMs: view.stampMs, ...ending };
  const nobody = { sessionId: '', owner: '', heldSinceMs: 0, count: 0 };
  if (isDelayed) startTimer(view, lockDelayTimer(path), lock.lockDelayMs);
  writeLock(view, path, lock, { ...lock, ...nobody, state, ended });
  removeToken(view, sessionId, token, path);
}

function dropRecord(view: WriteView, claim: LockClaimRecord): void {
  view.delete('system', LOCK_CLAIMS.keyOf(String(claim.ticket)));
  removeClaim(view, claim);
}

/** The session leaves every queue before anything is granted: nothing may be granted to a session that has ended. */
export function endLocksOfSession(view: WriteView, sessionId: string): number {
  const claims = claimsBelow(view, sessionId, '/');
  const locks: Key[] = [];
  for (const claim of claims) if (claim.state === 'queued') locks.push(...dropWaiting(view, claim));
  for (const claim of claims) {
    if (claim.state === 'held') locks.push(...endHeld(view, claim, { kind: 'sessionEnded' }));
  }
  settle(view, locks);
  return 0;
}

/** The lease of one acquisition is over. */
export function expireLock(view: WriteView, ticket: string): number {
  const claim = LOCK_CLAIMS.read(view, ticket);
  if (claim?.state === 'held') settle(view, endHeld(view, claim, { kind: 'expired' }));
  return 0;
}

/** The delay of a lock is over, or its turn has come. */
export function endLockDelay(view: WriteView, id: string): number {
  endDelay(view, `/${id}`);
  return 0;
}

export function endDelay(view: WriteView, path: Key, ended?: LockRecord['ended']): void {
  const lock = readLock(view, path);
  stopTimer(view, lockDelayTimer(path));
  if (lock.state === 'delayed') {
    const state = lock.waiting > 0 ? 'queued' : 'free';
    writeLock(view, path, lock, { ...lock, state, ended: ended ?? lock.ended });
  }
  settle(view, [path]);
}
