/**
 * Guards that the recorded bound of the chosen prefix catches up when nothing more is written.
 *
 * 1. The bound rides along with whatever else is written, so the last one has nothing to ride along with.
 * 2. The cell is quiet. Everybody applies everything, and flushes the state.
 * 3. All restart. An applied slot above the bound is not trusted, so the journal begins anew behind it, at everybody: who
 *    was down for a while finds no entries, only snapshots.
 */
import { expect, test } from 'vitest';
import { Cell } from './support/cell.ts';

test('every agent of a quiet cell records all that is chosen', () => {
  const cell = new Cell();
  const [leader] = cell.found({ A: 'voter', B: 'voter', C: 'voter', D: 'learner' });
  if (!leader) throw new Error('four were founded');
  cell.onlyTick(leader);
  cell.until(() => leader.replica.isLeaderReady);
  for (const agent of cell.agents) agent.isTicking = true;
  leader.propose('1', '2', '3');
  cell.pass(300);
  expect(leader.replica.chosenThrough).toBe(5);
  expect(cell.agents.map(({ disk }) => disk.chosenThrough)).toEqual([5, 5, 5, 5]);
});
