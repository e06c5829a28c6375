import type { Bytes, EntryView, OperatorClient } from '../../../contract/index.ts';
import type { Tell } from '../../activity/act-dialog.tsx';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { durationText } from '../../ui/numbers.ts';
import { entriesText } from './entry-words.ts';

export type NewEntry = Parameters<OperatorClient['queues']['enqueue']>[0]['entries'][number];

/** In the session of a participant; undefined: in that of the agent. */
export type As = { readonly sessionId: string } | undefined;

export async function enqueue(tell: Tell, path: string, entries: NewEntry[], owner: string, as: As): Promise<boolean> {
  const count = entries.length === 1 ? 'an entry' : `${entries.length} entries`;
  const done = await act(
    `Add ${count} to ${path}`,
    () => tell(client().queues.enqueue({ path, entries, owner, ...(as === undefined ? {} : { as }) })),
    ({ seqs }) => `${seqs.length === 1 ? 'entry' : 'entries'} ${entriesText(seqs)}`,
  );
  return done !== undefined;
}

/** Claims what is first, and opens it. False: it failed; an answer that there is nothing to claim is none. */
export async function claim(
  tell: Tell,
  path: string,
  worker: string,
  leaseTtlMs: number,
  as: NonNullable<As>,
): Promise<boolean> {
  const outcome = await act(
    `Claim from ${path}`,
    () => tell(client().queues.claim({ path, worker, leaseTtlMs, as })),
    ({ state, seqs, token, progress }) =>
      state === 'empty'
        ? 'there is nothing to claim now'
        : `entry ${seqs[0]}, token ${token}${progress === null ? '' : ', with a checkpoint to go on from'}`,
    ({ state }) => state !== 'empty',
  );
  if (outcome === undefined) return false;
  const seq = outcome.seqs[0];
  if (outcome.state === 'claimed' && seq !== undefined) replaceQuery({ entry: String(seq) });
  return true;
}

export async function checkpoint(tell: Tell, path: string, entry: EntryView, progress: Bytes): Promise<boolean> {
  const done = await act(
    `Checkpoint entry ${entry.seq}`,
    () => tell(client().queues.checkpoint({ ...claimOf(path, entry), progress })),
    () => 'kept for whoever continues it',
  );
  return done !== undefined;
}

export async function complete(tell: Tell, path: string, entry: EntryView, result: Bytes): Promise<boolean> {
  const done = await act(`Complete entry ${entry.seq}`, () =>
    tell(client().queues.complete({ ...claimOf(path, entry), result })),
  );
  return done !== undefined;
}

export async function fail(
  tell: Tell,
  path: string,
  entry: EntryView,
  why: string,
  isRetried: boolean,
): Promise<boolean> {
  const done = await act(
    `Fail entry ${entry.seq}`,
    () => tell(client().queues.fail({ ...claimOf(path, entry), why, isRetried })),
    ({ state, delayMs }) =>
      state === 'delayed'
        ? `it waits ${durationText(delayMs)} before another attempt`
        : state === 'dead'
          ? 'it is dead'
          : 'it can be claimed again',
  );
  return done !== undefined;
}

export async function requeue(path: string, seq: number): Promise<void> {
  await act(
    `Requeue entry ${seq}`,
    () => client().queues.requeue({ path, seq }),
    () => 'it can be claimed again, with all its attempts',
  );
}

export async function removeEntry(tell: Tell, path: string, seq: number): Promise<boolean> {
  const done = await act(
    `Take entry ${seq} out of ${path}`,
    () => tell(client().queues.remove({ path, seq })),
    () => 'what waited for it waits no longer',
  );
  return done !== undefined;
}

export async function deleteQueue(tell: Tell, path: string): Promise<boolean> {
  const done = await act(
    `Delete ${path}`,
    () => tell(client().queues.delete({ path })),
    () => 'with all its entries',
  );
  return done !== undefined;
}

/** Only the session that claimed it speaks for an entry. */
function claimOf(path: string, { seq, token, sessionId }: EntryView) {
  return { path, seq, token, as: { sessionId } };
}
