import type { KeptSession } from '../../contract/index.ts';
import { act } from '../activity/activity-store.ts';
import { endParticipant, pauseParticipant, resumeParticipant } from './acting-store.ts';
import { ownerText } from './participants.ts';

/** What a person does with a participant of this window, told as it happens. */
export async function pause({ sessionId, owner }: KeptSession): Promise<void> {
  await act(
    `Pause ${ownerText(sessionId, owner)}`,
    () => pauseParticipant(sessionId),
    () => 'nobody renews it now',
  );
}

export async function resume({ sessionId, owner }: KeptSession): Promise<void> {
  await act(
    `Resume ${ownerText(sessionId, owner)}`,
    () => resumeParticipant(sessionId),
    () => 'renewed again',
  );
}

export async function end({ sessionId, owner }: KeptSession): Promise<void> {
  await act(
    `End ${ownerText(sessionId, owner)}`,
    () => endParticipant(sessionId),
    () => 'with all that it held',
  );
}
