// Guards locks over real gRPC: the wait for a grant and its ends, leases, guards with tokens, refusals, the list of locks.
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AcquireLockRequest,
  CancelLockRequest,
  ClaimState,
  ForceReleaseLockRequest,
  ListLocksRequest,
  ReleaseLockRequest,
  RenewLockRequest,
  WatchLockRequest,
  type WatchLockResponse,
} from '../../../src/gen/synod/v1/locks.ts';
import { BatchRequest, type BatchResponse, PutRequest, type WriteOptions } from '../../../src/gen/synod/v1/user.ts';
import { ask, detailOf, type ServedApi, serveApi } from '../../support/served-api.ts';
import { bytes, must, refused, until } from '../calls.ts';

const LOCK = '/jobs/_lockable';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

/** A session that counts its own sequences. */
function session(id: string) {
  served.cell.execute({ kind: 'openSession', sessionId: id, ttlMs: 30_000, owner: `owner of ${id}` });
  let sequence = 0;
  return (): Partial<WriteOptions> => ({ sessionId: id, sequence: ++sequence });
}

type Acquire = Parameters<typeof AcquireLockRequest.fromPartial>[0];

const acquire = (options: Partial<WriteOptions>, request: Acquire = {}, call = {}) =>
  ask(
    served.coordination,
    served.coordination.acquireLock,
    AcquireLockRequest.fromPartial({ path: bytes(LOCK), options, ...request }),
    call,
  );
const release = (options: Partial<WriteOptions>, ticket = 0) =>
  ask(
    served.coordination,
    served.coordination.releaseLock,
    ReleaseLockRequest.fromPartial({ path: bytes(LOCK), ticket, options }),
  );
const list = async (request: Parameters<typeof ListLocksRequest.fromPartial>[0] = {}) =>
  must(await ask(served.coordination, served.coordination.listLocks, ListLocksRequest.fromPartial(request)));
const put = (key: string, options: Partial<WriteOptions>) =>
  ask(served.client, served.client.put, PutRequest.fromPartial({ key: bytes(key), value: bytes('x'), options }));
const waiting = async () => (await list()).locks[0]?.queue.length ?? 0;

test('a free lock is granted at once, and a held one is refused with its holder and since when', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const held = must(await acquire(ada(), { owner: 'the importer' }));
  expect(held).toMatchObject({ state: ClaimState.HELD, count: 1, position: 0 });
  expect(held.fencingToken).toBe(held.slot);
  const detail = detailOf(refused(await acquire(bruno())));
  expect(detail).toMatchObject({ reason: 'LOCK_HELD', holder: 'ada', code: status.FAILED_PRECONDITION });
  expect(detail.heldSinceMs).toBeGreaterThan(0);
  expect(detail.message).toContain('the importer (session ada)');
});

test('a wait ends with the grant, which has a higher token', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const first = must(await acquire(ada()));
  const second = acquire(bruno(), { waitMs: 60_000, cancelSequence: 99 }, { deadline: Date.now() + 60_000 });
  await until(() => served.cell.watcherCount > 0);
  must(await release(ada()));
  const granted = must(await second);
  expect(granted.state).toBe(ClaimState.HELD);
  expect(granted.fencingToken).toBeGreaterThan(first.fencingToken);
});

test('when time is up the queue is left, and a repeat of the request says so again', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  must(await acquire(ada()));
  const place = bruno();
  const waited = must(await acquire(place, { waitMs: 20, cancelSequence: 99 }));
  expect(waited.state).toBe(ClaimState.CANCELLED);
  expect(await waiting()).toBe(0);
  expect(must(await acquire(place, { waitMs: 20, cancelSequence: 99 }))).toMatchObject({
    state: ClaimState.CANCELLED,
    ticket: waited.ticket,
  });
});

test('a client that goes away leaves the queue', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  must(await acquire(ada()));
  const request = AcquireLockRequest.fromPartial({
    ...{ path: bytes(LOCK), options: bruno(), waitMs: 60_000, cancelSequence: 99 },
  });
  const call = served.coordination.acquireLock(request, () => undefined);
  await until(() => served.cell.watcherCount > 0);
  expect(await waiting()).toBe(1);
  call.cancel();
  await until(() => served.cell.watcherCount === 0);
  while ((await waiting()) > 0);
  must(await release(ada()));
  expect((await list({ withFree: true })).locks[0]).toMatchObject({ state: 'free', sessionId: '' });
});

test('whoever is to stay queued stays, hears of the grant, and of its end', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  must(await acquire(ada()));
  const queued = must(await acquire(bruno(), { stayQueued: true, leaseTtlMs: 5_000 }));
  expect(queued).toMatchObject({ state: ClaimState.QUEUED, position: 1 });
  const stream = served.coordination.watchLock(
    WatchLockRequest.fromPartial({ path: bytes(LOCK), ticket: queued.ticket, minSlot: queued.slot, positions: true }),
  );
  const told: WatchLockResponse[] = [];
  const ended = new Promise((resolve) => stream.on('end', resolve));
  stream.on('data', (message: WatchLockResponse) => told.push(message));
  await until(() => told.length === 1);
  must(await release(ada()));
  await until(() => told.length === 2);
  served.cell.fireTimer(`lock/${queued.ticket}`);
  await ended;
  const states = told.map(({ subject }) => subject?.$case === 'claim' && subject.value.state);
  expect(states).toEqual([ClaimState.QUEUED, ClaimState.HELD, ClaimState.EXPIRED]);
});

test('cancelling is answered by what came first', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const held = must(await acquire(ada()));
  const queued = must(await acquire(bruno(), { stayQueued: true }));
  const cancel = async (options: Partial<WriteOptions>, ticket: number) => {
    const request = CancelLockRequest.fromPartial({ path: bytes(LOCK), ticket, options });
    return must(await ask(served.coordination, served.coordination.cancelLock, request)).state;
  };
  expect(await cancel(bruno(), queued.ticket)).toBe(ClaimState.CANCELLED);
  expect(await cancel(bruno(), queued.ticket)).toBe(ClaimState.GONE);
  expect(await cancel(ada(), held.ticket)).toBe(ClaimState.HELD);
});

test('a lock needs a session, a wait that ends a second sequence, and a path with a lock', async () => {
  const ada = session('ada');
  const reasons = await Promise.all([
    acquire({}),
    acquire(ada(), { waitMs: 10 }),
    acquire(ada(), { path: bytes('/jobs') }),
    acquire({ sessionId: 'nobody', sequence: 1 }),
  ]);
  const details = reasons.map((answer) => detailOf(refused(answer)));
  expect(details.map(({ reason }) => reason)).toEqual([
    ...['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'SESSION_UNKNOWN'],
  ]);
  expect(details[0]!.message).toContain('belongs to a session');
  expect(details[1]!.message).toContain('cancel_sequence');
});

test('a release waits for every voter unless it is asked not to', async () => {
  const ada = session('ada');
  must(await acquire(ada()));
  must(await release(ada()));
  expect(served.cell.writes.at(-1)).toMatchObject({ quorum: 'all' });
  const detail = detailOf(refused(await release(ada())));
  expect(detail).toMatchObject({ reason: 'LOCK_NOT_HELD' });
});

test('a lease is renewed by its session alone, and widened when it is adaptive and the cell is slow', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const held = must(await acquire(ada(), { leaseTtlMs: 100, adaptive: true }));
  const renew = (options: Partial<WriteOptions>, path = LOCK) =>
    ask(
      served.coordination,
      served.coordination.renewLock,
      RenewLockRequest.fromPartial({ path: bytes(path), ticket: held.ticket, options }),
    );
  expect(detailOf(refused(await renew(bruno())))).toMatchObject({ reason: 'LOCK_NOT_HELD', holder: 'ada' });
  // Rounds that take this long leave no room for ten of them in 100 ms.
  const { paceOf } = await import('../../../src/agent/api/coordination/pace.ts');
  for (let count = 0; count < 32; count++) paceOf(served.cell).took(50);
  const renewed = must(await renew(ada()));
  expect(renewed).toMatchObject({ state: ClaimState.HELD, widened: true, leaseTtlMs: 500 });
  expect((await list()).locks[0]!.holds).toMatchObject([{ leaseTtlMs: 500, adaptive: true }]);
  served.cell.fireTimer(`lock/${held.ticket}`);
  expect(detailOf(refused(await renew(ada())))).toMatchObject({ reason: 'LOCK_NOT_HELD' });
});

test('an operator takes a lock away, which says who and why', async () => {
  const ada = session('ada');
  must(await acquire(ada()));
  const force = (by: string) =>
    ask(
      served.coordination,
      served.coordination.forceReleaseLock,
      ForceReleaseLockRequest.fromPartial({ path: bytes(LOCK), by, why: 'stuck since Monday' }),
    );
  expect(detailOf(refused(await force('')))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
  must(await force('carla'));
  const { locks } = await list({ withFree: true });
  expect(locks[0]!.ended).toMatchObject({ kind: 'forced', by: 'carla', why: 'stuck since Monday', sessionId: 'ada' });
});

test('keys below a lock are written by its holder, and with a token only while that token is the one', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const key = `${LOCK}/state`;
  const { fencingToken } = must(await acquire(ada()));
  must(await put(key, ada()));
  expect(detailOf(refused(await put(key, bruno())))).toMatchObject({ reason: 'LOCK_NOT_HELD', holder: 'ada' });
  must(await put('/elsewhere', { ...ada(), fencingToken }));
  must(await release(ada()));
  must(await acquire(ada()));
  const stale = await put('/elsewhere', { ...ada(), fencingToken });
  expect(detailOf(refused(stale))).toMatchObject({ reason: 'TOKEN_STALE' });
  expect(detailOf(refused(await put('/elsewhere', { fencingToken })))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
  const batch = served.client.batch();
  const answered = new Promise<BatchResponse>((resolve) => batch.on('data', resolve));
  const operation = PutRequest.fromPartial({ key: bytes('/elsewhere'), options: { ...ada(), fencingToken } });
  batch.write(BatchRequest.fromPartial({ operations: [{ id: 1, kind: { $case: 'put', value: operation } }] }));
  expect((await answered).results[0]!.kind).toMatchObject({ $case: 'error', value: { reason: 'TOKEN_STALE' } });
  batch.end();
});

test('a limit that can be raised is a shortage, and is named', async () => {
  const [ada, bruno, carla] = [session('ada'), session('bruno'), session('carla')];
  served.cell.execute({ kind: 'setLimit', name: 'waitersPerLock', limit: 1, by: 'a test' });
  must(await acquire(ada()));
  must(await acquire(bruno(), { stayQueued: true }));
  const detail = detailOf(refused(await acquire(carla(), { stayQueued: true })));
  expect(detail).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'LIMIT_EXCEEDED', limit: 'waitersPerLock' });
});

test('the list shows queues, and who waits for whom; a circle is refused', async () => {
  const [ada, bruno, carla] = [session('ada'), session('bruno'), session('carla')];
  const other = bytes('/other/_lockable');
  must(await acquire(ada()));
  must(await acquire(bruno(), { path: other }));
  must(await acquire(bruno(), { stayQueued: true, owner: 'b' }));
  must(await acquire(carla(), { stayQueued: true }));
  const { locks, waits } = await list({ prefix: bytes('/jobs') });
  expect(locks).toHaveLength(1);
  expect(locks[0]!.queue.map(({ sessionId, position }) => [sessionId, position])).toEqual([
    ['bruno', 1],
    ['carla', 2],
  ]);
  expect(waits.map(({ fromSessionId, toSessionId }) => [fromSessionId, toSessionId])).toEqual([
    ['bruno', 'ada'],
    ['carla', 'bruno'],
  ]);
  const circle = await acquire(ada(), { path: other, stayQueued: true });
  expect(detailOf(refused(circle))).toMatchObject({ reason: 'DEADLOCK' });
});

test('the watch of a lock tells how it stands', async () => {
  const ada = session('ada');
  const stream = served.coordination.watchLock(WatchLockRequest.fromPartial({ path: bytes(`${LOCK}/below`) }));
  const states: string[] = [];
  stream.on('data', ({ subject }: WatchLockResponse) => {
    if (subject?.$case === 'lock') states.push(`${subject.value.state} ${subject.value.ended?.kind ?? ''}`);
  });
  stream.on('error', () => undefined);
  await until(() => states.length === 1);
  must(await acquire(ada()));
  await until(() => states.length === 2);
  must(await release(ada()));
  await until(() => states.length === 3);
  stream.cancel();
  expect(states).toEqual(['free ', 'held ', 'free released']);
});
