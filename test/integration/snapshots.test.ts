/**
 * Guards agents that come back to a cell whose journal no longer reaches down to them: they get a snapshot, also when they or
 * whoever sends it are killed while it travels, and when several travel at once. Nothing is lost and nothing goes back.
 */
import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ROOT } from '../../tools/source-files.ts';
import { AgentUnderTest } from './agent-under-test.ts';
import { LoadedCell } from './loaded-cell.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Large enough that a snapshot is on its way for a while. */
const KEYS = 40;
const VALUE_BYTES = 50_000;

class ForgetfulCell extends LoadedCell {
  protected override place(name: string): Promise<AgentUnderTest> {
    return AgentUnderTest.at(this.directory, name, { entry: join(ROOT, 'test/integration/forgetful-agent.ts') });
  }

  /** Until those who go on have forgotten what this agent knew last. */
  async forget(agent: AgentUnderTest, knownThrough: number): Promise<void> {
    await this.until('the journals no longer reach down to it', async () => {
      const others = this.up.filter((other) => other !== agent).map((other) => other.status());
      return (await Promise.all(others)).every((status) => (status?.journalFloor ?? 0) > knownThrough + 1);
    });
  }
}

const cell = new ForgetfulCell();
let added: AgentUnderTest[];

beforeAll(async () => {
  await cell.found(3);
  added = await cell.reserve(2);
  const { client } = await cell.leader();
  const value = Buffer.alloc(VALUE_BYTES, 'a large value ');
  await Promise.all(
    Array.from({ length: KEYS }, (_, index) => client.batch.put(`/large/${index}`, value, { timeoutMs: 60_000 })),
  );
  cell.use();
});

afterAll(() => cell.dispose());

/** A file of that kind appears in the state directory of an agent. */
function seen(agent: AgentUnderTest, kind: 'incoming' | 'outgoing'): Promise<void> {
  mkdirSync(agent.place.stateDir, { recursive: true });
  return new Promise((resolve) => {
    const watcher = watch(agent.place.stateDir, (_, name) => {
      if (!name?.startsWith(kind)) return;
      watcher.close();
      resolve();
    });
  });
}

/** Kills a follower, and lets the others forget. */
async function absent(): Promise<AgentUnderTest> {
  const [agent] = (await cell.followers()) as [AgentUnderTest];
  const { chosenThrough } = (await agent.status())!;
  await agent.kill();
  await cell.forget(agent, chosenThrough);
  return agent;
}

test('an agent that was away for too long gets a snapshot', async () => {
  const agent = await absent();
  await cell.restart(agent);
  await cell.isRight();
  expect(agent.process.stderr).toContain('fetching a snapshot');
});

test('kill -9 while a snapshot comes in', async () => {
  const agent = await absent();
  const incoming = seen(agent, 'incoming');
  await cell.restart(agent);
  await incoming;
  await agent.kill();
  await cell.goesOn();
  await cell.restart(agent);
  await cell.isRight();
});

test('kill -9 of whoever sends a snapshot', async () => {
  const agent = await absent();
  const senders = cell.up;
  const outgoing = Promise.race(senders.map((sender) => seen(sender, 'outgoing').then(() => sender)));
  await cell.restart(agent);
  const sender = await outgoing;
  await sender.kill();
  await cell.restart(sender);
  await cell.isRight();
});

test('two newcomers get theirs at once, and become voters', async () => {
  await cell.join(added);
  await cell.voters(5);
  await cell.isRight();
  for (const agent of added) expect(agent.process.stderr).toContain('fetching a snapshot');
});

test('in the end everything is accounted for', async () => {
  await cell.ends();
});
