import type { Countdowns, LockView } from '../../../contract/index.ts';

/** What is left of something, as it was told at a moment of this page's own clock. */
export interface Countdown {
  readonly remainingMs: number;
  readonly ttlMs: number;
}

export interface ToldCountdowns {
  /** Who counts; empty while there is no leader: then nothing ends, and nothing is counted on. */
  readonly leader: string;
  /** When it was told, by this page's monotonic clock. */
  readonly atMs: number;
  readonly sessions: ReadonlyMap<string, Countdown>;
  readonly tickets: ReadonlyMap<number, Countdown>;
  /** Of locks that nobody gets for a while, by path. */
  readonly delays: ReadonlyMap<string, Countdown>;
}

export const NO_COUNTDOWNS: ToldCountdowns = {
  ...{ leader: '', atMs: 0 },
  ...{ sessions: new Map(), tickets: new Map(), delays: new Map() },
};

/** Without a leader nothing is told of what is left: it stands where it stood. */
export function toldCountdowns(
  before: ToldCountdowns,
  { leader, sessions, locks, delays }: Countdowns,
  atMs: number,
): ToldCountdowns {
  if (leader === '') {
    const standing = <T>(counted: ReadonlyMap<T, Countdown>): ReadonlyMap<T, Countdown> =>
      new Map(
        [...counted].map(([id, countdown]) => [
          id,
          { ...countdown, remainingMs: remainingNow(countdown, before, atMs) },
        ]),
      );
    return {
      ...{ leader, atMs, sessions: standing(before.sessions), tickets: standing(before.tickets) },
      delays: standing(before.delays),
    };
  }
  return {
    leader,
    atMs,
    sessions: new Map(sessions.map(({ sessionId, remainingMs, ttlMs }) => [sessionId, { remainingMs, ttlMs }])),
    tickets: new Map(locks.map(({ ticket, remainingMs, ttlMs }) => [ticket, { remainingMs, ttlMs }])),
    delays: new Map(delays.map(({ path, remainingMs, ttlMs }) => [path, { remainingMs, ttlMs }])),
  };
}

/** What is left now: between two tellings it is counted on here, but not while there is no leader. */
export function remainingNow(countdown: Countdown, told: ToldCountdowns, nowMs: number): number {
  const passedMs = told.leader === '' ? 0 : Math.max(0, nowMs - told.atMs);
  return Math.max(0, countdown.remainingMs - passedMs);
}

/** The leader gives everybody a quarter of the TTL on top of it, so that nothing ends early. */
const GRACE_FACTOR = 1.25;

/** What is left so long after its start or last renewal was sent. */
export function sinceRenewal(ttlMs: number, passedMs: number): Countdown {
  const wholeMs = ttlMs * GRACE_FACTOR;
  // The clocks of two machines differ; more than all of it is never left.
  return { ttlMs, remainingMs: Math.max(0, Math.min(wholeMs, wholeMs - passedMs)) };
}

/** How full the bar is, from 0 to 1: full right after a renewal. */
export function fullness(remainingMs: number, ttlMs: number): number {
  return Math.max(0, Math.min(1, remainingMs / (ttlMs * GRACE_FACTOR)));
}

/** `12 s`, and tenths where each matters. */
export function remainingText(remainingMs: number): string {
  if (remainingMs >= 3_600_000) return `${(remainingMs / 3_600_000).toFixed(1)} h`;
  if (remainingMs >= 120_000) return `${Math.round(remainingMs / 60_000)} min`;
  return remainingMs >= 10_000 ? `${Math.round(remainingMs / 1_000)} s` : `${(remainingMs / 1_000).toFixed(1)} s`;
}

/**
 * What a hold lasts by: the session of its holder, or the longest lease of its acquisitions, when each has one and that ends
 * sooner. Of a lock whose holder was lost: its delay. Undefined: it has neither, or it has not been told yet.
 */
export function countdownOfLock(lock: LockView, told: ToldCountdowns): Countdown | undefined {
  if (lock.state === 'delayed') return told.delays.get(lock.path);
  if (lock.state !== 'held') return undefined;
  const session = told.sessions.get(lock.sessionId);
  if (lock.holds.length === 0 || lock.holds.some(({ leaseTtlMs }) => leaseTtlMs === 0)) return session;
  const leases = lock.holds.map(({ ticket }) => told.tickets.get(ticket));
  if (leases.some((lease) => lease === undefined)) return session;
  const longest = leases.reduce((a, b) => (b!.remainingMs > a!.remainingMs ? b : a))!;
  return session !== undefined && session.remainingMs < longest.remainingMs ? session : longest;
}

export interface Counted {
  readonly sessionIds: readonly string[];
  readonly lockTickets: readonly number[];
  readonly delayedLocks: readonly string[];
}

/** An agent tells of so many at a time. */
const COUNTED_MAX = 1_000;

/** Whose countdowns these locks need: of holders, of leases, of delays, and of who waits at the one that is looked at. */
export function countedOf(
  locks: readonly LockView[],
  selected: LockView | undefined,
  ownIds: readonly string[],
): Counted {
  const all = [...(selected === undefined ? [] : [selected]), ...locks];
  const held = all.filter(({ state }) => state === 'held');
  const delayed = all.filter(({ state }) => state === 'delayed').map(({ path }) => path);
  const sessionIds = [
    ...ownIds,
    ...held.map(({ sessionId }) => sessionId),
    ...(selected?.queue.map(({ sessionId }) => sessionId) ?? []),
  ];
  const leased = held.flatMap(({ holds }) => holds.filter(({ leaseTtlMs }) => leaseTtlMs > 0));
  return {
    sessionIds: [...new Set(sessionIds)].slice(0, COUNTED_MAX).sort(),
    lockTickets: [...new Set(leased.map(({ ticket }) => ticket))].slice(0, COUNTED_MAX).sort((a, b) => a - b),
    delayedLocks: [...new Set(delayed)].slice(0, COUNTED_MAX).sort(),
  };
}
