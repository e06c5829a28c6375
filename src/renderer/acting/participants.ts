import type { KeptSession } from '../../contract/index.ts';

/** What the agent told last, and those that were opened here and that it has not told of yet, in the order of their opening. */
export function mergedParticipants(
  told: readonly KeptSession[],
  opened: readonly KeptSession[],
  forgotten: ReadonlySet<string>,
): readonly KeptSession[] {
  const known = new Set(told.map(({ sessionId }) => sessionId));
  return [...told, ...opened.filter(({ sessionId }) => !known.has(sessionId))].filter(
    ({ sessionId }) => !forgotten.has(sessionId),
  );
}

export function isAlive({ state }: KeptSession): boolean {
  return state !== 'ended';
}

/**
 * Who acts from now on: the chosen one as long as it is listed, else whoever is alive. One that has ended stays chosen, so
 * that nobody acts in another name without having said so.
 */
export function chosenAmong(participants: readonly KeptSession[], chosenId: string | undefined): string | undefined {
  const chosen = participants.find(({ sessionId }) => sessionId === chosenId) ?? participants.find(isAlive);
  return chosen?.sessionId;
}

/** What is left of it if it is not renewed any more. The leader never ends it before, and somewhat after. */
export function remainingMs({ ttlMs, renewedMs, state }: KeptSession, nowMs: number): number {
  if (state === 'ended') return 0;
  // Clocks of two machines differ; more than the whole TTL is never left.
  return Math.max(0, Math.min(ttlMs, renewedMs + ttlMs - nowMs));
}

/** In a few words, beside its name. */
export function participantStateText(session: KeptSession, nowMs: number): string {
  if (session.state === 'ended') return 'ended';
  if (session.state === 'kept') return 'renewed';
  const leftMs = remainingMs(session, nowMs);
  return leftMs === 0 ? 'paused, ends soon' : `paused, ${Math.ceil(leftMs / 1_000)} s left`;
}

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];

/** The first usual name that nobody here has. */
export function nextName(taken: readonly string[]): string {
  const free = NAMES.find((name) => !taken.includes(name));
  if (free !== undefined) return free;
  for (let number = NAMES.length + 1; ; number += 1) {
    const name = `participant-${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** `alice`; what has no owner is called after its id, everywhere in the same way: `session 7f3a91c2…`. */
export function ownerText(sessionId: string, owner: string): string {
  if (sessionId === '') return 'nobody';
  return owner || sessionText(sessionId);
}

/** So much of an id is shown that no other is meant; all of it where it is asked for (`SessionName`). */
const SHOWN_ID_CHARS = 8;

export function shortSessionId(sessionId: string): string {
  return sessionId.length <= SHOWN_ID_CHARS ? sessionId : `${sessionId.slice(0, SHOWN_ID_CHARS)}…`;
}

export function sessionText(sessionId: string): string {
  return `session ${shortSessionId(sessionId)}`;
}
