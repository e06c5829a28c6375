/**
 * Guards that the leadership goes to the voter of the highest priority, however many would be preferred to the leader.
 *
 * 1. A leads. B and C have higher priorities than A; B's is the highest.
 * 2. Both look healthy, and answer heartbeats in turn. If each answer starts the count of its voter afresh, neither is
 *    ever healthy for long enough.
 */
import { expect, test } from 'vitest';
import { Cell, founding } from './support/cell.ts';

test('of two voters that would be preferred, the one with the higher priority gets to lead', () => {
  const cell = new Cell();
  const entries = [founding({ A: 'voter', B: 'voter', C: 'voter' })];
  const a = cell.add('A', { entries });
  const b = cell.add('B', { entries, config: { priority: 2 } });
  cell.add('C', { entries, config: { priority: 1 } });
  cell.onlyTick(a);
  cell.until(() => a.replica.isLeaderReady);
  for (const agent of cell.agents) agent.isTicking = true;
  cell.until(() => b.replica.isLeaderReady, 5_000);
  cell.pass(5_000);
  expect(cell.agents.map(({ replica }) => replica.leader)).toEqual(['B', 'B', 'B']);
});
