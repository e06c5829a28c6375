/**
 * Guards that slow disks cost time and never a leader.
 *
 * Every fsync takes longer than the shortest election timeout. A voter promises its own ballot; before that is durable, so
 * before it may ask anybody, its campaign times out, or somebody else's promise is asked of it, and all begins anew. (A
 * disk that takes more than two of the longest election timeouts does not answer: no leader among others has that.)
 */
import { expect, test } from 'vitest';
import { Cell, type Roles } from './support/cell.ts';

const ONE: Roles = { A: 'voter' };
const THREE: Roles = { A: 'voter', B: 'voter', C: 'voter' };

test.each([
  [200, ONE],
  [400, ONE],
  [700, ONE],
  [3_000, ONE],
  [100, THREE],
  [200, THREE],
  [300, THREE],
  [500, THREE],
])('with fsyncs of %i ms there is a leader: %o', (fsyncMs, roles) => {
  for (const seed of [1, 2, 3]) {
    const cell = new Cell(seed);
    for (const agent of cell.found(roles)) agent.disk.fsyncMs = () => fsyncMs * cell.random.range(0.95, 1.05);
    cell.until(() => cell.agents.some(({ replica }) => replica.isLeaderReady), 60_000);
    expect(cell.conflicts).toEqual([]);
  }
});

test('a campaign is not over because nobody looked at the clock when its promise became durable', () => {
  const cell = new Cell();
  const [a] = cell.found(ONE);
  if (!a) throw new Error('one was founded');
  a.disk.fsyncMs = () => 1_000;
  cell.until(() => a.replica.role === 'campaigning');
  cell.onlyTick();
  cell.pass(1_000);
  expect(a.replica.role).toBe('leader');
  expect(a.replica.ballot.round).toBe(1);
});
