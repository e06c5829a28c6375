// Guards that agents get short names that are unique in their cell and whose initials tell the order of joining.

import { expect, test } from 'vitest';
import { drawName } from '../../src/agent/peer/names.ts';
import { NAMES } from '../../src/agent/peer/names-list.ts';
import { fc } from '../support/property.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the list has several short, distinct names for every letter', () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    expect(NAMES.filter((name) => name.startsWith(letter)).length, letter).toBeGreaterThanOrEqual(4);
  }
  for (const name of NAMES) expect(name).toMatch(/^[A-Z][a-z]{1,7}$/);
});

test('the first agents get initials in the order of the alphabet, whatever is drawn', () => {
  fc.assert(
    fc.property(fc.array(random, { minLength: 26, maxLength: 26 }), (draws) => {
      const names: string[] = [];
      for (const draw of draws) names.push(drawName(names, () => draw));
      expect(names.map((name) => name.charAt(0)).join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    }),
  );
});

test('a letter that became free is used again, before any letter is used twice', () => {
  expect(drawName(['Ada', 'Cato', 'Dag'], () => 0)).toBe('Balder');
});

test('names stay unique when the list is used up', () => {
  const names: string[] = [];
  for (let count = 0; count < 3 * NAMES.length; count++) names.push(drawName(names, () => 0.999));
  expect(new Set(names).size).toBe(names.length);
});

test('the draw decides among the names of a letter', () => {
  const drawn = new Set(Array.from({ length: 8 }, (_, index) => drawName([], () => index / 8)));
  expect(drawn.size).toBe(8);
});

test('foreign names do not disturb', () => {
  expect(drawName(['', '7', 'élan', 'ada'], () => 0).charAt(0)).toBe('B');
});
