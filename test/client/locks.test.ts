/** Guards locks as programs use them: waiting, giving up without losing a grant, the alarm before a lease can end, tokens. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, type HeldLock, type SynodClient, type SynodError } from '../../src/client/index.ts';
import { LeaseGuard } from '../../src/client/lease-guard.ts';
import type { AcquireLockRequest } from '../../src/gen/synod/v1/locks.ts';
import { eventually } from '../support/eventually.ts';
import type { ServedApi } from '../support/served-api.ts';
import { reasonOf, serveTwoPrograms, stopPrograms, type TwoPrograms } from '../support/two-programs.ts';

const LOCK = '/jobs/_lockable';

let programs: TwoPrograms;
let served: ServedApi;
let ada: SynodClient;
let bruno: SynodClient;

beforeEach(async () => {
  programs = await serveTwoPrograms({ ttlMs: 5_000 });
  ({ served, ada, bruno } = programs);
});
afterEach(async () => {
  vi.useRealTimers();
  await stopPrograms(programs);
});

const queueOf = async (client: SynodClient, path = LOCK) =>
  (await client.locks({ prefix: path })).locks.find((lock) => lock.path === path)?.queue ?? [];
const whenQueued = (count: number) => eventually(async () => expect(await queueOf(ada)).toHaveLength(count));

test('one holds it, the next waits and gets a higher token', async () => {
  const first = await ada.lock(LOCK, { owner: 'importer' }).acquire();
  const positions: number[] = [];
  const second = bruno.lock(LOCK).acquire({ onQueued: (position) => positions.push(position) });
  await whenQueued(1);
  await first.release();
  const granted = await second;
  expect(granted.fencingToken).toBeGreaterThan(first.fencingToken);
  expect(positions[0]).toBe(1);
  await granted.release();
  expect((await ada.locks()).locks).toEqual([]);
});

test('a wait keeps no place of the session open for long: other writes need the room behind it', async () => {
  const held = await ada.lock(LOCK).acquire();
  const patient = connect({ endpoints: [served.address], attemptMs: 600_000, timeoutMs: 600_000 });
  const waiting = patient.lock(LOCK).acquire();
  await whenQueued(1);
  const { inFlight } = served.observability;
  const calls = [...inFlight.running(100), ...inFlight.recent(100)].filter(({ method }) => method === 'AcquireLock');
  const asked = calls.map(({ messageId }) => (inFlight.detail(messageId)!.request as AcquireLockRequest).waitMs);
  expect(Math.max(...asked)).toBeLessThanOrEqual(500);
  await held.release();
  await (await waiting).release();
  await patient.close();
});

test('trying never waits, and a refusal says who holds it and since when', async () => {
  await using held = await ada.lock(LOCK, { owner: 'importer' }).acquire();
  const outcome = await bruno.lock(LOCK).tryAcquire();
  if (outcome.kind !== 'refused') throw new Error('it was granted twice');
  expect(outcome).toMatchObject({ holder: held.session.id, message: expect.stringContaining('importer') });
  expect(outcome.heldSinceMs).toBeGreaterThan(0);
});

test('when time is up the queue is left, and the refusal says who holds it', async () => {
  await using held = await ada.lock(LOCK).acquire();
  const late = bruno.lock(LOCK).acquire({ timeoutMs: 30 });
  await expect(late).rejects.toMatchObject({ reason: 'LOCK_HELD', holder: held.session.id });
  expect(await queueOf(ada)).toEqual([]);
});

test('a grant that came before the end of the wait is handed out, not lost', async () => {
  const held = await ada.lock(LOCK).acquire();
  // Its watch never tells of the grant, which comes just before the cancelling: only the answer to that does.
  const watch = vi.spyOn(served.cell, 'watch').mockReturnValue({ resume: () => {}, cancel: () => {} });
  const write = served.cell.write.bind(served.cell);
  vi.spyOn(served.cell, 'write').mockImplementation(async (command, options) => {
    if (command.kind === 'cancelLock') await held.release();
    return await write(command, options);
  });
  const second = bruno.lock(LOCK).acquire({ timeoutMs: 20 });
  expect((await second).fencingToken).toBeGreaterThan(held.fencingToken);
  watch.mockRestore();
});

test('a cancelled wait leaves the queue', async () => {
  const held = await ada.lock(LOCK).acquire();
  const stop = new AbortController();
  const waiting = bruno.lock(LOCK).acquire({ signal: stop.signal });
  await whenQueued(1);
  stop.abort();
  expect(await reasonOf(waiting)).toBe('CANCELLED');
  await whenQueued(0);
  await held.release();
});

test('work under a lock writes with its token; when the lock is taken away the writes are refused and the work hears of it', async () => {
  const key = `${LOCK}/state`;
  let refusal: unknown;
  let heard: unknown;
  const work = ada.lock(LOCK).do(async ({ signal, writing }) => {
    await ada.put(key, '1', writing);
    await bruno.forceReleaseLock(LOCK, { by: 'an operator', why: 'a test' });
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    refusal = await reasonOf(ada.put(key, '2', writing));
    await aborted;
    heard = (signal.reason as SynodError).message;
  });
  expect(await reasonOf(work)).toBe('LOCK_LOST');
  expect(refusal).toBe('TOKEN_STALE');
  expect(heard).toMatch(/may be somebody else's: an operator took it away: a test$/);
  expect(Buffer.from((await ada.get(key)).item!.value).toString()).toBe('1');
});

test('do gives the lock back, also when the work fails, and hands on what it returns', async () => {
  expect(await ada.lock(LOCK).do(({ fencingToken }) => fencingToken)).toBeGreaterThan(0);
  const failing = ada.lock(LOCK).do(() => Promise.reject(new Error('the work failed')));
  await expect(failing).rejects.toThrow('the work failed');
  await eventually(async () => expect((await ada.locks()).locks).toEqual([]));
});

test('the end of a session is the end of its locks', async () => {
  const session = await ada.openSession({ ttlMs: 5_000 });
  const held = await ada.lock(LOCK, { session }).acquire();
  const next = bruno.lock(LOCK).acquire();
  await whenQueued(1);
  await session.end();
  expect(held.signal.aborted).toBe(true);
  expect((await next).fencingToken).toBeGreaterThan(held.fencingToken);
  expect(await reasonOf(ada.lock(LOCK, { session }).acquire())).toBe('SESSION_UNKNOWN');
});

test('re-entrance: n acquisitions, n releases', async () => {
  const holds: HeldLock[] = [await ada.lock(LOCK).acquire(), await ada.lock(LOCK).acquire()];
  expect(holds[0]!.fencingToken).toBe(holds[1]!.fencingToken);
  const next = bruno.lock(LOCK).acquire();
  await whenQueued(1);
  await holds[0]!.release();
  expect(await queueOf(ada)).toHaveLength(1);
  await holds[1]!.release();
  await (await next).release();
});

test('what another program holds is used and given back in its session', async () => {
  let last = 0;
  const places = { take: () => ++last };
  const held = await ada.lock(LOCK, { session: await ada.openSession({ places }) }).acquire();
  const joined = bruno.joinSession(held.session.id, places);
  const writing = { session: joined, fencingToken: held.fencingToken };
  await bruno.put(`${LOCK}/a`, 'x', writing);
  await bruno.put(`${LOCK}/b`, 'x', writing);
  expect(await reasonOf(bruno.lock(LOCK, { session: joined }).acquire())).toBe('INVALID_ARGUMENT');
  await bruno.releaseLock(LOCK, { session: joined });
  expect(await reasonOf(held.release())).toBe('LOCK_NOT_HELD');
});

test('a lease of its own is renewed on the one stream, and grows when the agent advises it', async () => {
  const { paceOf } = await import('../../src/agent/api/coordination/pace.ts');
  const widened: number[] = [];
  const options = { leaseTtlMs: 2_000, adaptive: true, onWidened: (ttlMs: number) => widened.push(ttlMs) };
  const held = await ada.lock(LOCK, options).acquire();
  for (let count = 0; count < 32; count++) paceOf(served.cell).took(1_000);
  await eventually(() => expect(widened.length).toBeGreaterThan(0));
  expect(held.leaseTtlMs).toBe(widened.at(-1));
  expect(held.leaseTtlMs).toBeGreaterThan(2_000);
  const timers = served.cell.renewals.flat().map(({ timerId }) => timerId);
  expect(timers).toContain(`lock/${held.ticket}`);
  expect(timers).toContain(`session/${held.session.id}`);
  expect(held.signal.aborted).toBe(false);
  await held.release();
});

test('the watch of a lock tells each state once', async () => {
  const stop = new AbortController();
  const states: string[] = [];
  const watching = (async () => {
    for await (const { state } of ada.watchLock(LOCK, { signal: stop.signal })) states.push(state);
  })();
  await eventually(() => expect(states).toEqual(['free']));
  const held = await bruno.lock(LOCK).acquire();
  await eventually(() => expect(states).toEqual(['free', 'held']));
  await held.release();
  await eventually(() => expect(states).toEqual(['free', 'held', 'free']));
  stop.abort();
  await watching;
});

test('the alarm goes off with a fifth of the TTL left, and never while renewals are acknowledged', () => {
  vi.useFakeTimers();
  let endsMs = performance.now() + 1_000;
  const guard = new LeaseGuard(
    () => endsMs - performance.now(),
    1_000,
    () => new Error('late'),
  );
  vi.advanceTimersByTime(700);
  endsMs = performance.now() + 1_000;
  vi.advanceTimersByTime(799);
  expect(guard.signal.aborted).toBe(false);
  vi.advanceTimersByTime(2);
  expect(guard.signal.aborted).toBe(true);
});

test('a holder whose renewals are not acknowledged any more is told by its own clock', async () => {
  const held = await ada.lock(LOCK, { leaseTtlMs: 400 }).acquire();
  vi.spyOn(served.cell, 'renew').mockReturnValue(new Promise(() => undefined));
  await eventually(() => expect(held.signal.aborted).toBe(true));
  expect((held.signal.reason as SynodError).reason).toBe('LOCK_LOST');
  // Nobody else has said anything: the lock is still held.
  expect((await ada.locks()).locks[0]).toMatchObject({ state: 'held', sessionId: held.session.id });
});
