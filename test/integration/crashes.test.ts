/**
 * Guards a cell of real processes under load while its agents crash and sleep, and while it grows and shrinks: no
 * acknowledged write is lost or doubled, no read goes back, and clients that know several agents see at most a pause.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AgentUnderTest } from './agent-under-test.ts';
import { LoadedCell } from './loaded-cell.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cell = new LoadedCell(['--evict-after', '60s']);
let added: AgentUnderTest[];

beforeAll(async () => {
  await cell.found(3);
  added = await cell.reserve(2);
  cell.use();
});

afterAll(() => cell.dispose());

test('nothing happens', async () => {
  await cell.isRight();
});

test('kill -9 of the leader', async () => {
  const leader = await cell.leader();
  await leader.kill();
  await cell.goesOn();
  await cell.restart(leader);
  await cell.isRight();
});

test('the leader sleeps until another one leads, and wakes', async () => {
  const leader = await cell.leader();
  leader.pause();
  await cell.goesOn();
  leader.resume();
  // Asked at once, it must not answer from what it believed when it fell asleep.
  const { revision } = await (await cell.leader()).client.put('/load/awake', 'written while it slept');
  const woken = await leader.client.get('/load/awake', { timeoutMs: 30_000 });
  expect(woken.revision).toBeGreaterThanOrEqual(revision);
  await cell.isRight();
});

test('kill -9 of all agents', async () => {
  await Promise.all(cell.agents.filter(({ isUp }) => isUp).map((agent) => agent.kill()));
  await cell.restart(...cell.agents.filter((agent) => !added.includes(agent)));
  await cell.isRight();
});

test('two agents are added at once and become voters together', async () => {
  const before = (await cell.members()).epoch;
  await cell.join(added);
  const { epoch } = await cell.voters(5);
  // Each joins as a learner; then one change makes both of them voters.
  expect(epoch).toBe(before + 3);
  await cell.isRight();
});

test('kill -9 of two of five, the leader among them', async () => {
  const {
    leader,
    followers: [other],
  } = await cell.roles();
  await Promise.all([leader.kill(), other!.kill()]);
  await cell.goesOn();
  await cell.restart(leader, other!);
  await cell.isRight();
});

test('two agents are removed', async () => {
  const staying = cell.agents.filter((agent) => !added.includes(agent));
  await Promise.all(added.map((agent) => agent.end()));
  await cell.command('members', 'remove', ...added.map(({ name }) => name));
  await cell.voters(staying);
  await cell.isRight();
});

test('in the end everything is accounted for', async () => {
  await cell.ends();
});
