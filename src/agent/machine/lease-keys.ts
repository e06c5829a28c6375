import { prefixEnd } from './keys.ts';
import type { Key, KeyRecord } from './store.ts';
import { LEASE_KEYS_FOLDER } from './system-records.ts';
import type { WriteView } from './write-view.ts';

/**
 * Writing to the user keyspace always goes through here, so that the index of the keys of a lease (one plain record per
 * key) follows what the keys themselves say.
 */
export function writeUserKey(view: WriteView, key: Key, value: Uint8Array, leaseId: string): KeyRecord {
  const attachedTo = view.get('user', key)?.leaseId ?? '';
  if (attachedTo !== leaseId) {
    if (attachedTo !== '') view.deletePlain(indexKey(attachedTo, key));
    if (leaseId !== '') view.putPlain(indexKey(leaseId, key), NOTHING);
  }
  return view.put('user', key, value, leaseId);
}

/** Returns what was deleted. */
export function deleteUserKey(view: WriteView, key: Key): KeyRecord | undefined {
  const before = view.get('user', key);
  if (before === undefined) {
    view.noteMissed(key);
    return undefined;
  }
  if (before.leaseId !== '') view.deletePlain(indexKey(before.leaseId, key));
  view.delete('user', key);
  return before;
}

export function keysOfLease(view: WriteView, leaseId: string): Key[] {
  const prefix = indexKey(leaseId, '');
  return view.plainKeys(prefix, prefixEnd(prefix)).map((key) => key.slice(prefix.length));
}

function indexKey(leaseId: string, key: Key): Key {
  return `${LEASE_KEYS_FOLDER}${leaseId}/${key}`;
}

const NOTHING = new Uint8Array(0);
