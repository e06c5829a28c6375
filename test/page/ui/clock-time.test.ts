/** Guards how a moment is written where there is little room: which day it was is said, and nothing has to be cut off. */
import { expect, test } from 'vitest';
import { clockTimeText } from '../../../src/renderer/ui/time.tsx';

const at = new Date(2026, 10, 20, 23, 59, 58).getTime();

test('of the same day it is the time of day', () => {
  expect(clockTimeText(at, new Date(2026, 10, 20, 0, 0, 1).getTime())).toBe('23:59:58');
});

test('past midnight it says which day it was, without the seconds', () => {
  expect(clockTimeText(at, new Date(2026, 10, 21, 0, 0, 1).getTime())).toBe('20 Nov 23:59');
});

test('of what comes tomorrow as well', () => {
  expect(clockTimeText(new Date(2026, 10, 21, 3, 4, 5).getTime(), at)).toBe('21 Nov 03:04');
});

test('of another year it is the date', () => {
  expect(clockTimeText(at, new Date(2027, 0, 1).getTime())).toBe('20 Nov 2026');
});
