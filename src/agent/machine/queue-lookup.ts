import { refused } from './family.ts';
import { shown } from './keys.ts';
import { readEntry, readQueue } from './queue-state.ts';
import type { EntryRecord } from './queue-types.ts';
import type { Refusal } from './results.ts';
import type { Key } from './store.ts';
import type { WriteView } from './write-view.ts';

/** Finding the entry that a command is about, or saying precisely why it cannot be the one that is meant. */

export function entryAt(view: WriteView, path: Key, seq: number): EntryRecord | Refusal {
  const queue = readQueue(view, path);
  if (queue === undefined) return unknownQueue(path);
  const entry = readEntry(view, queue, seq);
  if (entry !== undefined) return entry;
  const why = seq < queue.nextSeq ? 'it was done long ago, or taken out' : `the newest is ${queue.nextSeq - 1}`;
  return refused('ENTRY_UNKNOWN', `there is no entry ${seq} in ${shown(path)}: ${why}`);
}

/** Only the claim that still lasts speaks for the entry: a worker that was given up must not undo what its successor does. */
export function ownClaim(view: WriteView, path: Key, seq: number, token: number): EntryRecord | Refusal {
  const entry = entryAt(view, path, seq);
  if ('kind' in entry) return entry;
  if (entry.state === 'claimed' && entry.token === token && entry.sessionId === view.sessionId) return entry;
  const mine = `session ${view.sessionId} has no claim with token ${token} on entry ${seq} of ${shown(path)}`;
  if (entry.state === 'claimed') {
    const message = `${mine}: ${workerOf(entry)} works on it with token ${entry.token}`;
    return refused('TOKEN_STALE', message, { holder: entry.sessionId, heldSinceMs: entry.claimedMs });
  }
  const last = entry.ended;
  const how = last === undefined ? '' : `; the claim with token ${last.token} ${last.kind} in slot ${last.slot}`;
  return refused('TOKEN_STALE', `${mine}: it is ${entry.state}${how}`);
}

export function claimedRefusal(entry: EntryRecord, then: string): Refusal {
  const message = `entry ${entry.seq} of ${shown(entry.queue)} is claimed by ${workerOf(entry)}: ${then}`;
  return refused('ENTRY_CLAIMED', message, { holder: entry.sessionId, heldSinceMs: entry.claimedMs });
}

function workerOf({ worker, sessionId }: EntryRecord): string {
  return worker === '' ? `session ${sessionId}` : `${worker} (session ${sessionId})`;
}

export function unknownQueue(path: Key): Refusal {
  return refused('QUEUE_UNKNOWN', `there is no queue ${shown(path)}: it is made by its first entry`);
}
