import { OnceState as Claim, type OnceResponse } from '../gen/synod/v1/once.ts';
import { oneOf } from './arguments.ts';
import { askOrGiveBack, insist, keptSession } from './claiming.ts';
import { isTransient, SynodError } from './errors.ts';
import { LeaseGuard } from './lease-guard.ts';
import type { ClientParts } from './parts.ts';
import { Patience } from './patience.ts';
import { reasonOf } from './reasons.ts';
import { resumedStream } from './resumed-stream.ts';
import type { Session } from './session.ts';
import type { CallOptions } from './types.ts';
import { bytes, pathBytes } from './wire.ts';
import type { Work } from './work.ts';

export interface OnceOptions extends CallOptions {
  /**
   * What is to happen when the claimant dies before its result is recorded, so that nobody knows whether the effect took
   * place. `again`: the work may be done again. `ask`: a person has to say what became of it.
   */
  readonly onDeath: 'again' | 'ask';
  /** Whose claim it is. Default: the session of the client's own writes. Claims end with their session. */
  readonly session?: Session;
  /** For people: who does it. */
  readonly owner?: string;
  /** How long to wait while somebody else does it, beyond what the requests take. Default: as long as it takes. */
  readonly timeoutMs?: number;
  /**
   * Asked when the work fails. False: its effect may have taken place all the same; then the claim stays until its session
   * ends, and `onDeath` decides. Default: the work was not done, and can be claimed anew at once.
   */
  readonly isUndone?: (error: unknown) => boolean;
}

/** What work that is done once gets to know. */
export interface OnceWork {
  /** Fires before the claim can have ended, or when it has; and with the signal of the caller: stop then. */
  readonly signal: AbortSignal;
  /** Higher than that of every claim before. */
  readonly token: number;
  /** For writes to the cell: they happen only while the session of the claim lives. */
  readonly writing: { readonly session: Session };
}

export interface OnceResult {
  /** What was recorded, by this call or by another one before. */
  readonly result: Uint8Array;
  /** By this call. */
  readonly didRun: boolean;
}

/** A claim that was given. */
interface Claimed {
  readonly path: string;
  readonly session: Session;
  readonly token: number;
}

export async function once(
  parts: ClientParts,
  path: string,
  work: Work<OnceWork>,
  options: OnceOptions,
): Promise<OnceResult> {
  oneOf(options?.onDeath, ['again', 'ask'], 'onDeath');
  const session = await keptSession(parts.own, options.session, options);
  const answer = await claimed(parts, session, path, options);
  if (answer.state === Claim.DONE) return { result: answer.result ?? NOTHING, didRun: false };
  const claim = { path, session, token: answer.token };
  const result = recordable(claim, await run(parts, claim, work, options));
  await record(parts, claim, result);
  return { result, didRun: true };
}

const NOTHING = new Uint8Array(0);

/** A claim, or what was recorded. */
async function claimed(
  parts: ClientParts,
  session: Session,
  path: string,
  options: OnceOptions,
): Promise<OnceResponse> {
  const { caller } = parts;
  const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
  using patience = new Patience(timeoutMs, session.ended, signal);
  for (;;) {
    const answer = await ask(parts, session, path, options);
    if (answer.state === Claim.CLAIMED || answer.state === Claim.DONE) return answer;
    if (answer.state === Claim.UNKNOWN) throw unresolvedError(path, answer);
    const watched = resumedStream(
      caller,
      (stub) => stub.watchOnce({ path: pathBytes(path), minSlot: caller.highestSlot }),
      patience.signal,
    );
    for await (const { work } of watched) if (work?.state !== 'claimed') break;
    if (!patience.signal.aborted) continue;
    if (session.isEnded) throw session.ended.reason;
    if (signal?.aborted) throw new SynodError('CANCELLED', `the wait for ${path} was cancelled`);
    throw new SynodError('ONCE_CLAIMED', `${path} was not done in time: ${holderOf(answer)} does it`, {
      holder: answer.holder,
    });
  }
}

async function ask(
  { caller, writer }: ClientParts,
  session: Session,
  path: string,
  { onDeath, owner = '', signal }: OnceOptions,
): Promise<OnceResponse> {
  const request = { path: pathBytes(path), asksOnDeath: onDeath === 'ask', owner, waitMs: 0, retrySequence: 0 };
  const { response } = await askOrGiveBack(
    session,
    (place, until) =>
      caller.call({
        method: (stub) => stub.claimOnce,
        request: () => ({ ...request, options: place.options('majority') }),
        repeatable: true,
        options: until ? { signal: until } : {},
      }),
    async ({ state, token }) => {
      if (state !== Claim.CLAIMED) return;
      const body = { path: pathBytes(path), token, why: 'its claimant gave up before it heard of the claim' };
      await writer.run((stub) => stub.abandonOnce, body, { session });
    },
    signal,
  );
  return response;
}

async function run(
  parts: ClientParts,
  { path, session, token }: Claimed,
  work: Work<OnceWork>,
  { signal, isUndone }: OnceOptions,
): Promise<Awaited<ReturnType<typeof work>>> {
  const lost = (why: string) =>
    new SynodError('ONCE_LOST', `the claim on ${path} (token ${token}) may have ended: ${why}`);
  const guard = new LeaseGuard(
    () => session.certainMs,
    session.ttlMs,
    () => lost('no renewal was acknowledged in time'),
  );
  const ended = (): void => guard.fire(lost('its session has ended'));
  session.ended.addEventListener('abort', ended, { once: true });
  const until = signal ? AbortSignal.any([guard.signal, signal]) : guard.signal;
  try {
    return await work({ signal: until, token, writing: { session } });
  } catch (error) {
    if (isUndone?.(error) ?? true) await abandon(parts, { path, session, token }, reasonOf(error));
    throw error;
  } finally {
    guard.stop();
    session.ended.removeEventListener('abort', ended);
  }
}

/** Work that was done is not given back as undone: its claim stays until its session ends, and then `onDeath` decides. */
function recordable({ path }: Claimed, result: Awaited<ReturnType<Work<OnceWork>>>): Buffer {
  try {
    return bytes(result ?? NOTHING);
  } catch (cause) {
    const why = (cause as SynodError).message;
    throw new SynodError('INVALID_ARGUMENT', `${path} was done, but its result cannot be recorded: ${why}`, {
      effect: 'done',
      cause,
    });
  }
}

/** Whoever repeats the work at once finds it free; a cell that cannot say so now is told in the background. */
async function abandon({ writer }: ClientParts, { path, session, token }: Claimed, why: string): Promise<void> {
  const give = () => writer.run((stub) => stub.abandonOnce, { path: pathBytes(path), token, why }, { session });
  await give().catch((error: SynodError) => {
    if (isTransient(error)) void insist(session, give);
  });
}

async function record({ writer }: ClientParts, { path, session, token }: Claimed, result: Buffer): Promise<void> {
  const tell = () => writer.run((stub) => stub.recordOnce, { path: pathBytes(path), token, result }, { session });
  try {
    await tell();
  } catch (thrown) {
    const error = thrown as SynodError;
    if (isTransient(error)) void insist(session, tell);
    const isLost = error.reason === 'TOKEN_STALE' || error.reason === 'SESSION_UNKNOWN';
    const what = isLost ? 'the claim had ended' : 'its result may not be recorded';
    throw new SynodError(isLost ? 'ONCE_LOST' : error.reason, `${path} was done, but ${what}: ${error.message}`, {
      effect: isTransient(error) ? 'unknown' : error.effect,
      cause: error,
    });
  }
}

function unresolvedError(path: string, answer: OnceResponse): SynodError {
  const message =
    `nobody knows whether ${path} was done: ${holderOf(answer)} died while doing it. ` +
    'A person has to say what became of it (resolve)';
  return new SynodError('ONCE_UNRESOLVED', message, { holder: answer.holder });
}

function holderOf({ holder, owner }: OnceResponse): string {
  return owner === '' ? `session ${holder}` : `${owner} (session ${holder})`;
}
