import type {
  AcquireLockCommand,
  CancelLockCommand,
  ForceReleaseLockCommand,
  ReleaseLockCommand,
  WidenLockCommand,
} from './coordination-commands.ts';
import { LOCK_CLAIMS, type LockClaimRecord } from './coordination-records.ts';
import type { LockOutcome } from './coordination-results.ts';
import { type Families, refused, written } from './family.ts';
import { shown } from './keys.ts';
import { LIMITS } from './limits.ts';
import { cycleWith } from './lock-cycles.ts';
import { dropWaiting, endDelay, endHeld } from './lock-endings.ts';
import { enqueue, grant, settle, stanceOfNewcomer, takeTurn, writeClaim } from './lock-grants.ts';
import { addClaim, claimsBelow, claimsFor, newPlaces, orderOf, placesOf } from './lock-index.ts';
import { isLock, LOCKABLE, lockPathViolation, locksOf } from './lock-paths.ts';
import { locksInUse, readLock } from './lock-state.ts';
import { limitRefusal } from './raisable-limits.ts';
import type { Refusal, Result, WriteResult } from './results.ts';
import type { Key } from './store.ts';
import { textViolation } from './texts.ts';
import { lockTimer, startTimer, ttlViolation } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

export const LOCKS_FAMILY: Families<'acquireLock' | 'releaseLock' | 'cancelLock' | 'widenLock' | 'forceReleaseLock'> = {
  acquireLock: { violation: acquireViolation, apply: acquire, isIdempotent: false },
  releaseLock: { violation: ({ path, ticket }) => claimViolation(path, ticket), apply: release, isIdempotent: false },
  cancelLock: { violation: ({ path, ticket }) => claimViolation(path, ticket), apply: cancel, isIdempotent: false },
  widenLock: {
    violation: ({ ticket, leaseTtlMs }) => ticketViolation(ticket) ?? ttlViolation(leaseTtlMs),
    apply: widen,
    isIdempotent: false,
  },
  forceReleaseLock: { violation: forceViolation, apply: forceRelease, isIdempotent: false },
};

function acquireViolation({ path, leaseTtlMs, lockDelayMs, owner }: AcquireLockCommand): string | undefined {
  const isDelay = Number.isSafeInteger(lockDelayMs) && lockDelayMs >= 0 && lockDelayMs <= LIMITS.ttlMsMax;
  return (
    lockPathViolation(path) ??
    (leaseTtlMs === 0 ? undefined : ttlViolation(leaseTtlMs)) ??
    (isDelay ? undefined : `a lock delay is between 0 and ${LIMITS.ttlMsMax} whole milliseconds, not ${lockDelayMs}`) ??
    textViolation('the owner of a lock', owner)
  );
}

function claimViolation(path: Key, ticket: number): string | undefined {
  return lockPathViolation(path) ?? (ticket === 0 ? undefined : ticketViolation(ticket));
}

function ticketViolation(ticket: number): string | undefined {
  return Number.isSafeInteger(ticket) && ticket > 0
    ? undefined
    : 'a ticket is the number that an acquisition was given';
}

function forceViolation({ path, by, why }: ForceReleaseLockCommand): string | undefined {
  if (!isLock(path)) return `${shown(path)} is not a lock: a lock ends in a segment ${LOCKABLE}`;
  if (by === '') return 'a forced release must say by whom it is';
  return lockPathViolation(path) ?? textViolation('who forces a release', by) ?? textViolation('a reason', why);
}

function acquire(view: WriteView, command: AcquireLockCommand): Result {
  const locks = locksOf(command.path);
  const stance = stanceOfNewcomer(view, view.sessionId, locks);
  const claim = newClaim(view, command, locks);
  const refusal = limitOf(view, locks) ?? (stance === 'granted' ? undefined : queueRefusal(view, claim, command.wait));
  if (refusal !== undefined) return refusal;
  addClaim(view, claim);
  if (stance === 'granted') return answered(view, 'held', grant(view, claim));
  enqueue(view, claim);
  if (stance === 'next slot') takeTurn(view, claim);
  return answered(view, 'queued', claim);
}

function newClaim(view: WriteView, command: AcquireLockCommand, locks: readonly Key[]): LockClaimRecord {
  const { path, leaseTtlMs, adaptive, lockDelayMs, owner } = command;
  const { sessionId } = view;
  // One command, one revision: no other claim has this number, and later ones have higher ones.
  const ticket = view.revision('system') + 1;
  return {
    ticket,
    sessionId,
    owner,
    path,
    locks: newPlaces(view, sessionId, locks, ticket),
    state: 'queued',
    token: 0,
    leaseTtlMs,
    adaptive,
    lockDelayMs,
    queuedSlot: view.slot,
    queuedMs: view.stampMs,
    grantedSlot: 0,
    grantedMs: 0,
  };
}

function limitOf(view: WriteView, locks: readonly Key[]): Refusal | undefined {
  const added = locks.filter((lock) => readLock(view, lock).state === 'free').length;
  return added === 0 ? undefined : limitRefusal(view, 'locks', locksInUse(view) + added, 'locks in use');
}

/** Why the claim cannot wait. */
function queueRefusal(view: WriteView, claim: LockClaimRecord, wait: boolean): Refusal | undefined {
  if (!wait) return heldRefusal(view, claim);
  for (const { path } of claim.locks) {
    const lock = readLock(view, path);
    if (lock.sessionId === view.sessionId) continue;
    const refusal = limitRefusal(view, 'waitersPerLock', lock.waiting + 1, `waiters for ${shown(path)}`);
    if (refusal !== undefined) return refusal;
  }
  const cycle = cycleWith(view, claim);
  if (cycle === undefined) return undefined;
  return refused('DEADLOCK', `nobody would ever get on: ${cycle}; release something first`);
}

function heldRefusal(view: WriteView, { path: asked, locks }: LockClaimRecord): Refusal {
  for (const { path } of locks) {
    const lock = readLock(view, path);
    if (lock.state === 'held' && lock.sessionId !== view.sessionId) {
      const { sessionId, heldSinceMs, token } = lock;
      const holder = lock.owner === '' ? `session ${sessionId}` : `${lock.owner} (session ${sessionId})`;
      const message = `the lock ${shown(path)} is held by ${holder} since slot ${token}`;
      return refused('LOCK_HELD', message, { holder: sessionId, heldSinceMs });
    }
    if (lock.state === 'delayed') {
      return refused('LOCK_HELD', `the lock ${shown(path)} lost its holder and is delayed for ${lock.lockDelayMs} ms`);
    }
  }
  return refused('LOCK_HELD', `others wait for ${shown(asked)}, or it was released in this very slot`);
}

function release(view: WriteView, command: ReleaseLockCommand): Result {
  const claim = ownClaims(view, command).findLast(({ state }) => state === 'held');
  if (claim === undefined) return notHeldRefusal(view, command.path);
  settle(view, endHeld(view, claim, { kind: 'released' }));
  return answered(view, 'released', claim);
}

function notHeldRefusal(view: WriteView, path: Key): Refusal {
  const lock = locksOf(path).at(-1) as Key;
  const { state, sessionId, owner, token, heldSinceMs } = readLock(view, lock);
  const mine = `session ${view.sessionId} does not hold ${shown(path)}`;
  if (state !== 'held') return refused('LOCK_NOT_HELD', `${mine}; nobody holds the lock ${shown(lock)}`);
  if (sessionId === view.sessionId) {
    return refused('LOCK_NOT_HELD', `${mine} by this ticket or path, though it holds the lock ${shown(lock)}`);
  }
  const holder = owner === '' ? `session ${sessionId}` : `${owner} (session ${sessionId})`;
  const message = `${mine}; the lock ${shown(lock)} is held by ${holder} since slot ${token}`;
  return refused('LOCK_NOT_HELD', message, { holder: sessionId, heldSinceMs });
}

function cancel(view: WriteView, command: CancelLockCommand): Result {
  const claims = ownClaims(view, command);
  const waiting = claims.findLast(({ state }) => state === 'queued');
  if (waiting !== undefined) {
    settle(view, dropWaiting(view, waiting));
    return answered(view, 'cancelled', waiting);
  }
  const held = claims.at(-1);
  if (held !== undefined) return answered(view, 'held', held);
  const nothing = { kind: 'lock', state: 'gone', ticket: 0, token: 0, position: 0, count: 0, leaseTtlMs: 0 } as const;
  return written(view, { succeeded: false, outcome: nothing });
}

function ownClaims(view: WriteView, { path, ticket }: ReleaseLockCommand | CancelLockCommand): LockClaimRecord[] {
  if (ticket === 0) return claimsFor(view, view.sessionId, path);
  const claim = LOCK_CLAIMS.read(view, String(ticket));
  return claim !== undefined && claim.sessionId === view.sessionId && claim.path === path ? [claim] : [];
}

function widen(view: WriteView, { ticket, leaseTtlMs }: WidenLockCommand): Result {
  const claim = LOCK_CLAIMS.read(view, String(ticket));
  if (claim === undefined || claim.sessionId !== view.sessionId) {
    return refused('LOCK_NOT_HELD', `session ${view.sessionId} has no acquisition with the ticket ${ticket}`);
  }
  if (!claim.adaptive || claim.leaseTtlMs === 0 || leaseTtlMs < claim.leaseTtlMs) {
    const message = `only the lease of an adaptive acquisition is widened, and never made shorter than ${claim.leaseTtlMs} ms`;
    return refused('INVALID_ARGUMENT', message);
  }
  const wider = { ...claim, leaseTtlMs };
  writeClaim(view, wider);
  if (claim.state === 'held') startTimer(view, lockTimer(ticket), leaseTtlMs);
  return answered(view, claim.state, wider);
}

function forceRelease(view: WriteView, { path, by, why }: ForceReleaseLockCommand): Result {
  const lock = readLock(view, path);
  if (lock.state === 'delayed') {
    endDelay(view, path, { ...lock.ended!, kind: 'forced', by, why, slot: view.slot, atMs: view.stampMs });
    return written(view);
  }
  if (lock.state !== 'held') return refused('LOCK_NOT_HELD', `nobody holds the lock ${shown(path)}`);
  const claims = claimsBelow(view, lock.sessionId, path).filter(({ state }) => state === 'held');
  settle(
    view,
    claims.flatMap((claim) => endHeld(view, claim, { kind: 'forced', by, why })),
  );
  return written(view);
}

function answered(view: WriteView, state: LockOutcome['state'], claim: LockClaimRecord): WriteResult {
  const locks = claim.locks.map(({ path }) => readLock(view, path));
  const innermost = locks.at(-1)!;
  const isMine = innermost.state === 'held' && innermost.sessionId === view.sessionId;
  const outcome: LockOutcome = {
    kind: 'lock',
    state,
    ticket: claim.ticket,
    token: state === 'held' ? claim.token : 0,
    position: state === 'queued' ? positionOf(view, claim) : 0,
    count: isMine ? innermost.count : 0,
    leaseTtlMs: claim.leaseTtlMs,
  };
  return written(view, { outcome });
}

/** In the longest of its queues. A newcomer is the last there, unless its session stood there already. */
function positionOf(view: WriteView, claim: LockClaimRecord): number {
  const positions = claim.locks.map((place) => {
    if (place.order === claim.ticket) return readLock(view, place.path).waiting;
    const own = orderOf(claim.ticket, place);
    return placesOf(view, place.path).filter(({ order }) => order <= own).length;
  });
  return Math.max(...positions);
}
