// Guards what operators see and do of sessions, locks, elections, barriers, counters and limits, over HTTP, a port and REST.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OperatorClient } from '../../../src/contract/index.ts';
import type { LoneCell } from '../../support/lone-cell.ts';
import { refusalOf, type ServedOperator, serveOperator, type Transport } from '../../support/served-operator.ts';

const LOCK = '/jobs/_lockable';
const claim = { leaseTtlMs: 0, adaptive: false, lockDelayMs: 0 };
const barrier = { onDeath: 'break', timeoutMs: 0, onTimeout: 'break', next: '', isArmed: true, owner: '' } as const;

let served: ServedOperator;
let cell: LoneCell;
let sequence: number;
beforeEach(async () => {
  served = await serveOperator();
  cell = served.cell;
  sequence = 0;
});
afterEach(() => served.stop());

/** What a program does in its session. */
function as(sessionId: string, command: Parameters<LoneCell['write']>[0]) {
  sequence += 1;
  return cell.write(command, {
    ...{ quorum: 'majority', timeoutMs: 10_000 },
    session: { id: sessionId, sequence, ackedBelow: 0 },
  });
}
const open = (sessionId: string) =>
  cell.execute({ kind: 'openSession', sessionId, ttlMs: 30_000, owner: `owner of ${sessionId}` });
const acquire = (sessionId: string, path = LOCK) =>
  as(sessionId, { kind: 'acquireLock', path, wait: true, ...claim, owner: sessionId });

describe.each<Transport>(['http', 'port'])('over %s', (transport) => {
  let client: OperatorClient;
  beforeEach(() => {
    client = served.client(transport);
    for (const id of ['ada', 'bruno', 'carla']) open(id);
  });

  test('the tree of locks shows holders, leases, queues and who waits for whom', async () => {
    await acquire('ada');
    await acquire('bruno', `${LOCK}/inner/_lockable`);
    await acquire('carla');
    const { locks, waits } = await client.locks.list({});
    expect(locks.map(({ path, state }) => [path, state])).toEqual([
      [LOCK, 'held'],
      [`${LOCK}/inner/_lockable`, 'queued'],
    ]);
    expect(locks[0]).toMatchObject({ sessionId: 'ada', owner: 'ada', sessionTtlMs: 30_000, count: 1, ended: null });
    expect(locks[0]!.fencingToken).toBeGreaterThan(0);
    expect(locks[0]!.queue).toMatchObject([
      { sessionId: 'bruno', position: 1, path: `${LOCK}/inner/_lockable` },
      { sessionId: 'carla', position: 2, path: LOCK },
    ]);
    expect(waits).toEqual([
      { fromSessionId: 'bruno', path: LOCK, toSessionId: 'ada' },
      { fromSessionId: 'carla', path: LOCK, toSessionId: 'bruno' },
    ]);
  });

  test('the watch of locks tells how things stand at once and after each change', async () => {
    const stop = new AbortController();
    const events = await client.locks.watch({ withFree: true }, { signal: stop.signal });
    expect((await events.next()).value).toMatchObject({ locks: [], waits: [] });
    await acquire('ada');
    expect((await events.next()).value).toMatchObject({ locks: [{ path: LOCK, state: 'held', sessionId: 'ada' }] });
    const { slot } = await client.locks.forceRelease({ path: LOCK, by: 'carla', why: 'a test' });
    expect((await events.next()).value).toMatchObject({
      locks: [{ state: 'free', ended: { kind: 'forced', by: 'carla', why: 'a test', sessionId: 'ada', slot } }],
    });
    stop.abort();
    await events.return?.(undefined);
  });

  test('ending a session ends what it owns', async () => {
    await acquire('ada');
    await as('ada', { kind: 'campaign', path: '/leader', value: 'a', owner: 'ada' });
    await as('bruno', { kind: 'campaign', path: '/leader', value: 'b', owner: 'bruno' });
    expect((await client.sessions.list({})).sessions).toContainEqual(
      expect.objectContaining({ sessionId: 'ada', owner: 'owner of ada', ttlMs: 30_000 }),
    );
    expect((await client.elections.list({})).elections).toMatchObject([
      { path: '/leader', sessionId: 'ada', value: 'a', queue: [{ sessionId: 'bruno', value: 'b' }] },
    ]);
    expect(await client.sessions.end({ sessionId: 'ada' })).toMatchObject({ wasAlive: true });
    expect(await client.sessions.end({ sessionId: 'ada' })).toMatchObject({ wasAlive: false });
    expect((await client.locks.list({})).locks).toEqual([]);
    expect((await client.elections.list({})).elections).toMatchObject([
      { sessionId: 'bruno', queue: [], ended: { kind: 'sessionEnded', sessionId: 'ada' } },
    ]);
  });

  test('barriers are made, watched, changed, broken, reset and deleted', async () => {
    const stop = new AbortController();
    const events = await client.barriers.watch({}, { signal: stop.signal });
    expect((await events.next()).value).toMatchObject({ barriers: [] });
    const path = '/stage';
    await client.barriers.create({ path, members: ['ada', 'bruno'] });
    const threshold = { kind: 'full' };
    expect((await events.next()).value).toMatchObject({ barriers: [{ path, threshold, required: 2, arrived: 0 }] });
    await as('ada', { kind: 'arriveAtBarrier', path });
    const [shown] = (await client.barriers.list({})).barriers;
    expect(shown!.members).toMatchObject([{ sessionId: 'ada', hasArrived: true }, { hasArrived: false }]);
    expect(await client.barriers.changeMembers({ path, remove: ['bruno'] })).toMatchObject({ generation: 1 });
    expect((await client.barriers.list({})).barriers).toMatchObject([{ generation: 2, released: { generation: 1 } }]);
    await client.barriers.break({ path, by: 'carla', why: 'a test' });
    const refusal = await refusalOf(client.barriers.break({ path, by: 'carla' }));
    expect(refusal).toMatchObject({ code: 'CONFLICT', data: { reason: 'BARRIER_BROKEN' } });
    expect(await client.barriers.reset({ path })).toMatchObject({ generation: 3 });
    await client.barriers.delete({ path });
    expect((await client.barriers.list({})).barriers).toEqual([]);
    stop.abort();
    await events.return?.(undefined);
  });

  test('counters add up, and limits that are exceeded are named', async () => {
    expect(await client.counters.increment({ path: '/n', by: 2 })).toMatchObject({ value: '2' });
    expect(await client.counters.increment({ path: '/n', by: -5 })).toMatchObject({ value: '-3' });
    await client.limits.set({ name: 'barriers', limit: 1, by: 'carla' });
    expect((await client.limits.list({})).limits).toContainEqual(
      expect.objectContaining({ name: 'barriers', limit: 1, defaultLimit: 64, by: 'carla' }),
    );
    await client.barriers.create({ path: '/one', threshold: { kind: 'count', count: 1 }, isOpen: true });
    const refusal = await refusalOf(
      client.barriers.create({ path: '/two', threshold: { kind: 'count', count: 1 }, isOpen: true, ...barrier }),
    );
    expect(refusal).toMatchObject({ code: 'TOO_MANY_REQUESTS', data: { reason: 'LIMIT_EXCEEDED', limit: 'barriers' } });
    const unknown = await refusalOf(client.limits.set({ name: 'nonsense', limit: 1, by: 'carla' }));
    expect(unknown).toMatchObject({ code: 'BAD_REQUEST', data: { reason: 'INVALID_ARGUMENT' } });
  });
});

test('REST: lists by GET, acts by POST, and refusals say who holds what', async () => {
  open('ada');
  await acquire('ada');
  const rest = async (path: string, body?: object) => {
    const response = await fetch(`${served.url}/api/v1${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect(await rest('/locks?prefix=/jobs')).toMatchObject({ status: 200, body: { locks: [{ path: LOCK }] } });
  const refused = await rest('/counters/increment', { path: `${LOCK}/n`, by: 1 });
  expect(refused).toMatchObject({ status: 409, body: { data: { reason: 'LOCK_NOT_HELD', holder: 'ada' } } });
  expect((refused.body.data as { heldSinceMs: number }).heldSinceMs).toBeGreaterThan(0);
  const forced = { path: LOCK, by: 'carla' };
  expect(await rest('/locks/force-release', forced)).toMatchObject({ status: 200 });
  expect(await rest('/locks/force-release', forced)).toMatchObject({ status: 409 });
});

test('in read-only mode locks are shown, and nothing is taken from anybody', async () => {
  const readOnly = await serveOperator({ readOnly: true });
  const client = readOnly.client('port');
  expect(await client.locks.list({})).toMatchObject({ locks: [] });
  const refusal = await refusalOf(client.locks.forceRelease({ path: LOCK, by: 'carla' }));
  expect(refusal).toMatchObject({ code: 'FORBIDDEN', data: { reason: 'READ_ONLY' } });
  await readOnly.stop();
});
