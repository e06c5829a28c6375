/** Guards that a list which follows its end draws its newest rows at once, as many as are in view. */
import { expect, test } from 'vitest';
import { rangeAtEnd } from '../../../src/renderer/ui/range-at-end.ts';

test('the last rows are drawn, wherever the list was heard to be', () => {
  expect(rangeAtEnd({ startIndex: 0, endIndex: 2, overscan: 1, count: 10 })).toEqual([6, 7, 8, 9]);
  expect(rangeAtEnd({ startIndex: 7, endIndex: 9, overscan: 0, count: 12 })).toEqual([9, 10, 11]);
});

test('of fewer rows than there is room for, all are drawn', () => {
  expect(rangeAtEnd({ startIndex: 0, endIndex: 1, overscan: 4, count: 2 })).toEqual([0, 1]);
  expect(rangeAtEnd({ startIndex: 0, endIndex: 5, overscan: 4, count: 3 })).toEqual([0, 1, 2]);
});
