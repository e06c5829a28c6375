/**
 * Guards what an agent does about a state directory that is not as it left it, or not its own: it says which file and what to
 * do in one line, ends with 1, and has not answered anybody before.
 */
import {
  cpSync,
  globSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { AgentUnderTest } from './agent-under-test.ts';
import { CellUnderTest } from './harness.ts';
import { saidOf, stopsWithOneLine } from './last-word.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let cell: CellUnderTest;
let agent: AgentUnderTest;

beforeEach(() => {
  cell = new CellUnderTest(['--evict-after', '2s']);
});

afterEach(() => cell.dispose());

async function writeMuch(to: AgentUnderTest, prefix = '/kept'): Promise<void> {
  const value = Buffer.alloc(2_000, prefix);
  const writes = Array.from({ length: 100 }, (_, index) => to.client.batch.put(`${prefix}/${index}`, value));
  await Promise.all(writes);
}

/** State directories of agents on their own, with something in them, that were ended in good order or killed. */
const originals = new CellUnderTest();

beforeAll(async () => {
  const [ended, killed] = (await originals.reserve(2)) as [AgentUnderTest, AgentUnderTest];
  await Promise.all([ended.start(), killed.start()]);
  await Promise.all([writeMuch(ended), writeMuch(killed)]);
  await Promise.all([ended.end(), killed.kill()]);
});

afterAll(() => originals.dispose());

const path = (name: string): string => join(agent.place.stateDir, name);
const stateFile = (): string => globSync(path('state-*.db'))[0]!;

/** A bit in every page but the first, which has the header that everything else would stumble over. */
function flipBits(file: string): void {
  const descriptor = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  const { size } = statSync(file);
  expect(size).toBeGreaterThan(20_000);
  for (let at = 4_096 + 3_000; at < size; at += 4_096) {
    readSync(descriptor, byte, 0, 1, at);
    byte[0]! ^= 0x10;
    writeSync(descriptor, byte, 0, 1, at);
  }
}

const damages: readonly { readonly name: string; readonly how: 'end' | 'kill'; readonly damage: () => string }[] = [
  {
    name: 'flipped bits in log.db',
    how: 'end',
    damage: () => {
      flipBits(path('log.db'));
      return 'log.db';
    },
  },
  {
    name: 'flipped bits in the WAL of log.db',
    how: 'kill',
    damage: () => {
      flipBits(path('log.db-wal'));
      return 'log.db';
    },
  },
  {
    name: 'a truncated WAL of log.db',
    how: 'kill',
    damage: () => {
      // Half of what was written: behind it is room for what comes, which nobody misses.
      const written = readFileSync(path('log.db-wal')).findLastIndex((byte) => byte !== 0) + 1;
      truncateSync(path('log.db-wal'), written / 2);
      return 'log.db';
    },
  },
  {
    name: 'no WAL of log.db any more',
    how: 'kill',
    damage: () => {
      rmSync(path('log.db-wal'));
      return 'log.db';
    },
  },
  {
    name: 'log.db deleted',
    how: 'end',
    damage: () => {
      for (const file of globSync(path('log.db*'))) rmSync(file);
      return 'log.db';
    },
  },
  {
    name: 'log.db emptied',
    how: 'end',
    damage: () => {
      writeFileSync(path('log.db'), '');
      return 'log.db';
    },
  },
  {
    name: 'log.db is something else',
    how: 'end',
    damage: () => {
      writeFileSync(path('log.db'), 'Dear diary\n'.repeat(10_000));
      return 'log.db';
    },
  },
  {
    name: 'flipped bits in the applied state',
    how: 'end',
    damage: () => {
      flipBits(stateFile());
      return 'state-';
    },
  },
  {
    name: 'the applied state deleted',
    how: 'end',
    damage: () => {
      for (const file of globSync(path('state-*'))) rmSync(file);
      return 'state-';
    },
  },
];

test('untouched, the same directories are fine', async () => {
  for (const { place } of originals.agents) {
    [agent] = (await cell.reserve(1)) as [AgentUnderTest];
    cpSync(place.stateDir, agent.place.stateDir, { recursive: true });
    await agent.start();
    expect((await agent.client.list('/kept/', { countOnly: true })).count).toBe(100);
    await agent.kill();
  }
});

test.each(damages)('$name: it stops, and says what to do', async ({ how, damage }) => {
  [agent] = (await cell.reserve(1)) as [AgentUnderTest];
  const [ended, killed] = originals.agents as [AgentUnderTest, AgentUnderTest];
  cpSync((how === 'end' ? ended : killed).place.stateDir, agent.place.stateDir, { recursive: true });
  const file = damage();
  const line = await stopsWithOneLine(agent.launch());
  expect(agent.process.stdout).toBe('');
  expect(line).toContain(join(agent.place.stateDir, file));
  expect(line).toContain('new, empty state directory');
});

test('a lost disk is a new agent: the cell goes on, and lets a new state directory take the place', async () => {
  await cell.found(3);
  const { leader, followers } = await cell.roles();
  const [victim] = followers;
  await writeMuch(leader);
  await victim!.kill();
  rmSync(join(victim!.place.stateDir, 'log.db'));
  await stopsWithOneLine(victim!.launch());
  await writeMuch(leader, '/more');

  const staying = cell.up;
  const [fresh] = (await cell.reserve(1)) as [AgentUnderTest];
  await cell.join([fresh]);
  await cell.voters([...staying, fresh]);
  await cell.until('it has everything', async () => {
    const { count } = await fresh.client.list('/more/', { quorum: 'local', countOnly: true });
    return count === 100;
  });
});

test('an old copy of a state directory is refused by the peers, and counts nowhere', async () => {
  await cell.found(3);
  const { leader, followers } = await cell.roles();
  const victim = followers[0]!;
  await victim.end();
  const copy = join(cell.directory, 'copy');
  cpSync(victim.place.stateDir, copy, { recursive: true });
  await cell.restart(victim);
  await writeMuch(leader);
  const { applied } = (await leader.status())!;
  await cell.until('it has all', async () => ((await victim.status())?.applied ?? 0) >= applied);
  await victim.kill();
  rmSync(victim.place.stateDir, { recursive: true });
  cpSync(copy, victim.place.stateDir, { recursive: true });

  const line = await stopsWithOneLine(victim.launch());
  expect(line).toContain('new state directory');
  await writeMuch(leader, '/more');
});

test('a state directory is one process’s: the second is refused with the pid of the first', async () => {
  [agent] = (await cell.reserve(1)) as [AgentUnderTest];
  await cell.join([agent]);
  const { pid } = agent.ready;
  const first = agent.process;
  const line = await stopsWithOneLine(agent.launch());
  expect(line).toContain(agent.place.stateDir);
  expect(line).toContain(`${pid}`);
  expect(first.child.exitCode).toBe(null);
  await writeMuch(agent);
});

test('a taken port is replaced by the next free one, which is said, and kept', async () => {
  const [taken] = (await cell.reserve(1)) as [AgentUnderTest];
  await cell.join([taken]);
  const { grpcPort, httpPort } = taken.place;
  const other = await AgentUnderTest.at(cell.directory, 'other', { grpcPort, httpPort });
  cell.agents.push(other);
  const ready = await other.start();
  const portOf = (address: string): number => Number(address.split(':')[1]);
  expect(portOf(ready.grpcAddress)).toBeGreaterThan(grpcPort);
  expect(portOf(ready.httpAddress)).toBeGreaterThan(httpPort);
  const { stderr } = other.process;
  expect(stderr).toContain(
    `gRPC listens on ${ready.grpcAddress} instead of ${taken.address}, because ${grpcPort} is taken`,
  );
  expect(stderr).toContain(`HTTP listens on ${ready.httpAddress} instead of 127.0.0.1:${httpPort}`);
  await other.kill();
  await taken.kill();
  expect((await other.start()).grpcAddress).toBe(ready.grpcAddress);
});

test('a state directory of one cell does not join another', async () => {
  const [one, other] = (await cell.reserve(2)) as [AgentUnderTest, AgentUnderTest];
  await one.start();
  await other.start();
  await other.end();
  const line = await stopsWithOneLine(other.launch(['--peer', one.address]));
  expect(line).toContain(one.ready.cellId);
  expect(line).toContain(other.ready.cellId);
  expect(line).toContain('--state-dir');
  // Without the other cell's address nothing is wrong with it.
  await other.start();
  expect(saidOf(other.process)).toEqual([]);
});
