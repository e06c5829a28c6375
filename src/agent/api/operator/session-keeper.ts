import type { KeptSession } from '../../../contract/sessions.ts';
import { CellError, type CellPort } from '../../host/cell-port.ts';
import { SESSIONS } from '../../machine/system-records.ts';
import { sessionTimer } from '../../machine/timer-records.ts';
import { EventQueue } from './event-queue.ts';
import { KeptAlive } from './kept-alive.ts';
import { KeptLeases, type LeasedClaim } from './kept-leases.ts';
import { OperatorError } from './operator-error.ts';
import { perAgent } from './per-agent.ts';
import { keyOf } from './texts.ts';

/** So long people can see that a session has ended. */
const ENDED_SHOWN_MS = 60_000;

interface Kept {
  readonly keeper: string;
  readonly sessionId: string;
  readonly owner: string;
  readonly ttlMs: number;
  readonly alive: KeptAlive;
  readonly leases: KeptLeases;
  state: KeptSession['state'];
}

interface KeptList {
  readonly sessions: KeptSession[];
}

interface Listener {
  readonly events: EventQueue<KeptList>;
  isDue: boolean;
}

export const sessionKeeperOf = perAgent(({ api }) => new SessionKeeper(api.cell));

/**
 * Renews sessions for whoever looks at a page, under the name of a keeper. A renewal is worth something only as long as
 * its program is there, so nothing is done for a keeper that nobody listens to: its sessions are left to their TTL.
 */
class SessionKeeper {
  readonly #cell: CellPort;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(cell: CellPort) {
    this.#cell = cell;
  }

  /** @param sentMs wall clock, when its opening was sent: its TTL counts from there */
  add(keeper: string, session: Pick<Kept, 'sessionId' | 'owner' | 'ttlMs'>, sentMs: number): void {
    this.#forgetUnseen();
    const kept = this.#keep(keeper, { ...session, state: 'kept', renewedMs: sentMs });
    if (!this.#listeners.has(keeper)) return;
    attend(kept, true);
    this.#tell(keeper);
  }

  /**
   * Those of a keeper that are not kept here, because another process kept them: their states are told by whoever listened to
   * it. One that has ended since is told of as ended.
   */
  takeOver(keeper: string, known: readonly KeptSession[]): void {
    for (const session of known) {
      if (session.state === 'ended' || this.isKept(session.sessionId)) continue;
      const kept = this.#keep(keeper, session);
      for (const { path, seq, token } of session.leases) kept.leases.add({ path: keyOf(path), seq, token });
      if (this.#listeners.has(keeper)) attend(kept, false);
    }
  }

  isKept(sessionId: string): boolean {
    return this.#kept.has(sessionId);
  }

  /** It works on an entry of a queue from now on. */
  claimed(sessionId: string, claim: LeasedClaim): void {
    const kept = this.#kept.get(sessionId);
    if (kept !== undefined && kept.state !== 'ended') kept.leases.add(claim);
  }

  /** At once, and whenever one of them was renewed or has changed. While it is iterated, they are renewed. */
  listen(keeper: string, signal: AbortSignal) {
    this.#forgetUnseen(keeper);
    const listener: Listener = {
      events: new EventQueue(() => listener.isDue && this.#tellOne(keeper, listener)),
      isDue: false,
    };
    const listeners = this.#listeners.get(keeper) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(keeper, listeners);
    if (listeners.size === 1) for (const kept of this.#of(keeper)) attend(kept, false);
    this.#tellOne(keeper, listener);
    return listener.events.iterate(signal, () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#listeners.delete(keeper);
      for (const kept of this.#of(keeper)) neglect(kept);
    });
  }

  /** @throws OperatorError when this agent keeps no such session */
  pause(sessionId: string): void {
    const kept = this.#keptOf(sessionId);
    if (kept.state !== 'kept') return;
    kept.state = 'paused';
    kept.alive.pause();
    kept.leases.pause();
    this.#tell(kept.keeper);
  }

  /** @throws CellError when it has ended, and OperatorError when this agent keeps no such session */
  resume(sessionId: string): KeptSession {
    const kept = this.#keptOf(sessionId);
    if (kept.state === 'ended' || SESSIONS.read(this.#cell.state, sessionId) === undefined) {
      throw new CellError('SESSION_UNKNOWN', `session ${sessionId} has ended: open another one`);
    }
    if (kept.state === 'paused') {
      kept.state = 'kept';
      kept.alive.resume();
      kept.leases.resume();
      this.#tell(kept.keeper);
    }
    return keptView(kept);
  }

  #keep(
    keeper: string,
    {
      sessionId,
      owner,
      ttlMs,
      state,
      renewedMs,
    }: Pick<KeptSession, 'sessionId' | 'owner' | 'ttlMs' | 'state' | 'renewedMs'>,
  ): Kept {
    const isPaused = state === 'paused';
    const changed = (): void => this.#tell(keeper);
    const what = {
      ...{ timerId: sessionTimer(sessionId), ttlMs, key: SESSIONS.keyOf(sessionId), onRenewed: changed },
      hasEnded: () => SESSIONS.read(this.#cell.state, sessionId) === undefined,
      onEnded: () => this.#ended(kept),
    };
    const kept: Kept = {
      ...{ keeper, sessionId, owner, ttlMs, state },
      alive: new KeptAlive(this.#cell, what, renewedMs, isPaused),
      leases: new KeptLeases(this.#cell, changed, isPaused),
    };
    this.#kept.set(sessionId, kept);
    return kept;
  }

  #keptOf(sessionId: string): Kept {
    const kept = this.#kept.get(sessionId);
    if (kept !== undefined) return kept;
    const why = 'it was not opened here for a keeper, or ended long ago';
    throw new OperatorError('NOT_FOUND', `this agent does not keep session ${sessionId}: ${why}`);
  }

  #of(keeper: string): Kept[] {
    return [...this.#kept.values()].filter((kept) => kept.keeper === keeper);
  }

  /** What has ended while nobody listened to its keeper; who begins to listen is told of it once. */
  #forgetUnseen(beginning = ''): void {
    for (const { keeper, sessionId, state } of this.#kept.values()) {
      if (this.#listeners.has(keeper) || SESSIONS.read(this.#cell.state, sessionId) !== undefined) continue;
      if (keeper !== beginning || state === 'ended') this.#kept.delete(sessionId);
    }
  }

  #ended(kept: Kept): void {
    neglect(kept);
    kept.leases.drop();
    kept.state = 'ended';
    setTimeout(() => {
      this.#kept.delete(kept.sessionId);
      this.#tell(kept.keeper);
    }, ENDED_SHOWN_MS).unref();
    this.#tell(kept.keeper);
  }

  #tell(keeper: string): void {
    for (const listener of this.#listeners.get(keeper) ?? []) this.#tellOne(keeper, listener);
  }

  /** Who is slow skips what is outdated. */
  #tellOne(keeper: string, listener: Listener): void {
    listener.isDue = listener.events.length > 0;
    if (!listener.isDue) listener.events.push({ sessions: this.#of(keeper).map(keptView) });
  }
}

function attend(kept: Kept, isRenewalKnown: boolean): void {
  if (kept.state === 'ended') return;
  kept.alive.attend(isRenewalKnown);
  kept.leases.attend();
}

/** Nobody listens, or it has ended. */
function neglect(kept: Kept): void {
  kept.alive.neglect();
  kept.leases.neglect();
}

function keptView({ sessionId, owner, ttlMs, state, alive, leases }: Kept): KeptSession {
  return { sessionId, owner, ttlMs, state, renewedMs: alive.renewedMs, leases: leases.shown };
}
