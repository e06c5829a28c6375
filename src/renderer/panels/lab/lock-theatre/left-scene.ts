import { create } from 'zustand';
import { remember, remembered } from '../../../acting/window-memory.ts';
import { client } from '../../../connection/connection-store.ts';
import { endLabSessions, isSessionAlive, openLabSession } from '../lab-sessions.ts';
import { type Places, placesOf } from './scene.ts';

/** Before the name of each session, for everybody who sees it. */
export const THEATRE_OWNER = 'theatre: ';

const NAME = 'theatre';

/** Where a scene from before this page was loaded again played: its keys may be there still. */
export const useLeftScene = create<{ readonly places: Places | undefined }>(() => ({
  places: remembered(NAME) === '' ? undefined : placesOf(remembered(NAME)),
}));

/** Found again when this page is loaded again before its end. */
export function rememberScene({ sceneId }: Places): void {
  remember(NAME, sceneId);
}

export function forgetScene(): void {
  remember(NAME, '');
  useLeftScene.setState({ places: undefined });
}

export async function removeLeftScene(): Promise<void> {
  const { places } = useLeftScene.getState();
  if (places === undefined) return;
  await removeKeysOf(places, '');
  forgetScene();
}

/** @param resourceId the session of the resource, which may have ended */
export async function removeKeysOf(places: Places, resourceId: string): Promise<void> {
  await deleteGuardedKey(places, resourceId);
  await client().keys.delete({ path: places.resourceKey });
}

/** Below the lock only its holder deletes, too. */
async function deleteGuardedKey({ lock, guardedKey }: Places, resourceId: string): Promise<void> {
  const { item } = await client().keys.get({ path: guardedKey });
  if (item === null) return;
  const sessionId = isSessionAlive(resourceId) ? resourceId : await openLabSession(`${THEATRE_OWNER}resource`, 15_000);
  const as = { sessionId };
  await client().locks.acquire({ path: lock, as, owner: 'cleaning up', waitMs: 10_000 });
  await client().keys.delete({ path: guardedKey, as });
  await client().locks.release({ path: lock, as });
  if (sessionId !== resourceId) await endLabSessions([sessionId]);
}
