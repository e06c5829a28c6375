/**
 * Guards a cell of real processes whose network fails: the side with a majority goes on, the other one says that it cannot
 * and why, still shows what it has, and comes back by itself. Late, broken and half-open connections change nothing but the pace.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { SynodError } from '../../src/client/index.ts';
import type { AgentUnderTest } from './agent-under-test.ts';
import { PartitionedCell } from './partitioned-cell.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cell = new PartitionedCell();

beforeAll(async () => {
  await cell.found(3);
  cell.use();
});

afterEach(() => cell.heal());
afterAll(() => cell.dispose());

/** The leader, and the others. */
async function sides(): Promise<[AgentUnderTest, AgentUnderTest[]]> {
  const leader = await cell.leader();
  return [leader, cell.agents.filter((agent) => agent !== leader)];
}

const refusal = async (call: Promise<unknown>): Promise<SynodError> => {
  const outcome: unknown = await call.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(SynodError);
  return outcome as SynodError;
};

/** Each of these calls fails however often it is made, and is told that nothing was done as soon as the answer is in time. */
const refuses = (...calls: (() => Promise<unknown>)[]): Promise<unknown> =>
  Promise.all(
    calls.map((call) =>
      cell.until('it is refused as unavailable', async () => {
        const { code, effect } = await refusal(call());
        return code === status.UNAVAILABLE && effect === 'not_done';
      }),
    ),
  );

test('a leader without its peers answers nothing that needs them, shows what it has, and heals', async () => {
  const [leader, others] = await sides();
  const before = await leader.client.put('/load/kept', 'before');
  cell.part([leader], others);

  // It may still believe that it leads and take this one, but must not acknowledge it.
  const taken = await refusal(leader.client.put('/load/taken', 'lost side', { timeoutMs: 2_000 }));
  await cell.until('it knows that it is alone', async () => (await leader.status())?.writable === false);
  await refuses(
    () => leader.client.put('/load/kept', 'lost side', { timeoutMs: 2_000 }),
    () => leader.client.get('/load/kept', { timeoutMs: 2_000 }),
  );
  const local = await leader.client.get('/load/kept', { quorum: 'local' });
  expect(Buffer.from(local.item!.value).toString()).toBe('before');
  expect(local.slot).toBeGreaterThanOrEqual(before.slot);
  const alone = await leader.status();
  expect(alone).toMatchObject({ writable: false });
  expect(alone?.state).not.toBe('leader');
  expect(alone?.unwritableReason).not.toBe('');

  await cell.goesOn();
  const { revision } = await others[0]!.client.put('/load/kept', 'majority side');
  cell.heal();
  await cell.until('it has what it missed', async () => {
    const { item } = await leader.client.get('/load/kept', { quorum: 'local' });
    return Buffer.from(item!.value).toString() !== 'before';
  });
  const healed = await leader.client.get('/load/kept', { timeoutMs: 30_000 });
  expect(healed.revision).toBeGreaterThanOrEqual(revision);
  const { item } = await leader.client.get('/load/taken', { timeoutMs: 30_000 });
  if (taken.effect === 'not_done') expect(item).toBe(undefined);
  await cell.isRight();
});

test('a leader that hears nobody, but is heard, gives way', async () => {
  const [leader, others] = await sides();
  cell.cut(others, [leader]);
  await cell.goesOn();
  cell.heal();
  await cell.isRight();
});

test('a leader that is heard by nobody, but hears, gives way', async () => {
  const [leader, others] = await sides();
  cell.cut([leader], others);
  await cell.goesOn();
  cell.heal();
  await cell.isRight();
});

test('two that do not hear each other, and a third that hears both', async () => {
  const [leader, [one]] = (await sides()) as [AgentUnderTest, AgentUnderTest[]];
  cell.part([leader], [one!]);
  await cell.goesOn();
  cell.heal();
  await cell.isRight();
});

test('nobody hears anybody: every agent refuses, and the cell comes back', async () => {
  const [a, b, c] = cell.agents as [AgentUnderTest, AgentUnderTest, AgentUnderTest];
  cell.part([a], [b, c]);
  cell.part([b], [c]);
  for (const agent of cell.agents) {
    await cell.until(`${agent.name} knows that it is alone`, async () => (await agent.status())?.writable === false);
  }
  await refuses(
    ...cell.agents.map(
      ({ client }) =>
        () =>
          client.put('/load/alone', 'x', { timeoutMs: 2_000 }),
    ),
  );
  cell.heal();
  await cell.isRight();
});

test('late, broken and half-open connections', async () => {
  cell.delay(20);
  await cell.goesOn();
  cell.dropConnections();
  await cell.goesOn();
  cell.heal();
  cell.halfOpen(await cell.leader());
  await cell.goesOn();
  await cell.isRight();
});

test('links that come and go', async () => {
  for (let round = 0; round < 15; round++) {
    const [one, other, third] = cell.agents.toSorted(() => Math.random() - 0.5) as [
      AgentUnderTest,
      AgentUnderTest,
      AgentUnderTest,
    ];
    if (round % 2 === 0) cell.part([one], [other]);
    else cell.cut([one], [other, third]);
    // Long enough to be noticed, too short to settle.
    await delay(50 + Math.random() * 350);
    cell.heal();
  }
  await cell.isRight();
});

test('in the end everything is accounted for', async () => {
  await cell.ends();
});
