import { checkWait } from './arguments.ts';
import { isTransient, SynodError } from './errors.ts';
import { backoffMs, pause } from './retry.ts';
import { type OwnSession, ownOr, type Place, type Session } from './session.ts';
import type { CallOptions } from './types.ts';

/** How what belongs to a session is asked for, and never lost unseen. */

/**
 * The session to hold something in, for who waits as `wait` says.
 * @throws SynodError SESSION_UNKNOWN when it has ended, INVALID_ARGUMENT when another program keeps it alive: this one would
 * not hear of its end
 */
export async function keptSession(own: OwnSession, given: Session | undefined, wait: CallOptions): Promise<Session> {
  checkWait(wait);
  const session = await ownOr(own, given, wait.signal ? { signal: wait.signal } : {});
  if (session.isKept) return session;
  throw new SynodError(
    'INVALID_ARGUMENT',
    `session ${session.id} is kept by another program, which alone hears of its end: open one for this`,
  );
}

/**
 * Asks under one place of the session. An outcome that stays unknown is made known in the background, and what was got by
 * then given back. `sentMs`: when it was first sent, from which on a TTL counts.
 */
export async function askOrGiveBack<T>(
  session: Session,
  ask: (place: Place, signal: AbortSignal | undefined, isRepeat: boolean) => Promise<T>,
  giveBack: (got: T) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<{ readonly response: T; readonly sentMs: number }> {
  const place = session.takePlace();
  const sentMs = performance.now();
  try {
    const response = await ask(place, signal, false);
    place.settle();
    return { response, sentMs };
  } catch (thrown) {
    const error = thrown as SynodError;
    if (error.reason === 'SESSION_UNKNOWN') session.markEnded();
    if (error.effect !== 'unknown') place.settle();
    else void insist(session, async () => giveBack(await ask(place, undefined, true))).finally(() => place.settle());
    throw error;
  }
}

/**
 * Repeats until the cell has answered: a claim that nobody knows of any more would be held for as long as its session lives.
 * Ends with the session, which takes the claim along, or with the client.
 */
export async function insist(session: Session, work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; !session.isEnded; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isTransient(error as SynodError)) return;
      await pause(backoffMs(tries), session.ended).catch(() => undefined);
    }
  }
}
