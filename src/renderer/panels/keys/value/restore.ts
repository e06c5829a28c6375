import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { bytesOf } from '../bytes.ts';
import { snapshotOf, useEditor, write } from './editor-store.ts';

/**
 * Writes the value that a key had at a revision, if the key still stands as it is read now. A deleted key is created anew.
 * The key must be the open one: a lost race is shown there.
 */
export async function restore(path: string, revision: number): Promise<void> {
  const found = await act(
    `Read ${path} at revision ${revision}`,
    async () => {
      const { keys } = client();
      const [old, current] = await Promise.all([
        keys.get({ path, revision, quorum: 'local' }),
        keys.get({ path, quorum: 'majority' }),
      ]);
      return { old: old.item, current: snapshotOf(current.item, current.slot, 'majority') };
    },
    () => 'to restore it',
  );
  if (found === undefined || found.old === null || useEditor.getState().path !== path) return;
  await write(found.current, bytesOf(found.old.value));
}
