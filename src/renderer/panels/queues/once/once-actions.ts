import type { Bytes, OnceWork } from '../../../../contract/index.ts';
import type { Tell } from '../../../activity/act-dialog.tsx';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { replaceQuery } from '../../../navigation/navigation-store.ts';

/** Asks to do a work, and opens it whatever the answer. */
export async function claimWork(
  tell: Tell,
  path: string,
  onDeath: OnceWork['onDeath'],
  owner: string,
  sessionId: string,
): Promise<boolean> {
  const outcome = await act(
    `Claim ${path}`,
    () => tell(client().once.claim({ path, onDeath, owner, as: { sessionId } })),
    ({ state, token, owner: by }) => {
      if (state === 'claimed') return `do it, then record its result with token ${token}`;
      if (state === 'done') return 'it has been done: here is the result';
      if (state === 'busy') return `${by || 'somebody'} does it now`;
      return 'a person has to say first what became of it';
    },
    ({ state }) => state === 'claimed',
  );
  if (outcome !== undefined) replaceQuery({ work: path });
  return outcome !== undefined;
}

export async function recordWork(tell: Tell, work: OnceWork, result: Bytes): Promise<boolean> {
  const done = await act(
    `Record the result of ${work.path}`,
    () => tell(client().once.record({ ...claimOf(work), result })),
    () => 'whoever asks for it again is given this result',
  );
  return done !== undefined;
}

export async function abandonWork(tell: Tell, work: OnceWork, why: string): Promise<boolean> {
  const done = await act(
    `Give ${work.path} back`,
    () => tell(client().once.abandon({ ...claimOf(work), why })),
    () => 'it can be claimed again',
  );
  return done !== undefined;
}

export async function resolveWork(
  tell: Tell,
  { path }: OnceWork,
  resolution: { readonly isDone: boolean; readonly result: Bytes; readonly by: string; readonly why: string },
): Promise<boolean> {
  const done = await act(
    `Resolve ${path} as ${resolution.isDone ? 'done' : 'not done'}`,
    () => tell(client().once.resolve({ path, ...resolution })),
    () => (resolution.isDone ? 'whoever asks for it is given this result' : 'it can be claimed again'),
  );
  return done !== undefined;
}

export async function forgetWork(tell: Tell, { path }: OnceWork): Promise<boolean> {
  const done = await act(
    `Forget ${path}`,
    () => tell(client().once.forget({ path })),
    () => 'it can be done again',
  );
  return done !== undefined;
}

/** Only the session that claimed it speaks for a work. */
function claimOf({ path, token, sessionId }: OnceWork) {
  return { path, token, as: { sessionId } };
}
