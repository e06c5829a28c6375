/**
 * Guards that new voters lead above every ballot of the old ones that chose what they know.
 *
 * 1. A leads A, B and X. It proposes that X, D and E be the voters; that stays on its own disk.
 * 2. X is elected by B in a higher ballot; its no-op and a command stay on its own disk. X is cut off.
 * 3. A is elected by B in a ballot above that and chooses the change. Before anything else of that ballot is chosen, its
 *    leadership ends: the era is still that of its first one.
 * 4. D and E, who never heard of these ballots, learn what is chosen: from entries sent as chosen, or from a snapshot.
 * 5. D is elected by E, and acknowledges a command.
 * 6. E is elected by X, which reports what it accepted in the second ballot. If D led below that, X's entries win, in
 *    slots in which D's were chosen.
 */
import { expect, test } from 'vitest';
import { Cell, change } from './support/cell.ts';

function changeIsChosen() {
  const cell = new Cell();
  const [a, b, x, d, e] = cell.found({ A: 'voter', B: 'voter', X: 'voter', D: 'learner', E: 'learner' });
  if (!a || !b || !x || !d || !e) throw new Error('five were founded');
  const learners = ['D', 'E'];

  cell.onlyTick(a);
  cell.until(() => a.replica.isLeaderReady);
  cell.until(() => cell.agents.every(({ replica }) => replica.chosenThrough === 2));
  cell.loses = ({ from }) => from === 'A';
  change(a, { X: 'voter', D: 'voter', E: 'voter' });

  cell.loses = ({ from, to, message }) =>
    from === 'A' || to === 'A' || ['accept', 'heartbeat', 'chosen'].includes(message.kind);
  cell.onlyTick(x);
  cell.until(() => x.replica.role === 'leader');
  x.propose('stale');

  cell.loses = ({ from, to, message }) => from === 'X' || to === 'X' || (learners.includes(to) && 'ballot' in message);
  cell.onlyTick(a, x);
  cell.until(() => a.replica.configuration.epoch === 2 && x.replica.role !== 'leader');
  cell.onlyTick(a);
  expect(a.replica.era).toEqual({ round: 1, agentId: 'A' });
  expect(a.replica.ballot.round).toBeGreaterThan(x.replica.ballot.round);
  expect(d.replica.ballot).toEqual({ round: 1, agentId: 'A' });
  // Only what is told without a ballot reaches the new voters: the handover, and offers of snapshots.
  cell.loses = ({ from, to, message }) =>
    from === 'X' || to === 'X' || ('ballot' in message && message.ballot.round > 0 && learners.includes(to));
  return { cell, a, x, d, e };
}

function newVotersLead({ cell, x, d, e }: ReturnType<typeof changeIsChosen>): void {
  // E learns nothing of what D chose.
  cell.partition([d, e]);
  const { loses } = cell;
  cell.loses = (sent) => {
    const { message } = sent;
    return loses(sent) || (sent.from === 'D' && 'chosenThrough' in message && message.chosenThrough > 3);
  };
  cell.onlyTick(d);
  cell.until(() => d.replica.role === 'leader');
  d.propose('acknowledged');
  cell.until(() => d.applied.get(5) === 'acknowledged');

  cell.partition([e, x]);
  cell.onlyTick(e);
  cell.until(() => e.replica.isLeaderReady);
  expect(cell.conflicts).toEqual([]);
  expect(e.applied.get(5)).toBe('acknowledged');
}

test('who learned a change from entries sent as chosen leads above the ballot that chose it, also after a restart', () => {
  const told = changeIsChosen();
  const { cell, d, e } = told;
  cell.until(() => d.replica.configuration.epoch === 2 && e.replica.configuration.epoch === 2);
  d.restart();
  newVotersLead(told);
});

test.each([false, true])('who learned it from a snapshot does so too (restarted: %s)', (isRestarted) => {
  const told = changeIsChosen();
  const { cell, a, d, e } = told;
  a.compact(4);
  cell.until(() => d.replica.configuration.epoch === 2 && e.replica.configuration.epoch === 2);
  expect(d.replica.journalFloor).toBe(4);
  if (isRestarted) d.restart();
  newVotersLead(told);
});
