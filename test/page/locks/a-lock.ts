import type { LockView, LockWaiterView } from '../../../src/contract/index.ts';

/** A lock that nobody holds or wants, but for what is given. */
export function aLock(path: string, change: Partial<LockView> = {}): LockView {
  return {
    path,
    state: 'free',
    sessionId: '',
    owner: '',
    fencingToken: 0,
    heldSinceMs: 0,
    sessionTtlMs: 0,
    count: 0,
    lockDelayMs: 0,
    ended: null,
    queue: [],
    holds: [],
    ...change,
  };
}

/** Held by a session that is called as its owner. */
export function heldBy(path: string, owner: string, waiting: readonly string[] = []): LockView {
  return aLock(path, {
    state: 'held',
    sessionId: owner,
    owner,
    fencingToken: 7,
    count: 1,
    queue: lineOf(path, waiting),
  });
}

export function lineOf(path: string, owners: readonly string[]): LockWaiterView[] {
  return owners.map((owner, index) => ({
    ...{ ticket: index + 1, sessionId: owner, owner, path, position: index + 1, queuedMs: 0 },
  }));
}
