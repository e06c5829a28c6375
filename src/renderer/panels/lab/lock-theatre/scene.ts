import type { LockView } from '../../../../contract/index.ts';

/**
 * The scene, as a pure machine: what each contender believes, what the cell says, and what the resource remembers. Who sleeps
 * learns nothing; who has woken up believes what it believed before, until it looks.
 */

export const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve'] as const;
export const CONTENDERS_MIN = 2;
export const CONTENDERS_MAX = NAMES.length;

/** Where a scene takes place. Each has a place of its own, so that two windows do not play in one. */
export interface Places {
  readonly sceneId: string;
  readonly lock: string;
  /** Below the lock: the cell itself guards it. */
  readonly guardedKey: string;
  /** Outside of the lock: what the resource remembers, and nothing but the resource guards it. */
  readonly resourceKey: string;
}

export function placesOf(sceneId: string): Places {
  const folder = `/lab/lock-theatre/${sceneId}`;
  return {
    sceneId,
    lock: `${folder}/_lockable`,
    guardedKey: `${folder}/_lockable/notes`,
    resourceKey: `${folder}/resource`,
  };
}

export type Belief =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'waits'; readonly position: number }
  | { readonly kind: 'holds'; readonly token: number };

export interface Contender {
  readonly sessionId: string;
  readonly isAsleep: boolean;
  /** Follows what the cell says. Not while it sleeps, and after that not before it looks. */
  readonly sees: boolean;
  readonly belief: Belief;
  /** Of its writes, from 1. */
  readonly writes: number;
}

export interface ResourceMemory {
  readonly token: number;
  readonly by: string;
  readonly value: string;
}

/** A write that a later one with a lower token wiped out. */
export interface Damage {
  readonly lost: ResourceMemory;
  readonly by: string;
  readonly token: number;
}

/**
 * What the resource makes of a write. `wipes`: it takes it, and a write with a higher token is gone. `stale`, `tokenless`: it
 * refuses.
 */
export type Verdict = 'taken' | 'wipes' | 'stale' | 'tokenless';

/** `token` 0: the write came without one. */
export function judge(memory: ResourceMemory | undefined, token: number, checks: boolean): Verdict {
  if (checks && token === 0) return 'tokenless';
  if (memory === undefined || token >= memory.token) return 'taken';
  return checks ? 'stale' : 'wipes';
}

export function newContender(sessionId: string): Contender {
  return { sessionId, isAsleep: false, sees: true, belief: { kind: 'nothing' }, writes: 0 };
}

/** What somebody with this session sees who looks at the lock now. */
export function beliefFrom(lock: LockView | undefined, sessionId: string): Belief {
  if (lock?.state === 'held' && lock.sessionId === sessionId) return { kind: 'holds', token: lock.fencingToken };
  const waiter = lock?.queue.find((one) => one.sessionId === sessionId);
  return waiter === undefined ? { kind: 'nothing' } : { kind: 'waits', position: waiter.position };
}

/** The lock has changed: whoever sees it, knows it. */
export function toldOfLock(contenders: readonly Contender[], lock: LockView | undefined): readonly Contender[] {
  return contenders.map((contender) =>
    contender.sees ? { ...contender, belief: beliefFrom(lock, contender.sessionId) } : contender,
  );
}

export function sleeps(contender: Contender): Contender {
  return { ...contender, isAsleep: true, sees: false };
}

/** For whoever wakes up no time has passed. */
export function wakes(contender: Contender): Contender {
  return { ...contender, isAsleep: false };
}

export function looks(contender: Contender, lock: LockView | undefined): Contender {
  return { ...contender, sees: true, belief: beliefFrom(lock, contender.sessionId) };
}

/** It believes something that is not so. */
export function isMistaken({ belief, sessionId }: Contender, lock: LockView | undefined): boolean {
  const truth = beliefFrom(lock, sessionId);
  if (belief.kind !== truth.kind) return true;
  return belief.kind === 'holds' && truth.kind === 'holds' && belief.token !== truth.token;
}

/** The token that it writes with; 0: it knows of none. */
export function tokenOf({ belief }: Contender): number {
  return belief.kind === 'holds' ? belief.token : 0;
}

export function tokenText(token: number): string {
  return token === 0 ? 'without a token' : `token ${token}`;
}

export interface Told {
  readonly tone: 'plain' | 'good' | 'warning' | 'bad';
  readonly text: string;
  /** 0: none. */
  readonly slot: number;
}

const END_WORDS = {
  released: 'released the lock',
  expired: 'let its lease run out: the lock was taken from it',
  sessionEnded: 'lost its session, and with it the lock',
  forced: 'lost the lock to an operator',
} as const;

/** What happened to the lock between two looks at it. */
export function lockHappenings(
  before: LockView | undefined,
  after: LockView | undefined,
  nameOf: (sessionId: string, owner: string) => string,
  isAsleep: (sessionId: string) => boolean,
): readonly Told[] {
  const told: Told[] = [];
  const end = after?.ended;
  if (end !== undefined && end !== null && end.slot !== before?.ended?.slot) {
    const tone = end.kind === 'released' ? 'plain' : 'warning';
    const why = end.kind === 'sessionEnded' && isAsleep(end.sessionId) ? ': nobody renewed it in time' : '';
    told.push({ tone, text: `${nameOf(end.sessionId, end.owner)} ${END_WORDS[end.kind]}${why}`, slot: end.slot });
  }
  if (after?.state === 'held' && after.fencingToken !== before?.fencingToken) {
    const name = nameOf(after.sessionId, after.owner);
    told.push({
      tone: 'good',
      text: `The lock is granted to ${name}, token ${after.fencingToken}`,
      slot: after.fencingToken,
    });
  }
  const waited = new Set(before?.queue.map(({ ticket }) => ticket));
  for (const { ticket, sessionId, owner, position } of after?.queue ?? []) {
    if (waited.has(ticket)) continue;
    told.push({ tone: 'plain', text: `${nameOf(sessionId, owner)} waits, at place ${position} of the queue`, slot: 0 });
  }
  return told;
}
