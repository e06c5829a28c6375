/** Guards what the Elections panel keeps of tenures while one looks, what it says a participant is, and its filter. */
import { expect, test } from 'vitest';
import type { ElectionView } from '../../../src/contract/index.ts';
import { filterElections, standingOf } from '../../../src/renderer/panels/elections/election-words.ts';
import { electionsTold, useElections } from '../../../src/renderer/panels/elections/elections-store.ts';
import { TENURES_KEPT, withTenures } from '../../../src/renderer/panels/elections/tenures.ts';

function election(change: Partial<ElectionView> = {}): ElectionView {
  return {
    path: '/services/billing',
    state: 'held',
    tenure: 10,
    sessionId: 'session-a',
    owner: 'ann',
    value: '10.0.0.7:80',
    sinceMs: 1_000,
    ended: null,
    queue: [],
    ...change,
  };
}

const ended = (tenure: number, kind: 'resigned' | 'sessionEnded' = 'resigned') => ({
  ...{ kind, sessionId: 'session-a', tenure, slot: tenure + 5, atMs: 2_000 },
});

test('a tenure is followed from its beginning to its end, with what it proclaimed last', () => {
  const begun = withTenures([], election());
  const changed = withTenures(begun, election({ value: '10.0.0.7:81' }));
  const next = election({ tenure: 15, sessionId: 'session-b', owner: 'bob', ended: ended(10) });
  expect(withTenures(changed, next).map(({ tenure, value, ended: end }) => [tenure, value, end?.kind])).toEqual([
    [15, '10.0.0.7:80', undefined],
    [10, '10.0.0.7:81', 'resigned'],
  ]);
});

test('an election that is vacant has a last tenure and none that lasts', () => {
  const seen = withTenures(
    withTenures([], election()),
    election({ state: 'vacant', ended: ended(10, 'sessionEnded') }),
  );
  expect(seen.map(({ tenure, ended: end }) => [tenure, end?.kind])).toEqual([[10, 'sessionEnded']]);
});

test('a tenure that ended before one looked is told as far as it is known', () => {
  const seen = withTenures([], election({ tenure: 15, ended: ended(10) }));
  expect(seen[1]).toMatchObject({ tenure: 10, sessionId: 'session-a', value: undefined, sinceMs: 0 });
});

test('a tenure whose end was left out between two events is not said to last', () => {
  const later = election({ tenure: 30, ended: ended(20) });
  const seen = withTenures(withTenures([], election()), later);
  expect(seen.map(({ tenure, ended: end }) => [tenure, end?.kind])).toEqual([
    [30, undefined],
    [20, 'resigned'],
    [10, 'unseen'],
  ]);
});

test('the newest tenures are kept', () => {
  let seen = withTenures([], election());
  for (let tenure = 11; tenure < 20 + TENURES_KEPT; tenure += 1) seen = withTenures(seen, election({ tenure }));
  expect(seen).toHaveLength(TENURES_KEPT);
  expect(seen[0]!.tenure).toBe(19 + TENURES_KEPT);
});

test('a participant is elected, in line at its place, or no candidate', () => {
  const candidate = (sessionId: string) => ({ candidacy: 1, sessionId, owner: '', value: sessionId, queuedMs: 0 });
  const lined = election({ queue: [candidate('session-b'), candidate('session-c')] });
  expect(standingOf(lined, 'session-a')).toMatchObject({ kind: 'elected' });
  expect(standingOf(lined, 'session-c')).toMatchObject({ kind: 'waiting', position: 2 });
  expect(standingOf(lined, 'session-d')).toEqual({ kind: 'none' });
  // Whoever held the tenure that ended is elected no longer.
  expect(standingOf(election({ state: 'vacant' }), 'session-a')).toEqual({ kind: 'none' });
});

test('the filter finds paths, winners, values and whoever waits', () => {
  const waiting = { candidacy: 1, sessionId: 'session-z', owner: 'Zoe', value: '', queuedMs: 0 };
  const elections = [election(), election({ path: '/other', owner: 'bob', value: '', queue: [waiting] })];
  const found = (text: string) => filterElections(elections, text).map(({ path }) => path);
  expect(found('BILLING')).toEqual(['/services/billing']);
  expect(found('10.0.0.7')).toEqual(['/services/billing']);
  expect(found('zoe')).toEqual(['/other']);
  expect(found('  ')).toHaveLength(2);
  expect(found('nowhere')).toEqual([]);
});

test('an election of which nothing new is told stays the same object, so that its row is not drawn anew', () => {
  electionsTold({ elections: [election(), election({ path: '/b' })], slot: 1 });
  const [first, second] = useElections.getState().elections;
  electionsTold({ elections: [election(), election({ path: '/b', value: 'new' })], slot: 2 });
  const [firstAgain, secondAgain] = useElections.getState().elections;
  expect(firstAgain).toBe(first);
  expect(secondAgain).not.toBe(second);
  expect(useElections.getState().tenures.get('/b')).toMatchObject([{ tenure: 10, value: 'new' }]);
});
