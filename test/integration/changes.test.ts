/**
 * Guards changes of the voters that meet with a crash, a sleep or a partition of the leader that makes them: they happen once
 * or not at all, can be asked for again, and clients see at most a pause.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AgentUnderTest } from './agent-under-test.ts';
import { PartitionedCell } from './partitioned-cell.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cell = new PartitionedCell(['--autopilot', 'off']);
/** Somewhere within the change, another place every time. */
const SOMEWHEN_MS = 60;

beforeAll(async () => {
  await cell.found(1);
  await cell.join(await cell.reserve(4));
  await become(cell.agents.slice(0, 3));
  cell.use();
});

afterEach(() => cell.heal());
afterAll(() => cell.dispose());

/** Asks whoever is up until the voters are these. */
async function become(voters: readonly AgentUnderTest[], asked: () => readonly AgentUnderTest[] = () => cell.up) {
  const names = voters.map(({ name }) => name);
  await cell.until(`a change to ${names.join(', ')} is made`, async () => {
    for (const agent of asked()) {
      const changed = await agent.client.changeMembers('replace', names, { timeoutMs: 5_000 }).catch(() => undefined);
      if (changed !== undefined) return true;
    }
    return false;
  });
  await cell.voters(voters);
}

/** The leader, the other voters, and those that do not vote. */
async function roles(): Promise<readonly [AgentUnderTest, readonly AgentUnderTest[], readonly AgentUnderTest[]]> {
  const { leader, followers } = await cell.roles();
  return [leader, followers, cell.agents.filter((agent) => agent !== leader && !followers.includes(agent))];
}

/** The same, without waiting for it. Its failure is told where it is awaited, even if that is late. */
function becoming(...asked: Parameters<typeof become>): Promise<void> {
  const change = become(...asked);
  change.catch(() => undefined);
  return change;
}

const somewhen = (): Promise<void> => delay(Math.random() * SOMEWHEN_MS);

test.each([1, 2, 3])('kill -9 of the leader while one voter is exchanged (%i)', async () => {
  const [leader, [one, other], [spare]] = await roles();
  const changed = becoming([one!, other!, spare!]);
  await somewhen();
  await leader.kill();
  await changed;
  await cell.restart(leader);
  await cell.isRight();
});

test('kill -9 of the leader while it loses its vote with another one', async () => {
  const [leader, [one], spares] = await roles();
  const changed = becoming([one!, ...spares]);
  await somewhen();
  await leader.kill();
  await cell.restart(leader);
  await changed;
  await cell.isRight();
});

test('the leader sleeps while a voter is exchanged', async () => {
  const [leader, [one, other], [spare]] = await roles();
  const changed = becoming([one!, other!, spare!]);
  await somewhen();
  leader.pause();
  await changed;
  leader.resume();
  await cell.isRight();
});

test.each([1, 2])('the leader is cut off while a voter is exchanged (%i)', async () => {
  const [leader, followers, spares] = await roles();
  const rest = [...followers, ...spares];
  const changed = becoming([...followers, spares[0]!], () => rest);
  await somewhen();
  cell.part([leader], rest);
  await changed;
  await cell.goesOn();
  cell.heal();
  await cell.isRight();
});

test('kill -9 of all agents while the voters change', async () => {
  const [leader, followers, spares] = await roles();
  const { epoch } = await cell.members();
  const asked = leader.client.changeMembers(
    'replace',
    [leader, followers[0]!, spares[0]!].map(({ name }) => name),
    {
      timeoutMs: 2_000,
    },
  );
  await Promise.all([
    asked.catch(() => undefined),
    somewhen().then(() => Promise.all(cell.agents.map((a) => a.kill()))),
  ]);
  await cell.restart(...cell.agents);
  await cell.isRight();
  const after = await cell.members();
  expect(after.members.filter(({ role }) => role === 'voter')).toHaveLength(3);
  expect(after.epoch - epoch).toBeLessThanOrEqual(1);
});

test('in the end everything is accounted for', async () => {
  await cell.ends();
});
