import { ClaimState, type LockResponse } from '../gen/synod/v1/locks.ts';
import { askOrGiveBack, insist, keptSession } from './claiming.ts';
import { SynodError } from './errors.ts';
import { askForLock, type ClaimRequest, cancelClaim, giveBack, renewClaim } from './lock-calls.ts';
import { HeldLock, type HeldWork } from './lock-held.ts';
import { listLocks, watchClaimOrLock } from './locks.ts';
import type { ClientParts } from './parts.ts';
import { Patience } from './patience.ts';
import type { Session } from './session.ts';
import type { CallOptions } from './types.ts';

export interface LockOptions {
  /** Whose lock it is. Default: the session of the client's own writes. */
  readonly session?: Session;
  /** For people: who holds it, and what for. */
  readonly owner?: string;
  /** A lease of each acquisition, renewed in the background, shorter than the session's. Default: none. */
  readonly leaseTtlMs?: number;
  /** The asked agent may make the lease longer when the cell is slow. */
  readonly adaptive?: boolean;
  /** An adaptive lease was made longer. */
  readonly onWidened?: (leaseTtlMs: number) => void;
  /** When the holder was lost, the lock is granted to nobody for that long. Not after a release. */
  readonly lockDelayMs?: number;
}

export interface AcquireOptions extends CallOptions {
  /** How long to stand in the queue, beyond what the requests for it take. Default: as long as it takes. */
  readonly timeoutMs?: number;
  /** Told where it stands in the queue, from 1, when it must wait and then now and then. */
  readonly onQueued?: (position: number) => void;
}

export type TryOutcome =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'refused'; readonly holder: string; readonly heldSinceMs: number; readonly message: string };

/**
 * A request that waits keeps its place in the session open, and the cell keeps no more than 16 384 answers from the lowest
 * open place on: a client that writes 19 000 times a second meanwhile must not come near.
 */
const ANSWER_WAIT_MS_MAX = 400;

/** The right to ask for a lock; each acquisition is a `HeldLock`. */
export class Lock {
  readonly path: string;
  readonly #parts: ClientParts;
  readonly #options: LockOptions;

  constructor(parts: ClientParts, path: string, options: LockOptions) {
    this.path = path;
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * Waits for the grant, first in first out.
   * @throws SynodError LOCK_HELD (holder, since when) when time is up, DEADLOCK when nobody would ever get on, CANCELLED
   */
  async acquire(options: AcquireOptions = {}): Promise<HeldLock> {
    const session = await keptSession(this.#parts.own, this.#options.session, options);
    const waitMs = this.#waitMs(options);
    const { response, sentMs } = await this.#ask(session, { wait: true, waitMs }, options);
    if (response.state === ClaimState.HELD) return this.#held(session, response, sentMs);
    if (response.state !== ClaimState.QUEUED) throw session.isEnded ? session.ended.reason : this.#goneError();
    options.onQueued?.(response.position);
    const { timeoutMs = Number.POSITIVE_INFINITY } = options;
    const granted = await this.#whenGranted(session, response.ticket, { ...options, timeoutMs: timeoutMs - waitMs });
    return this.#heldAfterWait(session, granted);
  }

  /** Now or not at all. */
  async tryAcquire(options: CallOptions = {}): Promise<TryOutcome> {
    const session = await keptSession(this.#parts.own, this.#options.session, options);
    try {
      const { response, sentMs } = await this.#ask(session, { wait: false, waitMs: 0 }, options);
      return { kind: 'held', lock: this.#held(session, response, sentMs) };
    } catch (thrown) {
      const { reason, holder, heldSinceMs, message } = thrown as SynodError;
      if (reason !== 'LOCK_HELD') throw thrown;
      return { kind: 'refused', holder, heldSinceMs, message };
    }
  }

  /**
   * Runs `work` while the lock is held, and gives it back however that ends.
   * @throws what `work` throws; SynodError LOCK_LOST when the lock was lost before `work` had ended
   */
  async do<T>(work: (held: HeldWork) => Promise<T> | T, options: AcquireOptions = {}): Promise<T> {
    const held = await this.acquire(options);
    let result: T;
    try {
      result = await work(held);
    } catch (error) {
      held.abandon();
      throw error;
    }
    try {
      await held.release();
    } catch (thrown) {
      const error = thrown as SynodError;
      if (error.reason !== 'LOCK_NOT_HELD' && error.reason !== 'SESSION_UNKNOWN') {
        held.abandon();
        throw error;
      }
      const message = `the lock ${this.path} was lost before the work under it had ended: ${error.message}`;
      throw new SynodError('LOCK_LOST', message, { effect: 'done', cause: error });
    }
    return result;
  }

  /**
   * Most grants come soon, and then the answer to the request is the quickest way to hear of them. Not where the wait itself
   * is of interest, nor where a lease would count from before it.
   */
  #waitMs({ onQueued, timeoutMs = Number.POSITIVE_INFINITY }: AcquireOptions): number {
    if (onQueued !== undefined || (this.#options.leaseTtlMs ?? 0) > 0) return 0;
    const { attemptMs, timeoutMs: callMs } = this.#parts.caller.options;
    return Math.floor(Math.min(timeoutMs, attemptMs / 2, callMs / 2, ANSWER_WAIT_MS_MAX));
  }

  #ask(session: Session, { wait, waitMs }: Pick<ClaimRequest, 'wait' | 'waitMs'>, { signal }: CallOptions) {
    const { caller, writer } = this.#parts;
    const { owner = '', leaseTtlMs = 0, adaptive = false, lockDelayMs = 0 } = this.#options;
    const { path } = this;
    const request: ClaimRequest = { path, owner, leaseTtlMs, adaptive, lockDelayMs, wait, waitMs };
    return askOrGiveBack(
      session,
      (place, until, isRepeat) =>
        askForLock(caller, place, isRepeat ? { ...request, waitMs: 0 } : request, until ? { signal: until } : {}),
      ({ ticket }) => giveBack(writer, session, path, ticket),
      signal,
    );
  }

  /** The grant, or the end of the claim. When time is up, the cell decides which of the two came first. */
  async #whenGranted(
    session: Session,
    ticket: number,
    { signal, onQueued, timeoutMs = Number.POSITIVE_INFINITY }: AcquireOptions,
  ): Promise<LockResponse> {
    using patience = new Patience(timeoutMs, session.ended, signal);
    const subject = { path: this.path, ticket, positions: onQueued !== undefined };
    try {
      for await (const { subject: told } of watchClaimOrLock(this.#parts.caller, subject, patience.signal)) {
        if (told?.$case !== 'claim') continue;
        if (told.value.state === ClaimState.HELD) return told.value;
        if (told.value.state !== ClaimState.QUEUED) throw this.#goneError();
        if (told.value.position > 0) onQueued?.(told.value.position);
      }
    } catch (error) {
      void insist(session, () => giveBack(this.#parts.writer, session, this.path, ticket));
      throw error;
    }
    if (session.isEnded) throw session.ended.reason;
    return this.#cancel(session, ticket, signal);
  }

  async #cancel(session: Session, ticket: number, signal: AbortSignal | undefined): Promise<LockResponse> {
    const { writer } = this.#parts;
    const abandon = () => void insist(session, () => giveBack(writer, session, this.path, ticket));
    if (signal?.aborted) {
      abandon();
      throw new SynodError('CANCELLED', `the wait for the lock ${this.path} was cancelled`);
    }
    let answer: LockResponse;
    try {
      answer = await cancelClaim(writer, session, this.path, ticket);
    } catch (error) {
      abandon();
      throw error;
    }
    if (answer.state === ClaimState.HELD) return answer;
    throw await this.#lateError(session);
  }

  /** Time was up: says who stands in the way. */
  async #lateError(session: Session): Promise<SynodError> {
    const { caller } = this.#parts;
    const { locks } = await listLocks(caller, { prefix: '/', quorum: 'local' }).catch(() => ({ locks: [] }));
    const inTheWay = locks.find(
      (lock) => lock.sessionId !== '' && lock.sessionId !== session.id && `${this.path}/`.startsWith(`${lock.path}/`),
    );
    const { sessionId: holder = '', owner = '', heldSinceMs = 0, fencingToken = 0, path = '' } = inTheWay ?? {};
    const who = owner === '' ? `session ${holder}` : `${owner} (session ${holder})`;
    const why = inTheWay
      ? `${path} is held by ${who} since slot ${fencingToken}`
      : 'others stood before it in the queue';
    return new SynodError('LOCK_HELD', `the lock ${this.path} was not granted in time: ${why}`, {
      holder,
      heldSinceMs,
    });
  }

  /** Whoever waited cannot know when the grant was made: a lease of its own is renewed first, and counts from there. */
  async #heldAfterWait(session: Session, granted: LockResponse): Promise<HeldLock> {
    const sentMs = performance.now();
    if (granted.leaseTtlMs === 0) return this.#held(session, granted, sentMs);
    try {
      const renewed = await renewClaim(this.#parts.writer, session, this.path, granted.ticket);
      if (renewed.widened) this.#options.onWidened?.(renewed.leaseTtlMs);
      return this.#held(session, { ...granted, leaseTtlMs: renewed.leaseTtlMs }, sentMs);
    } catch (thrown) {
      const error = thrown as SynodError;
      if (error.reason === 'LOCK_NOT_HELD') throw this.#goneError();
      void insist(session, () => giveBack(this.#parts.writer, session, this.path, granted.ticket));
      throw error;
    }
  }

  #held(session: Session, response: LockResponse, sentMs: number): HeldLock {
    const { adaptive = false, onWidened: widened } = this.#options;
    return new HeldLock(this.#parts, { path: this.path, session, response, adaptive, sentMs, widened });
  }

  #goneError(): SynodError {
    return new SynodError('LOCK_LOST', `the claim on ${this.path} ended before this client heard of its grant`);
  }
}
