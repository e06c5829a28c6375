/** Guards the order of participants: by any column, either way round, and without rows that dance. */
import { expect, test } from 'vitest';
import {
  labelsText,
  nextSort,
  type SortColumn,
  sortParticipants,
} from '../../../src/renderer/panels/participants/sort.ts';
import { participant } from './a-view.ts';

const CELL = [
  participant('c', { state: 'leader', roundTripMs: 2, lagSlots: 0 }),
  participant('a', { isSelf: true, roundTripMs: null, lastHeardMs: null, lagSlots: 7 }),
  participant('b10', { role: 'learner', state: 'learner', roundTripMs: null, lagSlots: 7 }),
  participant('b9', { suspect: true, lastHeardMs: 9_000, roundTripMs: 1 }),
];

function names(column: SortColumn, descending = false): string[] {
  return sortParticipants(CELL, { column, descending }).map(({ name }) => name);
}

test('names count as people count', () => {
  expect(names('name')).toEqual(['a', 'b9', 'b10', 'c']);
  expect(names('name', true)).toEqual(['c', 'b10', 'b9', 'a']);
});

test('the leader comes first by state, whoever is suspect last', () => {
  expect(names('state')).toEqual(['c', 'a', 'b10', 'b9']);
});

test('an unknown round trip is farther than any known one; this agent is nearest', () => {
  expect(names('roundTrip')).toEqual(['a', 'b9', 'c', 'b10']);
});

test('equal ones stay by name in both directions', () => {
  expect(names('lag')).toEqual(['b9', 'c', 'a', 'b10']);
  expect(names('lag', true)).toEqual(['a', 'b10', 'b9', 'c']);
});

test('the same column again turns the order round, another one begins upwards', () => {
  const first = nextSort({ column: 'name', descending: false }, 'lag');
  expect(first).toEqual({ column: 'lag', descending: false });
  expect(nextSort(first, 'lag')).toEqual({ column: 'lag', descending: true });
  expect(nextSort({ column: 'lag', descending: true }, 'lag').descending).toBe(false);
});

test('labels read the same whatever order they came in', () => {
  expect(labelsText({ zone: 'b', region: 'west' })).toBe('region=west zone=b');
});
