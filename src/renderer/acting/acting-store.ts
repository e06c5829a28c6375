import { create } from 'zustand';
import type { KeptSession } from '../../contract/index.ts';
import { useWriteRefusal } from '../cell/cell-store.ts';
import { client } from '../connection/connection-store.ts';
import { follow } from '../connection/follow.ts';
import { chosenAmong, isAlive, mergedParticipants, ownerText } from './participants.ts';
import { keeperOfWindow, knownOfWindow, makeKeeper, remember, remembered, rememberKnown } from './window-memory.ts';

export interface ActingState {
  /** Sessions of this window: alive, paused, and ended ones until they are forgotten. */
  readonly participants: readonly KeptSession[];
  /** In whose name things are done. */
  readonly chosenId: string | undefined;
  /** A name for a new participant is being asked for. */
  readonly isAsking: boolean;
}

export const DEFAULT_TTL_MS = 15_000;

export const useActing = create<ActingState>(() => ({
  participants: [],
  chosenId: remembered('chosen') || undefined,
  isAsking: false,
}));

/** As the agent told them last, also before this page was loaded again. */
let told: readonly KeptSession[] = knownOfWindow();
let opened: readonly KeptSession[] = [];
const forgotten = new Set(remembered('forgotten').split(' '));
let stopKeeping: (() => void) | undefined;

/**
 * Keeps the participants of this window alive while it is open, and finds those that it had before it was loaded again, or
 * before its agent was started again.
 * Unlike what only draws, this goes on while nobody looks: whoever looks at another window meanwhile does not lose them.
 */
export function keepParticipants(): () => void {
  if (keeperOfWindow() !== '') {
    show();
    listen();
  }
  return stopListening;
}

/** Opens a session in the name of `owner`, and chooses it. Answers its id. */
export async function openParticipant(owner: string, ttlMs = DEFAULT_TTL_MS): Promise<string> {
  const { sessionId, ttlMs: granted } = await client().sessions.open({ owner, ttlMs, keeper: makeKeeper() });
  opened = [...opened, { sessionId, owner, ttlMs: granted, state: 'kept', renewedMs: Date.now(), leases: [] }];
  chooseParticipant(sessionId);
  show();
  listen();
  return sessionId;
}

/** From now on nobody renews it, as if its program stood still. */
export async function pauseParticipant(sessionId: string): Promise<void> {
  await client().sessions.pause({ sessionId });
}

/** Renews it again. Refused when it has ended meanwhile. */
export async function resumeParticipant(sessionId: string): Promise<void> {
  await client().sessions.resume({ sessionId });
}

/** Ends it, with everything that it holds or waits for. */
export async function endParticipant(sessionId: string): Promise<void> {
  await client().sessions.end({ sessionId });
  forgetParticipant(sessionId);
}

/** An ended one is listed no longer. */
export function forgetParticipant(sessionId: string): void {
  forgotten.add(sessionId);
  remember('forgotten', [...forgotten].join(' '));
  show();
}

export function chooseParticipant(sessionId: string): void {
  remember('chosen', sessionId);
  useActing.setState({ chosenId: sessionId });
}

/** Asks for the name of a new participant, in whatever panel. */
export function askForParticipant(isAsking = true): void {
  useActing.setState({ isAsking });
}

/** The chosen participant, if it is alive. */
export function useActor(): KeptSession | undefined {
  return useActing(({ participants, chosenId }) =>
    participants.find((session) => session.sessionId === chosenId && isAlive(session)),
  );
}

/** Why nothing can be done as a participant now; empty when it can. */
export function useActorRefusal(): string {
  const refusal = useWriteRefusal();
  const hasActor = useActor() !== undefined;
  return refusal || (hasActor ? '' : 'nobody acts: choose or make a participant at the top');
}

/** `you: alice` for the participants of this window, else the owner, else `session 7f3a91c2…`. */
export function nameOfSession(sessionId: string, owner: string): string {
  const own = useActing.getState().participants.find((session) => session.sessionId === sessionId);
  return own === undefined ? ownerText(sessionId, owner) : `you: ${ownerText(sessionId, own.owner || owner)}`;
}

/** The same in a component: it changes with the participants of this window. */
export function useNameOfSession(sessionId: string, owner: string): string {
  return useActing(() => nameOfSession(sessionId, owner));
}

function listen(): void {
  stopKeeping ??= follow({
    open: (operator, signal) =>
      operator.sessions.keep({ keeper: makeKeeper(), known: [...knownOfWindow()] }, { signal }),
    onEvent: ({ sessions }) => {
      told = sessions;
      const known = new Set(sessions.map(({ sessionId }) => sessionId));
      opened = opened.filter(({ sessionId }) => !known.has(sessionId));
      show();
      // A connection is not held for nobody: a browser has six of them for all windows on one agent.
      if (useActing.getState().participants.every((session) => !isAlive(session))) stopListening();
    },
  });
}

function stopListening(): void {
  stopKeeping?.();
  stopKeeping = undefined;
}

function show(): void {
  const participants = mergedParticipants(told, opened, forgotten);
  const chosenId = chosenAmong(participants, useActing.getState().chosenId);
  rememberKnown(participants.filter(isAlive));
  useActing.setState({ participants, chosenId });
}
