import type { KeptSession } from '../../../contract/index.ts';
import { ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';
import { candidacyText } from './election-words.ts';

/** Each is done in the name of a participant; the answer is undefined when it failed, which the line at the bottom tells. */

export function campaign({ sessionId, owner }: KeptSession, path: string, value: string) {
  return act(
    `${ownerText(sessionId, owner)} stands for ${path}`,
    () => client().elections.campaign({ path, value, owner, as: { sessionId } }),
    candidacyText,
  );
}

export function proclaim({ sessionId, owner }: KeptSession, path: string, value: string, tenure: number) {
  return act(
    `${ownerText(sessionId, owner)} proclaims in ${path}`,
    () => client().elections.proclaim({ path, value, tenure, as: { sessionId } }),
    candidacyText,
  );
}

export function resign({ sessionId, owner }: KeptSession, path: string, isElected: boolean) {
  return act(
    isElected
      ? `${ownerText(sessionId, owner)} resigns from ${path}`
      : `${ownerText(sessionId, owner)} leaves the line of ${path}`,
    () => client().elections.resign({ path, as: { sessionId } }),
    candidacyText,
  );
}
