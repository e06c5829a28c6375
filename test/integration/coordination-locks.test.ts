/**
 * Guards locks against what happens to processes: a holder that is killed or stopped loses the lock, the next one gets a
 * higher token, and what the first one writes when it wakes up is refused by the cell and by a resource that checks tokens.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../../tools/source-files.ts';
import { SynodProcess } from '../support/synod-process.ts';
import { CellUnderTest } from './harness.ts';

const LOCK = '/examples/fenced/_lockable';

let cell: CellUnderTest;
let resource: string;
const running: SynodProcess[] = [];

beforeEach(async () => {
  cell = new CellUnderTest();
  await cell.found(3);
  resource = await example('resource.ts').firstLine();
}, 120_000);

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  await cell.dispose();
});

function example(file: string, ...args: string[]): SynodProcess {
  const started = new SynodProcess(args, {}, [], join(ROOT, 'examples/fenced-lock', file));
  running.push(started);
  return started;
}

const worker = (name: string) => example('worker.ts', name, resource, ...cell.up.map(({ address }) => address));
const seen = async () => (await (await fetch(resource)).json()) as { highestToken: number; lines: string[] };
const tokenOf = async (process: SynodProcess) => Number(/token (\d+)$/.exec(await process.firstLine())![1]);
const whenQueued = async (count: number) => {
  const { client } = await cell.leader();
  await cell.until(`${count} wait for the lock`, async () => {
    const { locks } = await client.locks({ prefix: LOCK });
    return locks[0]?.queue.length === count;
  });
};

test('a holder that is stopped beyond its lease loses the lock, and its late writes are refused', async () => {
  const ada = worker('ada');
  const first = await tokenOf(ada);
  const bruno = worker('bruno');
  await whenQueued(1);
  ada.child.kill('SIGSTOP');
  const second = await tokenOf(bruno);
  expect(second).toBeGreaterThan(first);
  await cell.until('the next holder writes', async () => (await seen()).highestToken === second);
  ada.child.kill('SIGCONT');
  await ada.ended;
  expect(ada.stdout).toContain(`ada was refused: the resource refused: token ${first} is stale`);
  expect(ada.stdout).toMatch(/ada was refused by the cell: (SESSION_UNKNOWN|TOKEN_STALE|LOCK_NOT_HELD)/);
  const tokens = (await seen()).lines.map((line) => Number(line.split(' ')[0]));
  expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
}, 120_000);

test('a holder that is killed loses the lock when its session has ended, and the next one follows', async () => {
  const ada = worker('ada');
  const first = await tokenOf(ada);
  const bruno = worker('bruno');
  await whenQueued(1);
  ada.child.kill('SIGKILL');
  expect(await tokenOf(bruno)).toBeGreaterThan(first);
  const { client } = await cell.leader();
  const { locks } = await client.locks({ prefix: LOCK });
  expect(locks[0]!.ended).toMatchObject({ kind: 'sessionEnded', owner: 'ada', fencingToken: first });
}, 120_000);

test('the loss of the leader loses no lock of a live holder', async () => {
  const ada = worker('ada');
  const first = await tokenOf(ada);
  const leader = await cell.leader();
  await leader.kill();
  await cell.until('another one leads', async () => (await cell.leader()) !== leader);
  const before = (await seen()).lines.length;
  await cell.until('the holder goes on', async () => (await seen()).lines.length > before + 5);
  expect((await seen()).highestToken).toBe(first);
}, 120_000);
