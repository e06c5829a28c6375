/**
 * Guards the arena's picture of all interleavings: exactly as many as there are, each once and in order, and each with the
 * outcome that the rules of compare-and-write (or of writing blindly) give it.
 */
import { expect, test } from 'vitest';
import { countInterleavings, interleavingAt } from '../../../src/renderer/panels/lab/cas-arena/interleavings.ts';
import { allOutcomes, membersOf, predict } from '../../../src/renderer/panels/lab/cas-arena/model.ts';
import { STEPS, type Way } from '../../../src/renderer/panels/lab/cas-arena/race.ts';

const letters = (order: readonly number[]): string => order.map((client) => 'ABCD'[client]).join('');
const order = (text: string): number[] => [...text].map((letter) => 'ABCD'.indexOf(letter));

test('there are 20 for two clients with three steps, 1 680 for three, 369 600 for four', () => {
  expect([2, 3, 4].map((clients) => countInterleavings(Array(clients).fill(3)))).toEqual([20, 1_680, 369_600]);
  expect(countInterleavings([2, 2])).toBe(6);
});

test('each is listed once, in alphabetical order, from the first number to the last', () => {
  for (const [clients, steps, count] of [
    [2, 3, 20],
    [3, 3, 1_680],
  ] as const) {
    const all = Array.from({ length: count }, (_, index) => letters(interleavingAt(index, clients, steps)));
    expect(new Set(all).size).toBe(count);
    expect([...all].sort()).toEqual(all);
    expect(all[0]).toBe('ABC'.slice(0, clients).replaceAll(/./g, (letter) => letter.repeat(steps)));
  }
  expect(letters(interleavingAt(369_599, 4, 3))).toBe('DDDCCCBBBAAA');
});

test('with compare-and-write no write is ever lost, whatever the interleaving; one that loses knows it', () => {
  const rules = { way: 'cas', clients: 2, retries: false } as const;
  expect(predict(rules, order('AAABBB'))).toMatchObject({ results: ['wrote', 'wrote'], value: 11, lost: [] });
  expect(predict(rules, order('ABABBA'))).toMatchObject({ results: ['refused', 'wrote'], value: 10, lost: [] });
  expect(predict(rules, order('ABAABB'))).toMatchObject({ results: ['wrote', 'saw'], value: 1, lost: [] });
  for (const clients of [2, 3, 4]) {
    const { groups } = allOutcomes({ ...rules, clients });
    expect(groups.filter(({ outcome }) => outcome.lost.length > 0)).toEqual([]);
    expect(groups.every(({ outcome }) => outcome.results.includes('wrote'))).toBe(true);
  }
});

test('looking before a plain put is not enough: between the look and the put there is room for another', () => {
  expect(predict({ way: 'check', clients: 2, retries: false }, order('ABABAB'))).toMatchObject({
    results: ['wrote', 'wrote'],
    value: 10,
    lost: [0],
  });
  const lossy = (way: Way) =>
    allOutcomes({ way, clients: 2, retries: true })
      .groups.filter(({ outcome }) => outcome.lost.length > 0)
      .reduce((sum, { count }) => sum + count, 0);
  expect([lossy('cas'), lossy('check'), lossy('put')]).toEqual([0, 12, 4]);
});

test('whoever lost and tries again ends up in the final value, at a second attempt', () => {
  expect(predict({ way: 'cas', clients: 2, retries: true }, order('ABABBA'))).toEqual({
    results: ['wrote', 'wrote'],
    attempts: [2, 1],
    value: 11,
    lost: [],
  });
});

test('the groups hold every interleaving once, each with the outcome that it has when it is worked out alone', () => {
  for (const rules of [
    { way: 'cas', clients: 3, retries: false },
    { way: 'check', clients: 3, retries: true },
    { way: 'put', clients: 3, retries: false },
  ] as const) {
    const outcomes = allOutcomes(rules);
    expect(outcomes.groups.reduce((sum, { count }) => sum + count, 0)).toBe(outcomes.count);
    const seen = new Set<number>();
    outcomes.groups.forEach((group, place) => {
      const members = membersOf(outcomes, place);
      expect(members[0]).toBe(group.first);
      for (const index of members) {
        seen.add(index);
        expect(predict(rules, interleavingAt(index, rules.clients, STEPS[rules.way].length))).toEqual(group.outcome);
      }
    });
    expect(seen.size).toBe(outcomes.count);
  }
});
