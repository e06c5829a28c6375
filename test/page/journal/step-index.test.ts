/** Guards where keys lead in a list that has the focus. */
import { expect, test } from 'vitest';
import { stepIndex } from '../../../src/renderer/ui/step-index.ts';

test.each([
  ['ArrowDown', -1, 0],
  ['ArrowDown', 4, 5],
  ['ArrowDown', 9, 9],
  ['ArrowUp', -1, 9],
  ['ArrowUp', 0, 0],
  ['PageDown', -1, 3],
  ['PageDown', 8, 9],
  ['PageUp', -1, 7],
  ['PageUp', 1, 0],
  ['Home', 5, 0],
  ['End', 5, 9],
  ['Enter', 5, undefined],
])('%s from %i leads to %s', (key, at, to) => {
  expect(stepIndex(key, at, 10, 3)).toBe(to);
});

test('nothing leads anywhere in an empty list', () => {
  expect(stepIndex('ArrowDown', -1, 0, 3)).toBeUndefined();
});
