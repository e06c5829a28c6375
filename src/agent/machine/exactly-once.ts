import type { Request } from './commands.ts';
import { refused } from './family.ts';
import { LIMITS } from './limits.ts';
import type { ReplyWindow, ReplyWindows, StoredReply } from './reply-window.ts';
import type { Refusal, Result } from './results.ts';
import type { StateStore } from './store.ts';
import { SESSIONS } from './system-records.ts';

/** What is to be done with a request that came with a place in a session. */
export type Admission =
  | { readonly kind: 'execute'; readonly window: ReplyWindow }
  /** It was executed before: this is the answer it got. */
  | { readonly kind: 'answer'; readonly result: Result };

/** A place in a session, and the command that claims it. */
type Place = Pick<Request, 'sessionId' | 'sequence' | 'digest'>;

/**
 * A place in a session takes effect at most once and always gets the same answer (invariant 9). A request that is refused
 * here leaves nothing behind; any other outcome, refusals by its command included, is stored under its sequence.
 */
export function admit(windows: ReplyWindows, request: Request): Admission {
  const { sessionId, sequence } = request;
  const window = windows.open(sessionId);
  if (window === undefined) {
    return answer(refused('SESSION_UNKNOWN', unknownSession(sessionId)));
  }
  const wrong = placeViolation(request);
  if (wrong !== undefined) return answer(refused('INVALID_ARGUMENT', wrong));
  if (sequence < window.floor) {
    const message = `session ${sessionId} has acknowledged everything below ${window.floor}; ${sequence} is forgotten`;
    return answer(refused('SEQUENCE_FORGOTTEN', message, { floor: window.floor }));
  }
  const stored = windows.read(window, sequence);
  if (stored !== undefined) return answer(replyTo(request, stored));
  if (sequence - Math.max(window.floor, request.ackedBelow) >= LIMITS.repliesPerSessionMax) {
    const message = `session ${sessionId} has not acknowledged its last ${LIMITS.repliesPerSessionMax} replies`;
    return answer(refused('LIMIT_EXCEEDED', message, { floor: window.floor }));
  }
  const bytesMax = LIMITS.replyBytesPerSessionMax;
  if (window.sizeBytes >= bytesMax && windows.sizeBytesFrom(window, request.ackedBelow) >= bytesMax) {
    const message = `session ${sessionId} has not acknowledged replies of ${bytesMax} bytes`;
    return answer(refused('LIMIT_EXCEEDED', message, { floor: window.floor }));
  }
  return { kind: 'execute', window };
}

/**
 * A place of its own lets a session act through whoever has another one (an agent that was given no number, an
 * idempotency key), and still once. Unlike a place that is lost, its absence is an answer that is stored.
 */
export function actorRefusal(store: Pick<StateStore, 'get'>, { asSessionId }: Request): Refusal | undefined {
  if (asSessionId === undefined || store.get('system', SESSIONS.keyOf(asSessionId)) !== undefined) return undefined;
  return refused('ACTOR_UNKNOWN', unknownSession(asSessionId));
}

function unknownSession(sessionId: string): string {
  return `there is no session ${sessionId}: it has ended, or was never opened`;
}

/** The reply that its place already got; but a place belongs to one command. */
export function replyTo({ sessionId, sequence, digest }: Place, stored: StoredReply): Result {
  if (Object.is(stored.digest, digest)) return stored.result;
  return refused('SEQUENCE_REUSED', `sequence ${sequence} of session ${sessionId} was used for another command`);
}

function placeViolation({ sequence, ackedBelow }: Request): string | undefined {
  if (!Number.isSafeInteger(sequence) || sequence < 1) return 'a sequence is a whole number, 1 or more';
  if (!Number.isSafeInteger(ackedBelow) || ackedBelow < 0 || ackedBelow > sequence) {
    return 'a session acknowledges what lies below the sequence it asks for, not beyond';
  }
  return undefined;
}

function answer(result: Refusal | Result): Admission {
  return { kind: 'answer', result };
}
