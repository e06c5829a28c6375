import { create } from 'zustand';
import type { KeptSession } from '../../../contract/index.ts';
import { nameOfSession } from '../../acting/acting-store.ts';
import { client } from '../../connection/connection-store.ts';
import { type Failure, failureOf } from '../../connection/failure.ts';

/** One write below a lock, and what the guard said to it. */
export interface WriteAttempt {
  readonly id: number;
  readonly path: string;
  readonly by: string;
  /** 0: it came without one. */
  readonly fencingToken: number;
  readonly outcome:
    | { readonly kind: 'written'; readonly version: number; readonly slot: number }
    | { readonly kind: 'refused'; readonly failure: Failure; readonly holder: string };
}

/** Of each lock, newest first, as long as the page lives. */
export const useWriteAttempts = create<{ readonly byLock: Readonly<Record<string, readonly WriteAttempt[]>> }>(() => ({
  byLock: {},
}));

let lastId = 0;

/**
 * Writes a key below a lock in the name of a participant, or in no name at all, and notes what came of it.
 *
 * @throws what the agent answered, after it was noted
 */
export async function writeBelow(
  lock: string,
  write: {
    readonly path: string;
    readonly text: string;
    readonly writer: KeptSession | undefined;
    readonly fencingToken: number;
  },
): Promise<{ readonly version: number; readonly slot: number }> {
  const { path, text, writer, fencingToken } = write;
  lastId += 1;
  const attempt = {
    id: lastId,
    path,
    by: writer === undefined ? 'no participant' : nameOfSession(writer.sessionId, writer.owner),
    fencingToken,
  };
  try {
    const as = writer === undefined ? {} : { as: { sessionId: writer.sessionId, fencingToken } };
    const { slot, current } = await client().keys.put({ path, value: { text }, ...as });
    const version = current?.version ?? 0;
    note(lock, { ...attempt, outcome: { kind: 'written', version, slot } });
    return { version, slot };
  } catch (error) {
    const failure = failureOf(error);
    const holder = failure.data?.holder ?? '';
    note(lock, { ...attempt, outcome: { kind: 'refused', failure, holder } });
    throw error;
  }
}

function note(lock: string, attempt: WriteAttempt): void {
  useWriteAttempts.setState(({ byLock }) => ({
    byLock: { ...byLock, [lock]: [attempt, ...(byLock[lock] ?? [])] },
  }));
}

export function clearAttempts(lock: string): void {
  useWriteAttempts.setState(({ byLock }) => ({ byLock: { ...byLock, [lock]: [] } }));
}

/** Why the guard refused, in one sentence for a person who sees it for the first time. */
export function refusalText(reason: string, by: string, holder: string, fencingToken: number): string {
  switch (reason) {
    case 'LOCK_NOT_HELD':
      return holder === ''
        ? `${by} does not hold the lock, and nobody else does: below a lock only its holder writes.`
        : `${by} does not hold the lock, ${holder} does: below a lock only its holder writes.`;
    case 'TOKEN_STALE':
      return `Token ${fencingToken} is of a hold that is over, or of somebody else: who comes with it has missed that.`;
    case 'SESSION_UNKNOWN':
      return `The session of ${by} has ended, and with it everything that it held.`;
    default:
      return '';
  }
}

/** A token to write with, and whose it is. */
export interface TokenChoice {
  readonly token: number;
  readonly label: string;
}

/** The tokens of this lock that are known: of the hold now, and of the one before. */
export function tokenChoices(lock: {
  readonly state: string;
  readonly sessionId: string;
  readonly owner: string;
  readonly fencingToken: number;
  readonly ended: { readonly fencingToken: number; readonly sessionId: string; readonly owner: string } | null;
}): readonly TokenChoice[] {
  const choices: TokenChoice[] = [];
  if (lock.state === 'held') {
    choices.push({
      token: lock.fencingToken,
      label: `${lock.fencingToken}, of the hold now (${nameOfSession(lock.sessionId, lock.owner)})`,
    });
  }
  if (lock.ended !== null && lock.ended.fencingToken > 0) {
    const { fencingToken, sessionId, owner } = lock.ended;
    choices.push({
      token: fencingToken,
      label: `${fencingToken}, of the hold before (${nameOfSession(sessionId, owner)})`,
    });
  }
  return choices;
}
