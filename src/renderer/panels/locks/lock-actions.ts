import type { Acquisition, KeptSession } from '../../../contract/index.ts';
import { chooseParticipant, openParticipant, useActing } from '../../acting/acting-store.ts';
import { isAlive, nextName, ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';

export interface AcquireForm {
  readonly path: string;
  readonly isTry: boolean;
  /** A lease of its own; 0: as long as the session. */
  readonly leaseTtlMs: number;
  readonly adaptive: boolean;
  readonly lockDelayMs: number;
}

/** What came of it, in a few words. */
export function acquisitionText({ state, fencingToken, position, widened, leaseTtlMs, count }: Acquisition): string {
  switch (state) {
    case 'held':
      return [
        `held with token ${fencingToken}`,
        count > 1 ? `${count} times` : '',
        widened ? `lease widened to ${(leaseTtlMs / 1_000).toFixed(1)} s` : '',
      ]
        .filter((part) => part !== '')
        .join(', ');
    case 'queued':
      return `waits, number ${position} in line`;
    default:
      return state;
  }
}

export function acquire(actor: KeptSession, form: AcquireForm): Promise<Acquisition> {
  const { sessionId, owner } = actor;
  return client().locks.acquire({ ...form, owner, as: { sessionId } });
}

/** `ticket` 0: the newest of the session. */
export function release({ sessionId, owner }: KeptSession, path: string, ticket = 0): Promise<unknown> {
  return act(
    `Release ${path} as ${ownerText(sessionId, owner)}`,
    () => client().locks.release({ path, ticket, as: { sessionId } }),
    ({ state, count }) => (state === 'held' ? `still held ${count} times` : state),
  );
}

export function renew({ sessionId, owner }: KeptSession, path: string, ticket: number): Promise<unknown> {
  return act(
    `Renew the lease on ${path} as ${ownerText(sessionId, owner)}`,
    () => client().locks.renew({ path, ticket, as: { sessionId } }),
    acquisitionText,
  );
}

/** A grant may have come first: then the lock is held, and has to be released. */
export function cancel({ sessionId, owner }: KeptSession, path: string, ticket: number): Promise<unknown> {
  return act(
    `Leave the line of ${path} as ${ownerText(sessionId, owner)}`,
    () => client().locks.cancel({ path, ticket, as: { sessionId } }),
    ({ state, fencingToken }) => (state === 'held' ? `too late: granted with token ${fencingToken}` : 'left'),
    ({ state }) => state !== 'held',
  );
}

/** Plays a contender: one more participant of this window stands in line. Who acted before goes on acting. */
export function letAnotherWait(path: string): Promise<unknown> {
  const { participants, chosenId } = useActing.getState();
  const owner = nextName(participants.filter(isAlive).map((session) => session.owner));
  return act(
    `Let ${owner} wait for ${path}`,
    async () => {
      const sessionId = await openParticipant(owner);
      if (chosenId !== undefined) chooseParticipant(chosenId);
      return client().locks.acquire({ path, owner, as: { sessionId } });
    },
    acquisitionText,
  );
}
