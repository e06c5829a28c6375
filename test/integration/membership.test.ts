/**
 * Guards the voters of a cell of real processes under load: a silent one stays when nobody can stand in and is replaced when
 * somebody can, comes back by itself, and the whole set can be exchanged. Clients see at most a pause.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AgentUnderTest } from './agent-under-test.ts';
import { LoadedCell } from './loaded-cell.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const GRACE_MS = 2_000;
const cell = new LoadedCell(['--evict-after', `${GRACE_MS}ms`, '--max-voters', '3']);
let spare: AgentUnderTest;
let fresh: AgentUnderTest[];

beforeAll(async () => {
  await cell.found(3);
  [spare, ...fresh] = (await cell.reserve(4)) as [AgentUnderTest, ...AgentUnderTest[]];
  cell.use();
});

afterAll(() => cell.dispose());

const isSuspect = async (agent: AgentUnderTest): Promise<boolean | undefined> =>
  (await cell.members()).members.find(({ name }) => name === agent.name)?.suspect;

test('a voter sleeps longer than the grace, without a spare: it stays a voter', async () => {
  const [sleeper] = await cell.followers();
  const { epoch } = await cell.members();
  sleeper!.pause();
  await cell.until('the sleeper is suspect', () => isSuspect(sleeper!));
  // That nothing happens can only be waited out.
  const suspectMs = performance.now();
  await cell.until('the grace is over', () => performance.now() - suspectMs > 2 * GRACE_MS);
  expect(await cell.members()).toMatchObject({ epoch });
  await cell.goesOn();
  sleeper!.resume();
  await cell.until('the sleeper is heard again', async () => (await isSuspect(sleeper!)) === false);
  await cell.isRight();
});

test('a voter is gone longer than the grace, with a spare: the spare takes its place', async () => {
  await cell.join([spare]);
  const { leader, followers } = await cell.roles();
  const [gone, staying] = followers as [AgentUnderTest, AgentUnderTest];
  expect((await cell.members()).members.find(({ name }) => name === spare.name)?.role).toBe('learner');
  await gone.kill();
  const { members } = await cell.voters([leader, staying, spare]);
  expect(members.map(({ name }) => name)).not.toContain(gone.name);
  await cell.goesOn();

  await cell.restart(gone);
  await cell.until('it has joined again, under its old name', async () => {
    const again = (await cell.members()).members.find(({ agentId }) => agentId === gone.ready.agentId);
    return again?.role === 'learner' && !again.suspect && again.name === gone.name;
  });
  await cell.isRight();
  await cell.voters([leader, staying, spare]);
});

test('the whole set of voters is replaced by three new agents', async () => {
  const old = cell.up;
  await cell.join(fresh);
  await cell.command('members', 'replace', ...fresh.map(({ name }) => name));
  await cell.voters(fresh);
  await cell.isRight();

  await Promise.all(old.map((agent) => agent.end()));
  // Learners that are gone for longer than the grace are missed by nobody.
  await cell.until('the autopilot has removed them', async () => (await cell.members()).members.length === 3);
  await cell.isRight();
});

test('the new voters stand on their own', async () => {
  const leader = await cell.leader();
  await leader.kill();
  await cell.goesOn();
  await cell.restart(leader);
  await cell.isRight();
});

test('in the end everything is accounted for', async () => {
  await cell.ends();
});
