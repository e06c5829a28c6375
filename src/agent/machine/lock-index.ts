import { LOCK_CLAIMS, type LockClaimRecord, type LockPlace } from './coordination-records.ts';
import { MachineInvariantError } from './invariant.ts';
import { readLock } from './lock-state.ts';
import { addEntry, entriesOf, padded, SEPARATOR } from './plain-index.ts';
import type { Key } from './store.ts';
import { LOCK_INDEX } from './system-records.ts';
import type { WriteView } from './write-view.ts';

/** The order of queues, and what belongs to a session, so that nothing is ever searched through. */

const QUEUES = `${LOCK_INDEX}queue`;
const CLAIMS = `${LOCK_INDEX}session/`;
const WAITING = `${LOCK_INDEX}waiting/`;
const TOKENS = `${LOCK_INDEX}token/`;

/** One place in the queue of one lock. */
export interface QueuePlace {
  /** Sorts as the queue does. */
  readonly order: string;
  readonly ticket: number;
  readonly sessionId: string;
}

export function orderOf(ticket: number, { order }: LockPlace): string {
  return padded(order) + padded(ticket);
}

/** Where a new claim of the session stands in the queues of these locks. */
export function newPlaces(view: WriteView, sessionId: string, locks: readonly Key[], ticket: number): LockPlace[] {
  const others = waitingClaims(view, sessionId).flatMap((claim) => claim.locks);
  return locks.map((path) => {
    if (readLock(view, path).sessionId === sessionId) return { path, order: 0 };
    const known = others.filter((place) => place.path === path).map(({ order }) => order);
    return { path, order: Math.min(ticket, ...known) };
  });
}

export function placesOf(view: WriteView, lock: Key, limit = 0): QueuePlace[] {
  return entriesOf(view, QUEUES + lock + SEPARATOR, limit).map((entry) => {
    const [order = '', sessionId = ''] = entry.split('/');
    return { order, ticket: Number(order.slice(padded(0).length)), sessionId };
  });
}

export function addPlaces(view: WriteView, claim: LockClaimRecord): void {
  for (const place of claim.locks) addEntry(view, placeKey(claim, place));
  addEntry(view, `${WAITING}${claim.sessionId}/${padded(claim.ticket)}`);
}

export function removePlaces(view: WriteView, claim: LockClaimRecord): void {
  for (const place of claim.locks) view.deletePlain(placeKey(claim, place));
  view.deletePlain(`${WAITING}${claim.sessionId}/${padded(claim.ticket)}`);
}

function placeKey(claim: LockClaimRecord, place: LockPlace): Key {
  return `${QUEUES}${place.path}${SEPARATOR}${orderOf(claim.ticket, place)}/${claim.sessionId}`;
}

export function claimAt(view: WriteView, ticket: number): LockClaimRecord {
  const claim = LOCK_CLAIMS.read(view, String(ticket));
  if (claim === undefined) throw new MachineInvariantError(`the lock claim ${ticket} is indexed and not there`);
  return claim;
}

export function addClaim(view: WriteView, claim: LockClaimRecord): void {
  addEntry(view, `${CLAIMS}${claim.sessionId}${claim.path}${SEPARATOR}${padded(claim.ticket)}`);
}

export function removeClaim(view: WriteView, claim: LockClaimRecord): void {
  view.deletePlain(`${CLAIMS}${claim.sessionId}${claim.path}${SEPARATOR}${padded(claim.ticket)}`);
}

/** Every claim of a session whose path is `path` or begins with `path` and a slash; the root: all of them. */
export function claimsBelow(view: WriteView, sessionId: string, path: Key): LockClaimRecord[] {
  const found = claimsFor(view, sessionId, path);
  const below = path === '/' ? `${CLAIMS}${sessionId}/` : `${CLAIMS}${sessionId}${path}/`;
  return [...found, ...entriesOf(view, below).map((entry) => claimAt(view, ticketOf(entry)))];
}

/** The claims of a session for exactly this path, oldest first. */
export function claimsFor(view: WriteView, sessionId: string, path: Key): LockClaimRecord[] {
  return entriesOf(view, `${CLAIMS}${sessionId}${path}${SEPARATOR}`).map((entry) => claimAt(view, Number(entry)));
}

export function hasClaims(view: WriteView, sessionId: string): boolean {
  return entriesOf(view, `${CLAIMS}${sessionId}/`, 1).length > 0;
}

/** The claims of a session that wait, oldest first. */
export function waitingClaims(view: WriteView, sessionId: string): LockClaimRecord[] {
  return entriesOf(view, `${WAITING}${sessionId}/`).map((entry) => claimAt(view, Number(entry)));
}

export function addToken(view: WriteView, sessionId: string, token: number, lock: Key): void {
  addEntry(view, `${TOKENS}${sessionId}/${padded(token)}${lock}`);
}

export function removeToken(view: WriteView, sessionId: string, token: number, lock: Key): void {
  view.deletePlain(`${TOKENS}${sessionId}/${padded(token)}${lock}`);
}

/** The session holds a lock that was granted to it with this token. */
export function holdsToken(view: WriteView, sessionId: string, token: number): boolean {
  return entriesOf(view, `${TOKENS}${sessionId}/${padded(token)}/`, 1).length > 0;
}

function ticketOf(entry: string): number {
  return Number(entry.slice(entry.lastIndexOf(SEPARATOR) + 1));
}
