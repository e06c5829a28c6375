/** Guards the countdowns of locks: which of session and leases ends a hold, and that nothing is counted without a leader. */
import { expect, test } from 'vitest';
import {
  countdownOfLock,
  countedOf,
  fullness,
  NO_COUNTDOWNS,
  remainingNow,
  remainingText,
  toldCountdowns,
} from '../../../src/renderer/panels/locks/countdown.ts';
import { aLock, heldBy, lineOf } from './a-lock.ts';

const lease = (ticket: number, leaseTtlMs: number) => ({
  ticket,
  path: '/a/_lockable',
  leaseTtlMs,
  adaptive: false,
  grantedMs: 0,
});
const told = (sessionMs: number, leases: readonly (readonly [ticket: number, remainingMs: number])[] = []) =>
  toldCountdowns(
    NO_COUNTDOWNS,
    {
      leader: 'amber',
      atMs: 0,
      sessions: [{ sessionId: 'alice', remainingMs: sessionMs, ttlMs: 10_000 }],
      locks: leases.map(([ticket, remainingMs]) => ({ ticket, remainingMs, ttlMs: 3_000 })),
      delays: [{ path: '/a/_lockable', remainingMs: 4_000, ttlMs: 5_000 }],
    },
    1_000,
  );

test('a hold lasts as long as the session when one of its acquisitions has no lease of its own', () => {
  const lock = { ...heldBy('/a/_lockable', 'alice'), holds: [lease(1, 0), lease(2, 3_000)] };
  expect(countdownOfLock(lock, told(9_000, [[2, 2_000]]))?.remainingMs).toBe(9_000);
});

test('else it lasts as long as the longest lease, unless the session ends sooner', () => {
  const lock = { ...heldBy('/a/_lockable', 'alice'), holds: [lease(1, 3_000), lease(2, 3_000)] };
  const leases = [
    [1, 2_500],
    [2, 1_000],
  ] as const;
  expect(countdownOfLock(lock, told(9_000, leases))?.remainingMs).toBe(2_500);
  expect(countdownOfLock(lock, told(2_000, leases))?.remainingMs).toBe(2_000);
});

test('what nobody holds has none, and what was not told is not made up', () => {
  expect(countdownOfLock(aLock('/a/_lockable'), told(9_000))).toBeUndefined();
  expect(countdownOfLock(heldBy('/a/_lockable', 'bob'), told(9_000))).toBeUndefined();
});

test('a lock whose holder was lost has what is left of its delay, which stands still too while nobody counts', () => {
  const lock = aLock('/a/_lockable', { state: 'delayed', lockDelayMs: 5_000 });
  const counting = told(9_000);
  expect(countdownOfLock(lock, counting)).toEqual({ remainingMs: 4_000, ttlMs: 5_000 });
  expect(countdownOfLock({ ...lock, path: '/b/_lockable' }, counting)).toBeUndefined();
  const standing = toldCountdowns(counting, { leader: '', atMs: 0, sessions: [], locks: [], delays: [] }, 2_000);
  expect(countdownOfLock(lock, standing)?.remainingMs).toBe(3_000);
});

test('between two tellings it is counted on; without a leader it stands where it stood', () => {
  const counting = told(9_000);
  const countdown = counting.sessions.get('alice')!;
  expect(remainingNow(countdown, counting, 3_000)).toBe(7_000);
  expect(remainingNow(countdown, counting, 60_000)).toBe(0);
  const standing = toldCountdowns(counting, { leader: '', atMs: 0, sessions: [], locks: [], delays: [] }, 3_000);
  const stood = standing.sessions.get('alice')!;
  expect(stood.remainingMs).toBe(7_000);
  expect(remainingNow(stood, standing, 60_000)).toBe(7_000);
});

test('asked for are holders, leases, delays, who waits at the selected lock, and own participants, each once', () => {
  const selected = {
    ...heldBy('/a/_lockable', 'alice'),
    queue: lineOf('/a/_lockable', ['bob']),
    holds: [lease(4, 500)],
  };
  const other = { ...heldBy('/b/_lockable', 'alice'), queue: lineOf('/b/_lockable', ['carol']), holds: [lease(5, 0)] };
  const delayed = aLock('/d/_lockable', { state: 'delayed' });
  expect(countedOf([selected, other, aLock('/c/_lockable'), delayed], selected, ['dave'])).toEqual({
    sessionIds: ['alice', 'bob', 'dave'],
    lockTickets: [4],
    delayedLocks: ['/d/_lockable'],
  });
});

test('the bar is full right after a renewal, when a quarter is left on top of the TTL', () => {
  expect(fullness(12_500, 10_000)).toBe(1);
  expect(fullness(5_000, 10_000)).toBeCloseTo(0.4);
  expect([9_940, 12_400, 150_000, 4_000_000].map(remainingText)).toEqual(['9.9 s', '12 s', '3 min', '1.1 h']);
});
