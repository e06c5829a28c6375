import { type LockClaimRecord, type LockRecord, recordIdOf } from '../agent/machine/coordination-records.ts';
import { locksAbove } from '../agent/machine/lock-paths.ts';
import type { Key, KeyChange } from '../agent/machine/store.ts';
import type { CoordinationShadow } from './coordination-shadow.ts';
import { textOf } from './host-history.ts';
import { require } from './violation.ts';

/** A key below a lock that takes only fencing tokens: what a resource that checks tokens would accept. */
export const RESOURCE = 'resource';

function claimsOn(shadow: CoordinationShadow, path: Key): LockClaimRecord[] {
  return [...shadow.claims.all.values()].filter(({ locks }) => locks.some((place) => place.path === path));
}

function orderAt(claim: LockClaimRecord, path: Key): number {
  return claim.locks.find((place) => place.path === path)?.order ?? 0;
}

/** A new claim stands last, or where its session stands already, or first because its session holds the lock. */
export function checkPlaces(shadow: CoordinationShadow, claim: LockClaimRecord): void {
  for (const { path, order } of claim.locks) {
    const { before } = shadow.locks.changed.get(recordIdOf(path)) ?? {};
    const others = claimsOn(shadow, path).filter(({ ticket }) => ticket !== claim.ticket);
    const isKnown = others.some((other) => other.sessionId === claim.sessionId && orderAt(other, path) === order);
    const isHolder = order === 0 && before?.sessionId === claim.sessionId;
    require(order === claim.ticket || isHolder || isKnown, 'locks are first in, first out', () => {
      return `the claim ${claim.ticket} of ${claim.sessionId} stands at ${order} for ${path}`;
    });
  }
}

/** Nobody waits for itself, through any number of others: it would wait for ever (invariant 13). */
export function checkNoCycle(shadow: CoordinationShadow, { sessionId: start }: LockClaimRecord): void {
  const reached = new Set<string>();
  const next = [start];
  for (let session = next.pop(); session !== undefined; session = next.pop()) {
    for (const other of waitsFor(shadow, session)) {
      require(other !== start, 'nobody waits for itself', () =>
        `${start} waits for itself, through ${[...reached].join(', ')}`);
      if (reached.has(other)) continue;
      reached.add(other);
      next.push(other);
    }
  }
}

/** Who holds what the session wants, and who stands before it. */
function waitsFor(shadow: CoordinationShadow, session: string): Set<string> {
  const others = new Set<string>();
  for (const claim of shadow.claims.all.values()) {
    if (claim.sessionId !== session || claim.state !== 'queued') continue;
    for (const { path, order } of claim.locks) {
      others.add(shadow.locks.all.get(recordIdOf(path))?.sessionId ?? '');
      for (const other of claimsOn(shadow, path)) {
        if (other.state === 'queued' && orderAt(other, path) < order) others.add(other.sessionId);
      }
    }
  }
  others.delete('');
  others.delete(session);
  return others;
}

/** One lock that a command changed (invariants 11 and 13). */
export function checkLock(shadow: CoordinationShadow, path: Key, slot: number): void {
  const { before, after } = shadow.locks.changed.get(recordIdOf(path)) ?? {};
  const highest = shadow.tokens.get(path) ?? 0;
  if (after === undefined) {
    require(before?.state === 'free', 'at most one live holder per lock', () => `the record of ${path} is gone`);
    return;
  }
  const isGrant = after.state === 'held' && (before?.state !== 'held' || before.sessionId !== after.sessionId);
  if (isGrant) checkGrant(shadow, path, after, slot);
  else {
    require(after.token === highest, 'tokens strictly increase', () => {
      return `${path} has token ${after.token} without a grant, it was ${highest}`;
    });
  }
  shadow.tokens.set(path, Math.max(highest, after.token));
  checkCounts(shadow, path, after);
  if (before?.sessionId && before.sessionId !== after.sessionId) {
    shadow.counters.add(`lock ${after.ended?.kind ?? 'lost'}`);
    if (after.state === 'delayed') shadow.counters.add('lock delayed');
  }
}

function checkGrant(shadow: CoordinationShadow, path: Key, lock: LockRecord, slot: number): void {
  const highest = shadow.tokens.get(path) ?? 0;
  shadow.counters.add('lock granted');
  require(lock.token > highest && lock.token === slot, 'tokens strictly increase', () => {
    return `${path} is granted in slot ${slot} with token ${lock.token} after ${highest}`;
  });
  require(shadow.sessions.all.has(lock.sessionId), 'at most one live holder per lock', () => {
    return `${path} is granted to session ${lock.sessionId}, which has ended`;
  });
  const claims = claimsOn(shadow, path);
  const mine = claims.filter(({ state, sessionId }) => state === 'held' && sessionId === lock.sessionId);
  const order = Math.min(...mine.map((claim) => orderAt(claim, path)));
  for (const claim of claims) {
    if (claim.state !== 'queued' || claim.sessionId === lock.sessionId) continue;
    shadow.counters.add('lock contended');
    require(orderAt(claim, path) > order, 'locks are first in, first out', () => {
      return `${path} is granted to ${lock.sessionId} at ${order} before ${claim.sessionId} at ${orderAt(claim, path)}`;
    });
  }
}

/** The holder's acquisitions are what is counted, and nobody else has any. */
function checkCounts(shadow: CoordinationShadow, path: Key, lock: LockRecord): void {
  const held = claimsOn(shadow, path).filter(({ state }) => state === 'held');
  const stranger = held.find(({ sessionId }) => sessionId !== lock.sessionId);
  require(stranger === undefined, 'at most one live holder per lock', () => {
    return `${path} is held by ${lock.sessionId}, and ${stranger?.sessionId} has acquired it too`;
  });
  require(held.length === lock.count, 're-entrance counts balance', () => {
    return `${path} counts ${lock.count}, its holder has acquired it ${held.length} times`;
  });
  if (lock.count > 1) shadow.counters.add('lock re-entered');
  const isLive = lock.sessionId === '' || shadow.sessions.all.has(lock.sessionId);
  require(isLive, 'at most one live holder per lock', () => `${path} is held by ${lock.sessionId}, which has ended`);
  require((lock.state === 'held') === held.length > 0, 're-entrance counts balance', () => {
    return `${path} is ${lock.state} with ${held.length} acquisitions`;
  });
}

/** A write below a lock: somebody holds all locks above, and a resource takes only the token of now (invariant 12). */
export function checkGuardedWrite(shadow: CoordinationShadow, change: KeyChange): void {
  const guards = locksAbove(change.key);
  if (guards.length === 0) return;
  const locks = guards.map((path) => shadow.locks.all.get(recordIdOf(path)));
  const [holder] = locks;
  for (const [index, lock] of locks.entries()) {
    require(lock?.state === 'held' &&
      lock.sessionId === holder?.sessionId, 'below a lock only its holder writes', () => {
      return `${change.key} was written while ${guards[index]} was ${lock?.state ?? 'free'}`;
    });
  }
  if (change.kind === 'delete' || !change.key.endsWith(`/${RESOURCE}`)) return;
  const [session, token] = textOf(change.value).split(' ');
  require(session === holder?.sessionId, 'below a lock only its holder writes', () => {
    return `${change.key} was written by ${session} while ${holder?.sessionId} held its locks`;
  });
  // Without a token it is only guarded: its session had the lock when the write was carried out.
  if (Number(token) === 0) return;
  shadow.counters.add('resource written');
  const known = locks.at(-1)?.token;
  require(Number(token) === known, 'a resource never accepts a lower token', () => {
    return `${change.key} was written with token ${token}; ${known} had been granted before`;
  });
}

/** Nobody waits for what is free: a grant that was forgotten would be waited for by everybody behind it. */
export function checkIdleLocks(shadow: CoordinationShadow): void {
  for (const [id, lock] of shadow.locks.all) {
    if (lock.state !== 'queued' || shadow.timers.all.has(`lock-delay/${id}`)) continue;
    const path = `/${id}`;
    const queued = claimsOn(shadow, path).filter(({ state }) => state === 'queued');
    const first = queued.sort((a, b) => orderAt(a, path) - orderAt(b, path) || a.ticket - b.ticket)[0];
    const isBlocked = first?.locks.some((place) => {
      const other = shadow.locks.all.get(recordIdOf(place.path));
      const isBehind = claimsOn(shadow, place.path).some((claim) => {
        return (
          claim.state === 'queued' && claim.sessionId !== first.sessionId && orderAt(claim, place.path) < place.order
        );
      });
      return other?.state === 'delayed' || (other?.state === 'held' && other.sessionId !== first.sessionId) || isBehind;
    });
    require(isBlocked === true, 'a free lock is granted', () => {
      return `${path} is free, and ${first?.sessionId ?? 'nobody'} is first in its queue`;
    });
  }
}
