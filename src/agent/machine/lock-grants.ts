import { LOCK_CLAIMS, type LockClaimRecord, type LockRecord } from './coordination-records.ts';
import { addPlaces, addToken, claimAt, orderOf, placesOf, removePlaces, waitingClaims } from './lock-index.ts';
import { readLock, writeLock } from './lock-state.ts';
import type { Key } from './store.ts';
import { lockDelayTimer, lockTimer, startTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** As short as a timer can be: it fires in one of the next slots. */
const NEXT_SLOT_TTL_MS = 1;

type Stance = 'granted' | 'next slot' | 'waits';

/**
 * What one lock says to a claim, which is first in its queue or is not.
 * A lock is granted at most once per slot, because the slot is the token, and tokens are never used twice.
 */
function stanceOf(view: WriteView, lock: LockRecord, sessionId: string, isFirst: boolean): Stance {
  if (lock.state === 'held') return lock.sessionId === sessionId ? 'granted' : 'waits';
  if (lock.state === 'delayed' || !isFirst) return 'waits';
  return lock.token < view.slot ? 'granted' : 'next slot';
}

/** Of a claim with its locks; all must agree. */
function together(stances: readonly Stance[]): Stance {
  if (stances.includes('waits')) return 'waits';
  return stances.includes('next slot') ? 'next slot' : 'granted';
}

/** Of a session that asks now, and would stand last in every queue. */
export function stanceOfNewcomer(view: WriteView, sessionId: string, locks: readonly Key[]): Stance {
  return together(
    locks.map((path) => {
      const lock = readLock(view, path);
      return stanceOf(view, lock, sessionId, lock.waiting === 0);
    }),
  );
}

function stanceOfClaim(view: WriteView, claim: LockClaimRecord): Stance {
  return together(
    claim.locks.map((place) => {
      const isFirst = placesOf(view, place.path, 1)[0]?.order === orderOf(claim.ticket, place);
      return stanceOf(view, readLock(view, place.path), claim.sessionId, isFirst);
    }),
  );
}

/** Makes the session of a claim that stands in no queue the holder of all its locks. Returns the claim as it is now. */
export function grant(view: WriteView, claim: LockClaimRecord): LockClaimRecord {
  let token = 0;
  for (const { path } of claim.locks) token = hold(view, path, claim);
  const held: LockClaimRecord = {
    ...claim,
    state: 'held',
    token,
    grantedSlot: view.slot,
    grantedMs: view.stampMs,
  };
  writeClaim(view, held);
  if (held.leaseTtlMs > 0) startTimer(view, lockTimer(held.ticket), held.leaseTtlMs);
  return held;
}

/** Returns the fencing token. */
function hold(view: WriteView, path: Key, { sessionId, owner, lockDelayMs }: LockClaimRecord): number {
  const lock = readLock(view, path);
  if (lock.state === 'held') {
    const longest = Math.max(lock.lockDelayMs, lockDelayMs);
    writeLock(view, path, lock, { ...lock, count: lock.count + 1, lockDelayMs: longest });
    return lock.token;
  }
  const token = view.slot;
  const fresh = { state: 'held' as const, token, sessionId, owner, heldSinceMs: view.stampMs, count: 1, lockDelayMs };
  writeLock(view, path, lock, { ...lock, ...fresh });
  addToken(view, sessionId, token, path);
  return token;
}

export function writeClaim(view: WriteView, claim: LockClaimRecord): void {
  view.put('system', LOCK_CLAIMS.keyOf(String(claim.ticket)), LOCK_CLAIMS.encode(claim));
}

export function enqueue(view: WriteView, claim: LockClaimRecord): void {
  addPlaces(view, claim);
  for (const { path } of claim.locks) {
    const lock = readLock(view, path);
    writeLock(view, path, lock, {
      ...lock,
      state: lock.state === 'free' ? 'queued' : lock.state,
      waiting: lock.waiting + 1,
    });
  }
  writeClaim(view, claim);
}

/** Takes a claim out of every queue it stands in: to be granted, or for good. What it leaves is for `settle` to look at. */
export function leaveQueues(view: WriteView, claim: LockClaimRecord, isGranted: boolean): void {
  removePlaces(view, claim);
  for (const { path } of claim.locks) {
    const lock = readLock(view, path);
    const waiting = lock.waiting - 1;
    const state = lock.state === 'queued' && waiting === 0 && !isGranted ? 'free' : lock.state;
    writeLock(view, path, lock, { ...lock, state, waiting });
  }
}

/**
 * Grants what can be granted after something changed at these locks: one became free, or somebody left its queue. Only
 * whoever is first there can gain by that; and whoever gains a lock skips the queues of it, so its other claims are
 * looked at as well.
 */
export function settle(view: WriteView, locks: readonly Key[]): void {
  for (const path of new Set(locks)) {
    if (readLock(view, path).state !== 'queued') continue;
    const [first] = placesOf(view, path, 1);
    if (first === undefined) continue;
    const claim = claimAt(view, first.ticket);
    if (grantIfPossible(view, claim)) settleSession(view, claim.sessionId);
    else if (stanceOfClaim(view, claim) === 'next slot') takeTurn(view, claim);
  }
}

function settleSession(view: WriteView, sessionId: string): void {
  for (const claim of waitingClaims(view, sessionId)) grantIfPossible(view, claim);
}

function grantIfPossible(view: WriteView, claim: LockClaimRecord): boolean {
  if (stanceOfClaim(view, claim) !== 'granted') return false;
  leaveQueues(view, claim, true);
  grant(view, claim);
  return true;
}

/** The claim waits for nothing but the next slot: a timer makes sure that there is one. */
export function takeTurn(view: WriteView, claim: LockClaimRecord): void {
  for (const { path } of claim.locks) {
    const lock = readLock(view, path);
    if (lock.state === 'queued' && lock.token === view.slot) {
      startTimer(view, lockDelayTimer(path), NEXT_SLOT_TTL_MS);
      return;
    }
  }
}
