/**
 * Guards locks, elections and barriers of programs that are cut off, killed or stopped, in a cell whose network fails: what
 * such a program had goes on to the next one in line, with a higher number, and to nobody else.
 */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { SynodError } from '../../src/client/index.ts';
import { SynodProcess } from '../support/synod-process.ts';
import { PartitionedCell } from './partitioned-cell.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cell = new PartitionedCell();
const running: SynodProcess[] = [];

beforeAll(() => cell.found(3));
afterEach(() => cell.heal());
afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()));
  await cell.dispose();
});

/** A program that reaches the cell through all of its agents. */
function program(...args: string[]): SynodProcess {
  const started = new SynodProcess(args, { SYNOD_ENDPOINTS: cell.agents.map(({ address }) => address).join(',') });
  running.push(started);
  return started;
}

test('a holder that is cut off with its agent loses the lock; what it sends when that is over is refused', async () => {
  const leader = await cell.leader();
  const others = cell.agents.filter((agent) => agent !== leader);
  const path = '/cut/_lockable';
  const session = await leader.client.openSession({ ttlMs: 5_000, owner: 'cut off' });
  const held = await leader.client.lock(path, { session, owner: 'cut off' }).acquire();
  const next = await others[0]!.client.openSession({ ttlMs: 10_000, owner: 'next' });
  const following = others[0]!.client.lock(path, { session: next, owner: 'next' }).acquire();
  await cell.until('the next one waits', async () => {
    const { locks } = await others[1]!.client.locks({ prefix: path });
    return locks[0]?.queue.length === 1;
  });
  cell.part([leader], others);

  const second = await following;
  expect(second.fencingToken).toBeGreaterThan(held.fencingToken);
  // It could not hear of it: its own clock has told it to stop.
  expect(held.signal.aborted).toBe(true);
  const { writing } = second;
  await others[0]!.client.put(`${path}/state`, 'of the next', { ...writing, timeoutMs: 30_000 });
  cell.heal();
  const late = leader.client.put(`${path}/state`, 'of the one before', { ...held.writing, timeoutMs: 30_000 });
  const refusal = await late.catch((error: unknown) => error as SynodError);
  expect(refusal).toBeInstanceOf(SynodError);
  expect(['SESSION_UNKNOWN', 'TOKEN_STALE', 'LOCK_NOT_HELD', 'LOCK_LOST']).toContain((refusal as SynodError).reason);
  const { item } = await others[1]!.client.get(`${path}/state`);
  expect(Buffer.from(item!.value).toString()).toBe('of the next');
  await second.release();
});

test('when the winner of an election is killed, the next in line follows, and nobody else', async () => {
  const path = '/killed/winner';
  const elected = (...args: string[]) => program('elect', path, '--ttl', '5s', ...args);
  const first = elected('--value', 'first', '--owner', 'first');
  expect(await first.firstLine()).toContain('elected');
  const { client } = await cell.leader();
  const line = async () => (await client.elections({ prefix: path })).elections[0];
  const inLine = (count: number) =>
    cell.until(`${count} are in line`, async () => (await line())?.queue.length === count);
  const second = elected('--value', 'second', '--owner', 'second');
  await inLine(1);
  elected('--value', 'third', '--owner', 'third');
  await inLine(2);
  const { tenure } = (await line())!;
  first.child.kill('SIGKILL');
  expect(await second.firstLine()).toContain('elected');
  const now = (await line())!;
  expect(now).toMatchObject({ owner: 'second', value: 'second' });
  expect(now.tenure).toBeGreaterThan(tenure);
  expect(now.ended).toMatchObject({ kind: 'sessionEnded', tenure });
  expect(now.queue.map(({ owner }) => owner)).toEqual(['third']);
});

test('a winner whose leader is cut off stays elected when it can reach the majority', async () => {
  const path = '/cut/leader';
  const winner = program('elect', path, '--ttl', '5s', '--value', 'here', '--owner', 'winner');
  await winner.firstLine();
  const dead = program('elect', '/cut/dead', '--ttl', '5s', '--owner', 'dead');
  await dead.firstLine();
  const leader = await cell.leader();
  const others = cell.agents.filter((agent) => agent !== leader);
  const { client } = others[0]!;
  const { tenure } = (await client.elections({ prefix: path })).elections[0]!;
  cell.part([leader], others);
  await cell.until('another one leads', async () => {
    const seen = await client.status();
    return seen.leader !== '' && seen.leader !== leader.ready.name;
  });
  // Of two programs with equal sessions the one that is not alive has lost its tenure by then.
  dead.child.kill('SIGKILL');
  await cell.until('the tenure of the dead program has ended', async () => {
    const { elections } = await client.elections({ prefix: '/cut/dead', withVacant: true });
    return elections[0]?.state === 'vacant';
  });
  const now = (await client.elections({ prefix: path })).elections[0]!;
  expect(now).toMatchObject({ state: 'held', tenure });
  expect(winner.child.exitCode).toBe(null);
});

test('a participant that is killed before it arrives breaks the barrier, and the others are told', async () => {
  const path = '/killed/participant';
  const { client } = await cell.leader();
  const holder = program('lock', '/killed/_lockable', '--owner', 'doomed', '--ttl', '5s', '--', 'cat');
  const doomed = await cell.until('it holds its lock', async () => {
    const { locks } = await client.locks({ prefix: '/killed/_lockable' });
    return locks[0]?.state === 'held' && locks[0].sessionId;
  });
  const session = await client.openSession({ ttlMs: 10_000 });
  const barrier = client.barrier(path, { session });
  await barrier.create({ members: [session.id, doomed], onDeath: 'break' });
  const waiting = barrier.await().catch((error: unknown) => error as SynodError);
  await cell.until('one has arrived', async () => {
    const { barriers } = await client.barriers({ prefix: path });
    return barriers[0]?.arrived === 1;
  });
  holder.child.kill('SIGKILL');
  // What it ran for the lock reads from the same pipe, and ends with it.
  holder.child.stdin!.end();
  expect(await waiting).toMatchObject({ reason: 'BARRIER_BROKEN' });
  const { barriers } = await client.barriers({ prefix: path });
  expect(barriers[0]).toMatchObject({ state: 'broken', broken: { kind: 'death', by: doomed } });
});
