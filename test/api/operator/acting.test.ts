// Guards what a person does as a participant: in the session, once, in order, fenced, and refused as a program would be.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator } from '../../support/served-operator.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

const LOCK = '/jobs/_lockable';
let ada: ServedOperator;
let bruno: ServedOperator;
let client: OperatorClient;
beforeEach(async () => {
  ada = await serveOperator();
  // Another agent of the same cell.
  bruno = await serveOperator({ cell: ada.cell });
  client = ada.client('http');
});
afterEach(async () => {
  await ada.stop();
  await bruno.stop();
  expect([...ada.bugs, ...bruno.bugs]).toEqual([]);
});

async function opened(owner = ''): Promise<{ sessionId: string }> {
  const { sessionId } = await client.sessions.open({ owner });
  return { sessionId };
}
const places = (sessionId: string) =>
  ada.cell.writes.flatMap(({ session }) => (session?.id === sessionId ? [[session.sequence, session.ackedBelow]] : []));
const reasonOf = async (call: Promise<unknown>) => (await refusalOf(call)).data.reason;

describe('numbers of writes', () => {
  test('without a number every call is a write of its own, through however many agents at once', async () => {
    const as = await opened();
    const other = bruno.client('port');
    ada.cell.stall(true);
    const sums = Promise.all(
      [client, other, client, other].map((c) => c.counters.increment({ path: '/n', by: 1, as })),
    );
    await vi.waitUntil(() => ada.cell.waitingWrites === 4, PATIENCE);
    ada.cell.stall(false);
    expect((await sums).map(({ value }) => value).sort()).toEqual(['1', '2', '3', '4']);
    // Numbers that its program gives are neither used up nor acknowledged by that.
    expect(await client.counters.increment({ path: '/n', by: 1, as: { ...as, sequence: 1 } })).toMatchObject({
      value: '5',
    });
    expect(places(as.sessionId)).toEqual([[1, 0]]);
  });

  test('what is acquired without a number belongs to the session, not to the agent or the key that gave the place', async () => {
    const as = await opened();
    const keyed = ada.client('http', { 'idempotency-key': 'acquire' });
    const held = await keyed.locks.acquire({ path: LOCK, isTry: true, as });
    expect(
      await bruno.client('http', { 'idempotency-key': 'acquire' }).locks.acquire({ path: LOCK, isTry: true, as }),
    ).toEqual(held);
    expect((await client.locks.list({})).locks[0]).toMatchObject({ sessionId: as.sessionId, count: 1 });
    const fenced = { ...as, fencingToken: held.fencingToken };
    await bruno.client('http').keys.put({ path: `${LOCK}/a`, value: { text: 'x' }, as: fenced });
    await client.sessions.end(as);
    expect((await client.locks.list({})).locks).toEqual([]);
  });

  test('the same number through another agent happens once; for something else it is refused', async () => {
    const as = { ...(await opened()), sequence: 7 };
    const first = await client.counters.increment({ path: '/n', by: 1, as });
    expect(await bruno.client('http').counters.increment({ path: '/n', by: 1, as })).toEqual(first);
    expect(await reasonOf(client.counters.increment({ path: '/n', by: 2, as }))).toBe('SEQUENCE_REUSED');
    expect((await client.keys.get({ path: '/n' })).item?.value).toEqual({ text: '1' });
  });

  test('under an Idempotency-Key the cell remembers the answer, for every agent and one that was started anew', async () => {
    const as = await opened();
    const under = (served: ServedOperator) => served.client('http', { 'idempotency-key': 'k' });
    const first = await under(ada).counters.increment({ path: '/n', by: 1, as });
    // It has heard of nothing, as an agent that has lost its memory.
    expect(await under(bruno).counters.increment({ path: '/n', by: 1, as })).toEqual(first);
    expect(await reasonOf(under(bruno).counters.increment({ path: '/n', by: 2, as }))).toBe('IDEMPOTENCY_KEY_REUSED');
    const another = { path: '/n', by: 1, as: await opened() };
    expect(await reasonOf(under(bruno).counters.increment(another))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await client.keys.get({ path: '/n' })).item?.value).toEqual({ text: '1' });
    const waited = { path: '/work', waitMs: 1, as };
    await client.once.claim({ path: '/work', as: another.as });
    const busy = await ada.client('http', { 'idempotency-key': 'w' }).once.claim(waited);
    expect(busy.state).toBe('busy');
    expect(await bruno.client('http', { 'idempotency-key': 'w' }).once.claim(waited)).toMatchObject({ state: 'busy' });
  });

  test('under an Idempotency-Key a session that has ended is what is said to be unknown, not the key', async () => {
    const as = await opened();
    await client.sessions.end(as);
    const keyed = ada.client('http', { 'idempotency-key': 'late' });
    expect(await reasonOf(keyed.counters.increment({ path: '/n', by: 1, as }))).toBe('SESSION_UNKNOWN');
    expect(ada.cell.state.revision('user')).toBe(0);
  });

  test('the opening of a session is remembered by the agent that opened it', async () => {
    const session = await ada.client('http', { 'idempotency-key': 's' }).sessions.open({});
    expect(await ada.client('http', { 'idempotency-key': 's' }).sessions.open({})).toEqual(session);
  });
});

describe('locks', () => {
  test('whoever waits is granted with a higher token when the holder releases', async () => {
    const [first, second] = [await opened('first'), await opened('second')];
    const held = await client.locks.acquire({ path: LOCK, owner: 'first', as: first });
    expect(held).toMatchObject({ state: 'held', position: 0, count: 1 });
    expect((await refusalOf(client.locks.acquire({ path: LOCK, isTry: true, as: second }))).data).toMatchObject({
      reason: 'LOCK_HELD',
      holder: first.sessionId,
    });
    const waiting = client.locks.acquire({ path: LOCK, owner: 'second', waitMs: 60_000, as: second });
    await vi.waitUntil(async () => (await client.locks.list({})).locks[0]?.queue.length === 1, PATIENCE);
    const put = { path: `${LOCK}/state`, value: { text: 'x' } };
    expect(await reasonOf(client.keys.put({ ...put, as: second }))).toBe('LOCK_NOT_HELD');
    expect(await reasonOf(client.keys.put(put))).toBe('LOCK_NOT_HELD');
    await client.keys.put({ ...put, as: { ...first, fencingToken: held.fencingToken } });

    // Someone else's hold is not theirs to release.
    expect(await reasonOf(client.locks.release({ path: LOCK, ticket: held.ticket, as: second }))).toBe('LOCK_NOT_HELD');
    expect(await client.locks.release({ path: LOCK, as: first })).toMatchObject({ state: 'released' });
    const granted = await waiting;
    expect(granted.state).toBe('held');
    expect(granted.fencingToken).toBeGreaterThan(held.fencingToken);
    for (const fencingToken of [held.fencingToken, granted.fencingToken - 1]) {
      const stale = client.keys.put({ ...put, as: { ...second, fencingToken } });
      expect(await reasonOf(stale)).toBe('TOKEN_STALE');
    }
    const lost = client.keys.transact({
      ...{ compare: [], then: [{ put: { path: '/b', value: { text: 'x' } } }] },
      as: { ...first, fencingToken: held.fencingToken },
    });
    expect(await reasonOf(lost)).toBe('TOKEN_STALE');
    expect((await client.keys.get({ path: put.path })).item?.version).toBe(1);
  });

  test('whoever looks away stays in the queue, and leaves it by a call', async () => {
    const [first, second] = [await opened(), await opened()];
    await client.locks.acquire({ path: LOCK, as: first });
    const page = new AbortController();
    // Its own number, so that whoever repeats it waits for the same claim.
    const asked = { path: LOCK, as: { ...second, sequence: 5 } };
    const waiting = client.locks.acquire({ ...asked, waitMs: 60_000 }, { signal: page.signal });
    const queue = async () => (await client.locks.list({})).locks[0]!.queue;
    await vi.waitUntil(async () => (await queue()).length === 1, PATIENCE);
    const watched = ada.cell.watcherCount;
    page.abort();
    await expect(waiting).rejects.toThrow();
    await vi.waitUntil(() => ada.cell.watcherCount < watched, PATIENCE);
    const [left] = await queue();
    expect(left).toMatchObject({ sessionId: second.sessionId, position: 1 });
    const again = await bruno.client('http').locks.acquire({ ...asked, waitMs: 1 });
    expect(again).toMatchObject({ state: 'queued', ticket: left!.ticket, position: 1 });
    expect(await client.locks.cancel({ path: LOCK, ticket: left!.ticket, as: second })).toMatchObject({
      state: 'cancelled',
    });
    expect(await queue()).toEqual([]);
  });

  test('a lease of its own is renewed; the end of the session ends the hold', async () => {
    const as = await opened();
    const held = await client.locks.acquire({ path: LOCK, leaseTtlMs: 900, as });
    const renew = { path: LOCK, ticket: held.ticket };
    expect(await client.locks.renew({ ...renew, as })).toMatchObject({ state: 'held', leaseTtlMs: 900 });
    expect(await reasonOf(client.locks.renew({ ...renew, as: await opened() }))).toBe('LOCK_NOT_HELD');
    await client.sessions.end(as);
    expect(await reasonOf(client.locks.release({ path: LOCK, as }))).toBe('SESSION_UNKNOWN');
    expect((await client.locks.list({ withFree: true })).locks).toMatchObject([
      { path: LOCK, state: 'free', ended: { kind: 'sessionEnded', sessionId: as.sessionId } },
    ]);
  });
});

test('candidates stand, proclaim and resign, and the next one follows', async () => {
  const [first, second] = [await opened(), await opened()];
  const path = '/leader';
  const won = await client.elections.campaign({ path, value: 'a', as: first });
  expect(won).toMatchObject({ state: 'elected', position: 0 });
  const waiting = client.elections.campaign({ path, value: 'b', waitMs: 60_000, as: second });
  await vi.waitUntil(async () => (await client.elections.list({})).elections[0]?.queue.length === 1, PATIENCE);
  expect(await client.elections.proclaim({ path, value: 'a2', as: first })).toMatchObject({ state: 'elected' });
  expect(await reasonOf(client.elections.proclaim({ path, value: 'x', as: second }))).toBe('NOT_ELECTED');
  expect((await client.elections.list({})).elections[0]).toMatchObject({ value: 'a2', sessionId: first.sessionId });
  expect(await client.elections.resign({ path, as: first })).toMatchObject({ state: 'resigned', tenure: won.tenure });
  const next = await waiting;
  expect(next.state).toBe('elected');
  expect(next.tenure).toBeGreaterThan(won.tenure);
});

test('the last arrival releases a barrier, and a barrier that needs nobody is refused', async () => {
  const [first, second] = [await opened(), await opened()];
  const path = '/stage';
  const zero = await refusalOf(client.barriers.create({ path, threshold: { kind: 'count', count: 0 }, isOpen: true }));
  expect(zero).toMatchObject({ code: 'BAD_REQUEST', data: { reason: 'INVALID_ARGUMENT' } });
  expect(await reasonOf(client.barriers.arrive({ path, as: first }))).toBe('BARRIER_UNKNOWN');
  await client.barriers.create({ path, threshold: { kind: 'count', count: 2 }, isOpen: true });
  expect(await client.barriers.arrive({ path, as: first })).toMatchObject({
    state: 'standing',
    arrived: 1,
    required: 2,
  });
  expect(await client.barriers.leave({ path, as: first })).toMatchObject({ state: 'standing', arrived: 0 });
  const waiting = client.barriers.arrive({ path, waitMs: 60_000, as: first });
  await vi.waitUntil(async () => (await client.barriers.list({})).barriers[0]?.arrived === 1, PATIENCE);
  expect(await client.barriers.arrive({ path, as: second })).toMatchObject({ state: 'released', generation: 1 });
  expect(await waiting).toMatchObject({ state: 'released', generation: 1, arrived: 2 });
});

test('a session that nobody knows is refused, and nothing is changed', async () => {
  const as = { sessionId: 'nobody' };
  const { appliedSlot } = ada.cell.state;
  const refusals = [
    client.locks.acquire({ path: LOCK, as }),
    client.elections.campaign({ path: '/leader', as }),
    client.barriers.arrive({ path: '/stage', as }),
    client.keys.put({ path: '/a', value: { text: 'x' }, as }),
    client.keys.put({ path: '/a', value: { text: 'x' }, as: { ...as, sequence: 3 } }),
    client.counters.increment({ path: '/n', by: 1, as }),
  ].map(refusalOf);
  for (const refusal of await Promise.all(refusals)) {
    expect(refusal).toMatchObject({ code: 'NOT_FOUND', data: { reason: 'SESSION_UNKNOWN', effect: 'not_done' } });
  }
  expect(ada.cell.state.revision('user')).toBe(0);
  expect(ada.cell.state.appliedSlot).toBeGreaterThan(appliedSlot);
});

test('a read-only agent refuses all of it', async () => {
  const [sessionId, stop] = [(await opened()).sessionId, new AbortController()];
  await client.cell.setReadOnly({ readOnly: true });
  const as = { sessionId };
  const refusals = [
    client.sessions.open({}),
    client.sessions.renew({ sessionIds: [sessionId] }),
    client.sessions.keep({ keeper: 'k' }, { signal: stop.signal }),
    client.sessions.pause(as),
    client.sessions.resume(as),
    client.locks.acquire({ path: LOCK, as }),
    client.elections.campaign({ path: '/leader', as }),
    client.barriers.arrive({ path: '/stage', as }),
    client.keys.put({ path: '/a', value: { text: 'x' }, as }),
  ].map(reasonOf);
  expect(new Set(await Promise.all(refusals))).toEqual(new Set(['READ_ONLY']));
  expect((await client.sessions.list({})).sessions.map((session) => session.sessionId)).toContain(sessionId);
});
