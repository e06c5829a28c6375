/** Guards who acts in a window: participants that were just opened, that ended, and that the agent told of. */
import { expect, test } from 'vitest';
import type { KeptSession } from '../../../src/contract/index.ts';
import {
  chosenAmong,
  mergedParticipants,
  nextName,
  ownerText,
  participantStateText,
  remainingMs,
} from '../../../src/renderer/acting/participants.ts';

const kept = (sessionId: string, change: Partial<KeptSession> = {}): KeptSession => ({
  ...{ sessionId, owner: sessionId, ttlMs: 10_000, state: 'kept', renewedMs: 100_000, leases: [] },
  ...change,
});
const ids = (sessions: readonly KeptSession[]) => sessions.map(({ sessionId }) => sessionId);

test('one that was just opened is there before the agent tells of it, and only once after', () => {
  const opened = [kept('bob')];
  expect(ids(mergedParticipants([kept('alice')], opened, new Set()))).toEqual(['alice', 'bob']);
  const told = [kept('alice'), kept('bob', { state: 'paused' })];
  expect(mergedParticipants(told, opened, new Set())).toEqual(told);
});

test('what was forgotten is listed no longer', () => {
  expect(ids(mergedParticipants([kept('alice', { state: 'ended' }), kept('bob')], [], new Set(['alice'])))).toEqual([
    'bob',
  ]);
});

test('one that has ended stays chosen, so that nobody acts in another name unasked', () => {
  const participants = [kept('alice', { state: 'ended' }), kept('bob')];
  expect(chosenAmong(participants, 'alice')).toBe('alice');
  expect(chosenAmong(participants, undefined)).toBe('bob');
  expect(chosenAmong(participants, 'carol')).toBe('bob');
  expect(chosenAmong([], 'alice')).toBeUndefined();
});

test('what is left is told of a paused one, and is never more than its TTL', () => {
  expect(remainingMs(kept('a'), 103_000)).toBe(7_000);
  expect(remainingMs(kept('a'), 90_000)).toBe(10_000);
  expect(remainingMs(kept('a', { state: 'ended' }), 103_000)).toBe(0);
  expect(participantStateText(kept('a', { state: 'paused' }), 103_400)).toBe('paused, 7 s left');
  expect(participantStateText(kept('a', { state: 'paused' }), 199_000)).toBe('paused, ends soon');
  expect(participantStateText(kept('a'), 199_000)).toBe('renewed');
});

test('a new one is offered a name that nobody here has', () => {
  expect(nextName([])).toBe('alice');
  expect(nextName(['alice', 'bob'])).toBe('carol');
  const all: string[] = [];
  for (let count = 0; count < 12; count += 1) all.push(nextName(all));
  expect(new Set(all).size).toBe(12);
});

test('a session without a name is called by the beginning of its id, which says what it is', () => {
  expect(ownerText('0123456789abcdef', '')).toBe('session 01234567…');
  expect(ownerText('0123456789abcdef', 'alice')).toBe('alice');
  expect(ownerText('', '')).toBe('nobody');
});
