/**
 * Guards what an agent does when its disk takes no more: it acknowledges nothing that it could not keep, stops with one line
 * that says so, and goes on when there is room again.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, SynodError } from '../../src/client/index.ts';
import { AgentUnderTest } from './agent-under-test.ts';
import { CellUnderTest } from './harness.ts';
import { stopsWithOneLine } from './last-word.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const MIB = 1024 * 1024;
const VALUE_BYTES = 100_000;
let cell: CellUnderTest;
const disks: string[] = [];

beforeEach(() => {
  cell = new CellUnderTest();
});

afterEach(async () => {
  await cell.dispose();
  for (const disk of disks.splice(0)) {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});

/** Writes until the agent has stopped. Resolves to how many writes were acknowledged. */
async function fill(agent: AgentUnderTest): Promise<number> {
  await using client = connect({ endpoints: [agent.address], timeoutMs: 1_500 });
  for (let acknowledged = 0; ; ) {
    try {
      await client.put(`/fill/${acknowledged}`, Buffer.alloc(VALUE_BYTES, `${acknowledged} `));
      acknowledged++;
    } catch (error) {
      expect(error).toBeInstanceOf(SynodError);
      // A disk may also be slow.
      if (!agent.isUp) return acknowledged;
    }
    // Otherwise the disk is larger than anyone meant.
    expect(acknowledged).toBeLessThan(1_000);
  }
}

async function hasAll(agent: AgentUnderTest, acknowledged: number): Promise<void> {
  const read = Array.from({ length: acknowledged }, (_, index) => agent.client.get(`/fill/${index}`));
  for (const [index, { item }] of (await Promise.all(read)).entries()) {
    expect(item && Buffer.from(item.value).equals(Buffer.alloc(VALUE_BYTES, `${index} `)), `/fill/${index}`).toBe(true);
  }
}

/** Undefined: only root may mount, and not everywhere. */
function smallDisk(sizeMib: number): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), 'synod-disk-'));
  disks.push(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', disk]);
  return status === 0 ? disk : undefined;
}

test('a full disk', async (context) => {
  const disk = smallDisk(32);
  if (disk === undefined) return context.skip('this user cannot mount a small disk');
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(20 * MIB));
  const agent = await AgentUnderTest.at(disk, 'agent');
  cell.agents.push(agent);
  await agent.start();
  const acknowledged = await fill(agent);
  expect(acknowledged).toBeGreaterThan(5);
  const line = await stopsWithOneLine(agent.process);
  expect(line).toContain('the disk is full');
  expect(line).toContain('Free some space and start the agent again');

  rmSync(ballast);
  await agent.start();
  await hasAll(agent, acknowledged);
  await agent.client.put('/after', 'room');
});

test.skipIf(process.platform === 'win32')('a file that may not grow any more', async () => {
  // The signal that comes with it would end the process before it could say anything.
  const limited = ['sh', '-c', `trap '' XFSZ; ulimit -f ${(8 * MIB) / 512}; exec "$@"`, 'sh'];
  const agent = await AgentUnderTest.at(cell.directory, 'agent', { under: limited });
  cell.agents.push(agent);
  await agent.start();
  const acknowledged = await fill(agent);
  expect(acknowledged).toBeGreaterThan(5);
  const line = await stopsWithOneLine(agent.process);
  expect(line).toContain('start the agent again');

  const { under: _, ...place } = agent.place;
  const unlimited = new AgentUnderTest(place);
  cell.agents.push(unlimited);
  await unlimited.start();
  await hasAll(unlimited, acknowledged);
  await unlimited.client.put('/after', 'room');
});

test('one full disk of three: the others go on', async (context) => {
  const disk = smallDisk(12);
  if (disk === undefined) return context.skip('this user cannot mount a small disk');
  await cell.found(1);
  const [second] = (await cell.reserve(1)) as [AgentUnderTest];
  const small = await AgentUnderTest.at(disk, 'agent');
  cell.agents.push(small);
  await cell.join([second, small]);
  await cell.voters(3);
  await using client = connect({ endpoints: [cell.agents[0]!.address, second.address], timeoutMs: 30_000 });
  let written = 0;
  await cell.until('the small disk is full', async () => {
    await client.put(`/fill/${written}`, Buffer.alloc(VALUE_BYTES, `${written} `));
    written++;
    return !small.isUp;
  });
  expect(await stopsWithOneLine(small.process)).toContain('the disk is full');
  await client.put('/after', 'two of three');
  await hasAll(second, written);
});
