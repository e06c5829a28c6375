import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { Refusal } from '../../../connection/failure.ts';
import { prefixBelow } from '../paths.ts';
import { useReadQuorum } from '../read-quorum.ts';
import { absent, type Snapshot } from './editor-machine.ts';
import { openKey, useEditor, write } from './editor-store.ts';
import type { LeaseWish } from './lease-field.tsx';

/** Writes a key that is not there yet. The key is opened, so that a lost race is shown in it. */
export async function createKey(
  path: string,
  bytes: Uint8Array,
  wish: LeaseWish,
): Promise<'written' | 'lost' | 'failed'> {
  const leaseId = await leaseFor(wish);
  if (leaseId === undefined) return 'failed';
  openKey(path, useReadQuorum.getState().quorum);
  if (await write(absent(0, undefined, Date.now()), bytes, undefined, leaseId)) return 'written';
  return useEditor.getState().race === undefined ? 'failed' : 'lost';
}

/** The same value with another lease, or none. */
export async function changeLease(base: Snapshot, wish: LeaseWish): Promise<boolean> {
  const leaseId = await leaseFor(wish);
  return leaseId !== undefined && (await write(base, base.bytes, undefined, leaseId));
}

/** Undefined: it could not be granted. */
async function leaseFor(wish: LeaseWish): Promise<string | undefined> {
  if (wish.kind === 'none') return '';
  if (wish.kind === 'existing') return wish.leaseId;
  const ttlMs = Math.round(Number(wish.ttlText) * 1_000);
  const granted = await act(`Grant a lease of ${wish.ttlText} s`, () =>
    client().requests.issue({ method: 'GrantLease', request: { ttlMs } }),
  );
  const reply = granted?.reply;
  return typeof reply === 'object' && reply !== null && 'leaseId' in reply ? String(reply.leaseId) : undefined;
}

/** Deletes one key, if it still stands as it was seen. */
export async function deleteKey(path: string, version: number): Promise<boolean> {
  const done = await act(
    `Delete ${path}`,
    async () => {
      const outcome = await client().keys.compareAndWrite({ path, expected: { version }, value: null });
      if (outcome.succeeded) return outcome;
      const now =
        outcome.current === null ? 'it is deleted already' : `it is version ${outcome.current.version} by now`;
      throw new Refusal('LOST_RACE', `${path} was not deleted: ${now}. Look at it again.`);
    },
    ({ revision }) => `revision ${revision}; its history is kept`,
  );
  return done !== undefined;
}

/** How many keys a path and everything below it are, by a linearizable read. */
export async function countTree(path: string, signal: AbortSignal): Promise<number> {
  const { keys } = client();
  const [below, own] = await Promise.all([
    keys.range({ prefix: prefixBelow(path), limit: 1, keysOnly: true, quorum: 'majority' }, { signal }),
    keys.get({ path, quorum: 'majority', valueBytesMax: 1 }, { signal }),
  ]);
  return below.count + (own.item === null ? 0 : 1);
}

/** Deletes a path and everything below it, if it is still so many keys. */
export async function deleteTree(path: string, expectedCount: number): Promise<boolean> {
  const done = await act(
    `Delete ${path} and everything below it`,
    () => client().keys.deleteTree({ path, expectedCount }),
    ({ deleted, revision }) => `${deleted} keys, revision ${revision}; their history is kept`,
  );
  return done !== undefined;
}
