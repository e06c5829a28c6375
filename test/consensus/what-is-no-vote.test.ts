/** Guards that nothing counts as a vote which is none: neither answers about the chosen prefix nor a snapshot. */
import { expect, test } from 'vitest';
import { ballot } from './replica-fixture.ts';
import type { Agent } from './support/agent.ts';
import { Cell, command, envelope, founding } from './support/cell.ts';

/**
 * 1. A leads. C missed the first slot, so A sends it as chosen; the network keeps a copy of that message.
 * 2. A is cut off and its clock stands still; its next proposal stays on its own disk.
 * 3. B and C elect a leader and choose something else in that slot, and in the next.
 * 4. The copy reaches C, whose answer reaches A: "chosen here through" a slot beyond A's proposal.
 */
test('an answer to entries sent as chosen has no ballot: it does not choose what the asker proposed', () => {
  const roles = { A: 'voter', B: 'voter', C: 'voter' } as const;
  const cell = new Cell();
  const a = cell.add('A', { entries: [founding(roles)] });
  const b = cell.add('B', { entries: [founding(roles)] });
  const c = cell.add('C');
  cell.onlyTick(a);
  cell.until(() => a.replica.isLeaderReady && c.replica.chosenThrough === 2);
  const copy = a.made.find(({ to, message }) => to === 'C' && message.kind === 'chosen' && message.entries.length > 0);
  if (copy === undefined) throw new Error('nothing was sent as chosen');

  cell.partition([b, c]);
  cell.onlyTick(b, c);
  a.propose('of A');
  const leader = () => [b, c].find(({ replica }) => replica.role === 'leader');
  cell.until(() => leader() !== undefined);
  leader()?.propose('of the next leader');
  cell.until(() => c.replica.chosenThrough === 4);

  cell.loses = ({ from, to, message }) => (from === 'A' || to === 'A') && message.kind !== 'chosenReply';
  c.step({ kind: 'message', envelope: copy });
  cell.pass(5);
  expect(c.made.at(-1)?.message).toMatchObject({ kind: 'chosenReply', chosenThrough: 4 });
  expect(a.replica.role).toBe('leader');
  expect(a.applied.has(3)).toBe(false);
  expect(cell.conflicts).toEqual([]);
});

/**
 * 1. A leads five. It is cut off with C, which alone accepts its next proposal.
 * 2. B, D and E elect a leader and choose something else in that slot, and more behind it.
 * 3. A snapshot of that, which A had asked for before it led, arrives on a channel of its own.
 */
test('a leader that installs a snapshot of more than it chose leads no longer, and tells nobody a prefix', () => {
  const cell = new Cell();
  const [a, b, c, d, e] = cell.found({ A: 'voter', B: 'voter', C: 'voter', D: 'voter', E: 'voter' });
  if (!a || !b || !c || !d || !e) throw new Error('five were founded');
  cell.onlyTick(a);
  cell.until(() => a.replica.isLeaderReady);
  cell.until(() => cell.agents.every(({ replica }) => replica.chosenThrough === 2));

  cell.partition([a, c], [b, d, e]);
  a.propose('of A');
  cell.until(() => c.replica.journalEnd === 3);
  cell.onlyTick(b, d, e);
  cell.until(() => [b, d, e].some(({ replica }) => replica.role === 'leader'));
  const next = [b, d, e].find(({ replica }) => replica.role === 'leader') as Agent;
  next.propose('of the next leader', 'and more');
  cell.until(() => next.replica.chosenThrough === 5);

  // Its promise alone would end the leadership; what it knows must too.
  const { promised: _, ...snapshot } = next.snapshot();
  a.install(snapshot);
  cell.pass(5);
  expect(a.replica.role).toBe('follower');
  expect(c.applied.has(3)).toBe(false);
  a.propose('too late');
  cell.pass(5);
  expect(cell.conflicts).toEqual([]);
});

/**
 * 1. B has promised A's ballot, durably. Then its disk does not answer any more.
 * 2. Nine slots arrive as chosen and wait for the disk. The first of them are applied elsewhere.
 * 3. B installs a snapshot of some of them, which is durable by itself.
 */
test('a snapshot makes nothing durable beyond its slot', () => {
  const cell = new Cell();
  const [a, b] = cell.found({ A: 'voter', B: 'voter' });
  if (!a || !b) throw new Error('two were founded');
  cell.onlyTick();
  b.isApplying = false;
  const led = ballot('1.A');
  const heartbeat = (round: number) => {
    const message = { kind: 'heartbeat', ballot: led, round, chosenThrough: 10 } as const;
    b.step({ kind: 'message', envelope: envelope(a, b, message) });
  };
  heartbeat(1);
  cell.pass(10);
  b.disk.fsyncMs = () => Number.POSITIVE_INFINITY;
  const entries = Array.from({ length: 9 }, (_, at) => command(2 + at, '1.A', `slot ${2 + at}`));
  const chosen = { kind: 'chosen', ballot: led, entries, chosenThrough: 10, floor: 1 } as const;
  b.step({ kind: 'message', envelope: envelope(a, b, chosen) });
  const { era, configuration, configurationSlot } = b.replica;
  b.install({ slot: 5, era, configuration, configurationSlot });
  heartbeat(2);
  expect(b.made.at(-1)?.message).toMatchObject({ kind: 'heartbeatReply', through: 5, received: 10, chosenThrough: 5 });
});
