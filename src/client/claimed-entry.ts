import { insist } from './claiming.ts';
import { SynodError } from './errors.ts';
import { LeaseGuard } from './lease-guard.ts';
import type { ClientParts } from './parts.ts';
import { readEntry } from './queue-states.ts';
import type { Renewable } from './renewals.ts';
import type { Session } from './session.ts';
import type { CallOptions, Value } from './types.ts';
import { bytes, pathBytes } from './wire.ts';

export interface FailOptions extends CallOptions {
  /** False: another attempt would be in vain, so it is dead at once. Default: it is tried again. */
  readonly isRetried?: boolean;
}

interface Given {
  readonly path: string;
  readonly session: Session;
  readonly seq: number;
  readonly payload: Uint8Array;
  readonly progress: Uint8Array | undefined;
  readonly token: number;
  readonly attempt: number;
  /** Of its lease; empty: it lasts as long as its session. */
  readonly timerId: string;
  readonly leaseTtlMs: number;
  /** When the claim was first sent; its lease counts from there. */
  readonly sentMs: number;
}

/** Whoever leaves does not wait for an absent cell. */
const LEAVING_MS = 1_000;

/** An entry of a queue that this worker has, until it says what became of it, or loses it. */
export class ClaimedEntry {
  readonly path: string;
  readonly session: Session;
  readonly seq: number;
  readonly payload: Uint8Array;
  /** The last checkpoint, by whoever had it before; undefined: there is none. */
  readonly progress: Uint8Array | undefined;
  /** Higher than that of every claim of this entry before. */
  readonly token: number;
  /** From 1. */
  readonly attempt: number;
  readonly #parts: ClientParts;
  readonly #guard: LeaseGuard;
  readonly #renewable: Renewable | undefined;
  readonly #sessionEnded: () => void;
  #isSettled = false;
  #isLost = false;
  /** What was said of it may have been heard, although no answer came. */
  #isInDoubt = false;

  constructor(parts: ClientParts, given: Given) {
    const { path, session, seq, payload, progress, token, attempt, timerId, leaseTtlMs, sentMs } = given;
    this.path = path;
    this.session = session;
    this.seq = seq;
    this.payload = payload;
    this.progress = progress;
    this.token = token;
    this.attempt = attempt;
    this.#parts = parts;
    if (timerId !== '') {
      const lost = () => this.#lost('its lease has ended');
      this.#renewable = parts.renewals.keep({ kind: 'entry', id: timerId, ttlMs: leaseTtlMs, lost }, sentMs);
    }
    const ttlMs = timerId === '' ? session.ttlMs : Math.min(leaseTtlMs, session.ttlMs);
    this.#guard = new LeaseGuard(
      () => this.certainMs,
      ttlMs,
      () => this.#lostError('no renewal was acknowledged in time'),
    );
    this.#sessionEnded = () => this.#lost('its session has ended');
    session.ended.addEventListener('abort', this.#sessionEnded, { once: true });
    if (session.isEnded) this.#sessionEnded();
  }

  /** Fires before the claim can have ended, or when it has: stop then, somebody else may go on. */
  get signal(): AbortSignal {
    return this.#guard.signal;
  }

  /** How much longer it is certainly claimed, counted like the life of a session. 0: the claim may have ended. */
  get certainMs(): number {
    const lease = this.#renewable ? this.#parts.renewals.certainMs(this.#renewable) : Number.POSITIVE_INFINITY;
    return Math.min(lease, this.session.certainMs);
  }

  /** For writes to the cell: they happen only while the session of the claim lives. */
  get writing(): { readonly session: Session } {
    return { session: this.session };
  }

  /** It was completed or failed, or the claim is lost: nothing more can be said of it. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whoever works on it next does not know what came of this claim. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Keeps how far the work has come, for whoever continues it.
   * @throws SynodError TOKEN_STALE when the claim has ended
   */
  async checkpoint(progress: Value, options: CallOptions = {}): Promise<void> {
    const body = { ...this.#which, progress: bytes(progress) };
    try {
      await this.#parts.writer.run((stub) => stub.checkpointEntry, body, this.#call(options));
    } catch (error) {
      throw this.#refused(error as SynodError);
    }
  }

  /**
   * It is done; what depends on it may go on.
   * @throws SynodError TOKEN_STALE when the claim has ended
   */
  async complete(result: Value = '', options: CallOptions = {}): Promise<void> {
    const body = { ...this.#which, result: bytes(result) };
    await this.#sayLast('completed', () =>
      this.#parts.writer.run((stub) => stub.completeEntry, body, this.#call(options)),
    );
  }

  /**
   * It came to nothing; it is tried again after its backoff, unless its attempts are used up.
   * @throws SynodError TOKEN_STALE when the claim has ended
   */
  async fail(why: string, { isRetried = true, ...options }: FailOptions = {}): Promise<void> {
    const body = { ...this.#which, why, isFinal: !isRetried };
    await this.#sayLast('failed', () => this.#parts.writer.run((stub) => stub.failEntry, body, this.#call(options)));
  }

  /** Says for certain that it failed, in the background, unless its session ends first. */
  abandon(why: string): void {
    if (this.#isSettled) return;
    this.#settle();
    const body = { ...this.#which, why, isFinal: false };
    void insist(this.session, () => this.#parts.writer.run((stub) => stub.failEntry, body, this.#call({})));
  }

  /**
   * Whoever leaves it without a word has failed. Never throws, which would hide why it was left: what cannot be said now is
   * said in the background.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isSettled) return;
    const why = 'its worker left it unfinished';
    await this.fail(why, { timeoutMs: LEAVING_MS }).catch(() => this.abandon(why));
  }

  get #which() {
    return { path: pathBytes(this.path), seq: this.seq, token: this.token };
  }

  #call(options: CallOptions) {
    return { session: this.session, ...options };
  }

  /**
   * How it ended. Kept alive as long as the cell may still be told: after a fault the same may be said again. What nobody
   * answered may have been heard: then the claim has ended in just this way, and there is nothing more to say.
   */
  async #sayLast(kind: 'completed' | 'failed', tell: () => Promise<unknown>): Promise<void> {
    try {
      await tell();
    } catch (thrown) {
      const error = thrown as SynodError;
      const isRepeat = this.#isInDoubt && error.reason === 'TOKEN_STALE';
      if (!isRepeat || !(await this.#hasEnded(kind))) throw this.#refused(error);
    }
    this.#settle();
  }

  #refused(error: SynodError): SynodError {
    this.#isInDoubt ||= error.effect === 'unknown';
    if (error.reason === 'TOKEN_STALE') this.#lost(error.message);
    return error;
  }

  async #hasEnded(kind: 'completed' | 'failed'): Promise<boolean> {
    const known = await readEntry(this.#parts.caller, this.path, this.seq, {}).catch(() => undefined);
    const ended = known?.entry.ended;
    return ended?.kind === kind && ended.token === this.token;
  }

  #settle(): void {
    this.#isSettled = true;
    this.#guard.stop();
    if (this.#renewable) this.#parts.renewals.forget(this.#renewable);
    this.session.ended.removeEventListener('abort', this.#sessionEnded);
  }

  #lost(why: string): void {
    this.#isLost = true;
    this.#settle();
    this.#guard.fire(this.#lostError(why));
  }

  #lostError(why: string): SynodError {
    const message = `entry ${this.seq} of ${this.path} (token ${this.token}) may be somebody else's: ${why}`;
    return new SynodError('CLAIM_LOST', message);
  }
}
