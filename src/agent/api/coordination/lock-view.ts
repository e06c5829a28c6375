import {
  LOCK_CLAIMS,
  LOCKS,
  type LockClaimRecord,
  type LockRecord,
  pathOfRecordId,
  recordIdOf,
} from '../../machine/coordination-records.ts';
import type { Key } from '../../machine/store.ts';
import type { Reader } from '../../machine/system-records.ts';

/** A claim in the queue of one lock. */
export interface Waiter {
  readonly claim: LockClaimRecord;
  /** From 1. */
  readonly position: number;
}

export interface LockView {
  readonly path: Key;
  readonly record: LockRecord;
  readonly queue: readonly Waiter[];
  /** The acquisitions of the holder. */
  readonly holds: readonly LockClaimRecord[];
}

/** A session waits at a lock for its holder, or for who stands right before it. */
export interface WaitFor {
  readonly from: string;
  readonly path: Key;
  readonly to: string;
}

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

/** All locks whose path begins with `prefix`, by path. */
export function lockViews(state: Reader, prefix: string, withFree: boolean): LockView[] {
  const claims = claimsByLock(LOCK_CLAIMS.list(state).map(({ value }) => value));
  return LOCKS.list(state)
    .map(({ id, value }) => ({ path: pathOfRecordId(id), record: value }))
    .filter(({ path, record }) => path.startsWith(prefix) && (withFree || record.state !== 'free'))
    .map(({ path, record }) => viewOf(path, record, claims.get(path) ?? []));
}

export function lockView(state: Reader, path: Key): LockView {
  const record = LOCKS.read(state, recordIdOf(path)) ?? NEVER_HELD;
  const claims = LOCK_CLAIMS.list(state).map(({ value }) => value);
  return viewOf(path, record, claimsByLock(claims).get(path) ?? []);
}

/** In the longest of its queues; 0 when it does not wait. */
export function positionOf(state: Reader, claim: LockClaimRecord): number {
  if (claim.state !== 'queued') return 0;
  const claims = claimsByLock(LOCK_CLAIMS.list(state).map(({ value }) => value));
  const positions = claim.locks.map(({ path }) => {
    const record = LOCKS.read(state, recordIdOf(path)) ?? NEVER_HELD;
    const { queue } = viewOf(path, record, claims.get(path) ?? []);
    return queue.find((waiter) => waiter.claim.ticket === claim.ticket)?.position ?? 0;
  });
  // It stands first where only the next slot is missing.
  return Math.max(1, ...positions);
}

/** Who waits for whom. Who stands further ahead is waited for by whoever stands right before, and so need not be said. */
export function waitsOf(locks: readonly LockView[]): WaitFor[] {
  const edges: WaitFor[] = [];
  for (const { path, record, queue } of locks) {
    let before = record.state === 'held' ? record.sessionId : '';
    for (const { claim } of queue) {
      const from = claim.sessionId;
      if (before !== '' && before !== from) edges.push({ from, path, to: before });
      before = from;
    }
  }
  return edges;
}

function claimsByLock(claims: readonly LockClaimRecord[]): Map<Key, LockClaimRecord[]> {
  const byLock = new Map<Key, LockClaimRecord[]>();
  for (const claim of claims) {
    for (const { path } of claim.locks) {
      const known = byLock.get(path);
      if (known === undefined) byLock.set(path, [claim]);
      else known.push(claim);
    }
  }
  return byLock;
}

/** A session that holds the lock does not wait for it, whatever else it waits for. */
function viewOf(path: Key, record: LockRecord, claims: readonly LockClaimRecord[]): LockView {
  const isHolder = ({ sessionId }: LockClaimRecord) => record.state === 'held' && sessionId === record.sessionId;
  const orderOf = (claim: LockClaimRecord) => claim.locks.find((place) => place.path === path)!.order;
  const queue = claims
    .filter((claim) => claim.state === 'queued' && !isHolder(claim))
    .sort((a, b) => orderOf(a) - orderOf(b) || a.ticket - b.ticket)
    .map((claim, index) => ({ claim, position: index + 1 }));
  const holds = claims.filter((claim) => claim.state === 'held' && isHolder(claim)).sort((a, b) => a.ticket - b.ticket);
  return { path, record, queue, holds };
}
