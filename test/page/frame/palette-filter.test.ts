/** Guards what the palette finds: all words, names first, and nothing that only looks alike. */
import { expect, test } from 'vitest';
import { paletteScore } from '../../../src/renderer/frame/palette-filter.ts';

test('nothing typed leaves everything in', () => {
  expect(paletteScore('Overview', ' ')).toBe(1);
});

test('a name that begins so comes before a word that does, and that before a part of one', () => {
  const scores = ['Settings read-only', 'Participants settings', 'resettings'].map((entry) =>
    paletteScore(entry, 'Set'),
  );
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(new Set(scores).size).toBe(3);
});

test('every word must be there, in any order', () => {
  expect(paletteScore('Participants Add an agent', 'agent add')).toBeGreaterThan(0);
  expect(paletteScore('Participants Add an agent', 'agent remove')).toBe(0);
});

test('letters strewn over an entry are no match', () => {
  expect(paletteScore('Settings what this agent was started with', 'asta')).toBe(0);
});
