import type { Command } from './commands.ts';
import { LOCKS, recordIdOf } from './coordination-records.ts';
import { refused } from './family.ts';
import { shown } from './keys.ts';
import { holdsToken } from './lock-index.ts';
import { isGuarded, locksAbove } from './lock-paths.ts';
import type { Refusal } from './results.ts';
import type { Key } from './store.ts';
import type { Reader } from './system-records.ts';
import type { WriteView } from './write-view.ts';

/** The fencing token of whoever holds the lock; 0 while nobody does. */
export function tokenOf(reader: Reader, lock: Key): number {
  const record = LOCKS.read(reader, recordIdOf(lock));
  return record?.state === 'held' ? record.token : 0;
}

/**
 * Judges what a command did to the user keyspace, whatever command it was, so that no path around a lock can be
 * forgotten: every key below a lock may be touched only by the session that holds the lock. What the end of a lease
 * deletes is exempt: nobody is there to hold anything, and a lease must always be able to end.
 */
export function guardRefusal(view: WriteView, command: Command): Refusal | undefined {
  if (command.kind === 'fireTimer' || command.kind === 'revokeLease') return undefined;
  // A vote that decides a proposal writes for the proposer, whose locks were judged before the write.
  if (command.kind === 'vote') return undefined;
  const fencingToken = 'fencingToken' in command ? (command.fencingToken ?? 0) : 0;
  if (fencingToken > 0) {
    const refusal = staleRefusal(view, view.sessionId, fencingToken);
    if (refusal !== undefined) return refusal;
  }
  let judged: Set<Key> | undefined;
  for (const key of view.touchedUserKeys()) {
    if (!isGuarded(key)) continue;
    const overtaken = overtakenRefusal(view, key, fencingToken);
    if (overtaken !== undefined) return overtaken;
    for (const lock of locksAbove(key)) {
      if (judged?.has(lock)) continue;
      judged ??= new Set();
      judged.add(lock);
      const refusal = lockRefusal(view, key, lock, view.sessionId);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

/** Why this session, with this fencing token (0: with none), may not touch a key. */
export function keyRefusal(view: WriteView, key: Key, sessionId: string, fencingToken: number): Refusal | undefined {
  if (!isGuarded(key)) return undefined;
  const overtaken = overtakenRefusal(view, key, fencingToken);
  if (overtaken !== undefined) return overtaken;
  for (const lock of locksAbove(key)) {
    const refusal = lockRefusal(view, key, lock, sessionId);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function lockRefusal(view: WriteView, key: Key, lock: Key, sessionId: string): Refusal | undefined {
  const record = LOCKS.read(view, recordIdOf(lock));
  const below = `${shown(key)} lies below the lock ${shown(lock)}`;
  if (record?.state !== 'held') {
    return refused('LOCK_NOT_HELD', `${below}, which nobody holds: acquire it first`);
  }
  if (record.sessionId === sessionId) return undefined;
  const holder = record.owner === '' ? record.sessionId : `${record.owner} (session ${record.sessionId})`;
  return refused('LOCK_NOT_HELD', `${below}, which ${holder} holds since slot ${record.token}`, {
    holder: record.sessionId,
    heldSinceMs: record.heldSinceMs,
  });
}

/**
 * A token is no good for a key whose lock was granted after it. That the session still holds some lock with it is not
 * enough: the outer of two locks may outlive the inner one, which its session then acquired anew.
 */
function overtakenRefusal(view: WriteView, key: Key, fencingToken: number): Refusal | undefined {
  const innermost = locksAbove(key).at(-1);
  if (fencingToken === 0 || innermost === undefined) return undefined;
  const token = tokenOf(view, innermost);
  if (token <= fencingToken) return undefined;
  const message = `${shown(innermost)} was granted with the token ${token}, after the fencing token ${fencingToken}`;
  return refused('TOKEN_STALE', message);
}

export function staleRefusal(view: WriteView, sessionId: string, fencingToken: number): Refusal | undefined {
  if (holdsToken(view, sessionId, fencingToken)) return undefined;
  const message = `session ${sessionId} holds no lock with the fencing token ${fencingToken} any more`;
  return refused('TOKEN_STALE', message);
}
