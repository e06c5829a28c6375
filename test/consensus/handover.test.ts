/**
 * Guards that a change of the voters comes home also where a snapshot does not reach as far as the change.
 *
 * 1. K, the only voter, chooses that V and W, who know nothing yet, are the voters. It does not lead any more.
 * 2. K's journal begins above the first slot, so it offers them a snapshot.
 * 3. They install one that was made before the change.
 * 4. K goes on offering the same snapshot, which they no longer need; what they need is in its journal.
 */
import { expect, test } from 'vitest';
import { Cell, change } from './support/cell.ts';

test('new voters that installed a snapshot from below the change are sent the rest', () => {
  const cell = new Cell();
  const [k] = cell.found({ K: 'voter' });
  if (!k) throw new Error('one was founded');
  const newcomers = [cell.add('V'), cell.add('W')];
  cell.until(() => k.replica.isLeaderReady);
  k.propose('1', '2', '3');
  cell.until(() => k.replica.chosenThrough === 5);
  const early = k.snapshot();
  k.propose('4', '5');
  cell.until(() => k.replica.chosenThrough === 7);
  for (const agent of newcomers) agent.fetches = () => early;
  change(k, { V: 'voter', W: 'voter' });
  cell.until(() => k.replica.configuration.epoch === 2);
  k.compact(6);

  cell.until(() => newcomers.some(({ replica }) => replica.isLeaderReady));
  expect(newcomers.map(({ disk }) => disk.base.slot)).toEqual([5, 5]);
  expect(newcomers.map(({ replica }) => replica.configuration.epoch)).toEqual([2, 2]);
});
