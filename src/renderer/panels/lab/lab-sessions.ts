import type { KeptSession } from '../../../contract/index.ts';
import { chooseParticipant, endParticipant, openParticipant, useActing } from '../../acting/acting-store.ts';
import { isAlive } from '../../acting/participants.ts';

/** Opens a session of this window for the Lab; who acts in the other panels stays who it was. */
export async function openLabSession(owner: string, ttlMs: number): Promise<string> {
  const { chosenId } = useActing.getState();
  const sessionId = await openParticipant(owner, ttlMs);
  if (chosenId !== undefined) chooseParticipant(chosenId);
  return sessionId;
}

export function isSessionAlive(sessionId: string): boolean {
  return useActing.getState().participants.some((session) => session.sessionId === sessionId && isAlive(session));
}

/** Ends those that are alive, and lists none of them any longer. */
export async function endLabSessions(sessionIds: readonly string[]): Promise<void> {
  await Promise.all(sessionIds.map((sessionId) => endParticipant(sessionId)));
}

/** Sessions that an earlier load of this page opened under such a name, and that nothing here knows any more. */
export function useLeftSessions(prefix: string, known: readonly string[]): readonly string[] {
  const left = useActing(({ participants }) => leftAmong(participants, prefix, known).join(' '));
  return left === '' ? [] : left.split(' ');
}

export function endLeftSessions(prefix: string, known: readonly string[]): Promise<void> {
  return endLabSessions(leftAmong(useActing.getState().participants, prefix, known));
}

function leftAmong(participants: readonly KeptSession[], prefix: string, known: readonly string[]): readonly string[] {
  return participants
    .filter((session) => isAlive(session) && session.owner.startsWith(prefix) && !known.includes(session.sessionId))
    .map(({ sessionId }) => sessionId);
}
