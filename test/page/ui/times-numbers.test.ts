/** Guards how times and durations are written: the zone is named, dates are in one order, and chosen durations stay whole. */
import { expect, test } from 'vitest';
import { zoneText } from '../../../src/renderer/ui/clock-text.ts';
import { durationText } from '../../../src/renderer/ui/numbers.ts';
import { exactTime, momentText } from '../../../src/renderer/ui/time.tsx';

test('an exact time has its date in the order of ISO, and its zone', () => {
  const atMs = new Date(2026, 2, 9, 7, 5, 3, 42).getTime();
  expect(exactTime(atMs)).toBe(`2026-03-09 07:05:03.042 ${zoneText(atMs)}`);
  expect(exactTime(atMs)).toMatch(/ UTC([+-]\d+(:\d\d)?)?$/);
  expect(momentText(atMs)).toBe('2026-03-09 07:05:03');
});

test('a duration has a fraction only where there is one', () => {
  expect([0.42, 12, 1_800, 20_000, 180_000, 3_600_000, 9_000_000, 86_400_000].map(durationText)).toEqual([
    '0.42 ms',
    '12 ms',
    '1.8 s',
    '20 s',
    '3 min',
    '1 h',
    '2.5 h',
    '1 d',
  ]);
});
