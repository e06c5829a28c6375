import { ClaimState, type LockResponse } from '../gen/synod/v1/locks.ts';
import { insist } from './claiming.ts';
import { SynodError } from './errors.ts';
import { LeaseGuard } from './lease-guard.ts';
import { type Released, type ReleaseOptions, releaseLock, renewClaim } from './lock-calls.ts';
import { type LockEnd, listLocks, watchClaimOrLock } from './locks.ts';
import type { ClientParts } from './parts.ts';
import type { Renewable } from './renewals.ts';
import type { Session } from './session.ts';

/** What work under a lock gets to know. */
export interface HeldWork {
  /** Fires before the lock can have ended, or when it has: stop then. */
  readonly signal: AbortSignal;
  /** For resources outside of the cell: they refuse lower ones than they have seen. */
  readonly fencingToken: number;
  /** For writes to the cell: they happen only while the lock is held. */
  readonly writing: { readonly session: Session; readonly fencingToken: number };
}

/** A lock that is held for a moment is not worth a stream of its own. */
const WATCHED_AFTER_MS = 200;

/** Why it was lost makes a better message, and is not worth a longer wait. */
const END_ASKED_MS = 500;

interface Grant {
  readonly path: string;
  readonly session: Session;
  readonly response: LockResponse;
  readonly adaptive: boolean;
  /** When what proves the grant was sent; a lease of its own counts from there. */
  readonly sentMs: number;
  readonly widened: ((leaseTtlMs: number) => void) | undefined;
}

/** One acquisition that was granted, until it is released or lost. */
export class HeldLock implements HeldWork {
  readonly path: string;
  readonly session: Session;
  /** Names the acquisition. */
  readonly ticket: number;
  readonly fencingToken: number;
  readonly #parts: ClientParts;
  readonly #guard: LeaseGuard;
  readonly #renewable: Renewable | undefined;
  readonly #widened: ((leaseTtlMs: number) => void) | undefined;
  readonly #sessionEnded: () => void;
  readonly #watchTimer: NodeJS.Timeout;
  #watchEnd: AbortController | undefined;
  #leaseTtlMs: number;
  #releasing: Promise<Released> | undefined;
  #isWidening = false;

  constructor(parts: ClientParts, grant: Grant) {
    const { path, session, response, adaptive, sentMs, widened } = grant;
    const { ticket, fencingToken, leaseTtlMs } = response;
    this.path = path;
    this.session = session;
    this.ticket = ticket;
    this.fencingToken = fencingToken;
    this.#parts = parts;
    this.#leaseTtlMs = leaseTtlMs;
    this.#widened = widened;
    if (leaseTtlMs > 0) {
      const renewable: Renewable = {
        ...{ kind: 'lock', id: String(ticket), ttlMs: leaseTtlMs },
        lost: () => this.#lost('its lease has ended'),
        ...(adaptive ? { advised: () => void this.#widen() } : {}),
      };
      this.#renewable = parts.renewals.keep(renewable, sentMs);
    }
    const ttlMs = leaseTtlMs > 0 ? Math.min(leaseTtlMs, session.ttlMs) : session.ttlMs;
    this.#guard = new LeaseGuard(
      () => this.certainMs,
      ttlMs,
      () => this.#lostError('no renewal was acknowledged in time'),
    );
    this.#sessionEnded = () => this.#lost('its session has ended');
    session.ended.addEventListener('abort', this.#sessionEnded, { once: true });
    this.#watchTimer = setTimeout(() => void this.#watch(), WATCHED_AFTER_MS).unref();
    if (session.isEnded) this.#sessionEnded();
  }

  get signal(): AbortSignal {
    return this.#guard.signal;
  }

  /** 0: it lasts as long as its session. An adaptive lease may have grown since. */
  get leaseTtlMs(): number {
    return this.#leaseTtlMs;
  }

  get writing(): HeldWork['writing'] {
    return { session: this.session, fencingToken: this.fencingToken };
  }

  /** How much longer it is certainly held, counted like the life of a session. 0: it may have ended. */
  get certainMs(): number {
    const lease = this.#renewable ? this.#parts.renewals.certainMs(this.#renewable) : Number.POSITIVE_INFINITY;
    return Math.min(lease, this.session.certainMs);
  }

  /**
   * Gives it back. Released once, however often it is called.
   * @throws SynodError LOCK_NOT_HELD when it was lost before
   */
  release(options: ReleaseOptions = {}): Promise<Released> {
    this.#stop();
    this.#releasing ??= releaseLock(this.#parts.writer, this.path, this.ticket, { session: this.session, ...options });
    return this.#releasing;
  }

  /** Gives it back for certain, in the background, unless its session ends first. */
  abandon(): void {
    this.#stop();
    const { writer } = this.#parts;
    void insist(this.session, () => releaseLock(writer, this.path, this.ticket, { session: this.session }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #widen(): Promise<void> {
    if (this.#isWidening) return;
    this.#isWidening = true;
    const sentMs = performance.now();
    try {
      const { renewals, writer } = this.#parts;
      const { leaseTtlMs, widened } = await renewClaim(writer, this.session, this.path, this.ticket);
      if (!widened) return;
      this.#leaseTtlMs = leaseTtlMs;
      renewals.renewed(this.#renewable!, sentMs, leaseTtlMs);
      this.#widened?.(leaseTtlMs);
    } catch {
      // The lease stays as it is; the stream of renewals says when it has ended.
    } finally {
      this.#isWidening = false;
    }
  }

  /** An operator may take it away while its session lives on. */
  async #watch(): Promise<void> {
    const claim = { path: this.path, ticket: this.ticket, positions: false };
    this.#watchEnd = new AbortController();
    const { signal } = this.#watchEnd;
    try {
      for await (const { subject } of watchClaimOrLock(this.#parts.caller, claim, signal)) {
        if (subject?.$case !== 'claim' || subject.value.state === ClaimState.HELD) continue;
        const ended = await this.#ended();
        // Whoever writes in this session too has given it back: nothing was lost.
        if (ended?.kind === 'released') this.#stop();
        else if (!signal.aborted) this.#lost(lossOf(ended));
      }
    } catch {
      // The session and the lease are looked after elsewhere; every write below the lock is judged by the cell.
    }
  }

  /** How the hold ended, as long as no later one has ended too. */
  async #ended(): Promise<LockEnd | undefined> {
    const asked = { withFree: true, quorum: 'local', timeoutMs: END_ASKED_MS } as const;
    const { locks } = await listLocks(this.#parts.caller, asked).catch(() => ({ locks: [] }));
    const isIts = (end: LockEnd | undefined) =>
      end?.fencingToken === this.fencingToken && end.sessionId === this.session.id;
    return locks.find(({ ended }) => isIts(ended))?.ended;
  }

  #stop(): void {
    clearTimeout(this.#watchTimer);
    this.#watchEnd?.abort();
    this.#guard.stop();
    if (this.#renewable) this.#parts.renewals.forget(this.#renewable);
    this.session.ended.removeEventListener('abort', this.#sessionEnded);
  }

  #lost(why: string): void {
    this.#stop();
    this.#guard.fire(this.#lostError(why));
  }

  #lostError(why: string): SynodError {
    return new SynodError(
      'LOCK_LOST',
      `the lock ${this.path} (token ${this.fencingToken}) may be somebody else's: ${why}`,
    );
  }
}

function lossOf(ended: LockEnd | undefined): string {
  switch (ended?.kind) {
    case 'forced':
      return `${ended.by} took it away${ended.why === '' ? '' : `: ${ended.why}`}`;
    case 'sessionEnded':
      return 'its session has ended';
    case 'expired':
      return 'its lease has ended';
    default:
      return 'it has ended';
  }
}
