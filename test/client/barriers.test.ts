/** Guards barriers as programs use them: releases, generations, breaking, leaving, cascades, and what ends a wait. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, type Session, type SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { reasonOf } from '../support/two-programs.ts';

const PATH = '/stages/load';

let served: ServedApi;
let client: SynodClient;
let sessions: Session[];

beforeEach(async () => {
  served = await serveApi();
  client = connect({ endpoints: [served.address] });
  sessions = await Promise.all(['ada', 'bruno', 'carla'].map((owner) => client.openSession({ owner })));
});
afterEach(async () => {
  await client.close();
  await served.stop();
});

const at = (member: number, path = PATH) => client.barrier(path, { session: sessions[member]! });
const state = async (path = PATH) => (await client.barriers({ prefix: path })).barriers[0]!;
const whenArrived = (count: number, path = PATH) =>
  eventually(async () => expect((await state(path)).arrived).toBe(count));
const members = () => sessions.map(({ id }) => id);

test('all members are released together, once per generation', async () => {
  await client.barrier(PATH).create({ members: members(), owner: 'the pipeline' });
  const waiting = [at(0).await(), at(1).await()];
  await whenArrived(2);
  const last = await at(2).await();
  const released = { state: 'released', generation: 1, arrived: 3, required: 3 };
  expect(last).toMatchObject(released);
  expect(await Promise.all(waiting)).toMatchObject([released, released]);
  expect(await state()).toMatchObject({ generation: 2, arrived: 0, released: { generation: 1, kind: 'threshold' } });
  const again = at(0).await();
  await whenArrived(1);
  expect((await state()).members.filter(({ hasArrived }) => hasArrived)).toMatchObject([{ owner: 'ada' }]);
  await client.barrier(PATH).changeMembers({ remove: members().slice(1) });
  expect(await again).toMatchObject({ state: 'released', generation: 2, arrived: 1 });
});

test('an open barrier takes whoever comes; a percentage is rounded up', async () => {
  await client.barrier('/open').create({ threshold: { count: 2 }, isOpen: true });
  const first = at(0, '/open').await();
  await whenArrived(1, '/open');
  expect((await at(1, '/open').await()).state).toBe('released');
  await first;
  await client.barrier('/most').create({ threshold: { percent: 50 }, members: members() });
  expect((await state('/most')).required).toBe(2);
});

test('breaking tells everybody who waits by whom and why, until it is reset', async () => {
  await client.barrier(PATH).create({ members: members() });
  const waiting = at(0).await();
  await whenArrived(1);
  const told = expect(waiting).rejects.toMatchObject({
    reason: 'BARRIER_BROKEN',
    message: `the barrier ${PATH} was broken by carla: bad input`,
  });
  await client.barrier(PATH).break({ by: 'carla', why: 'bad input' });
  await told;
  expect(await reasonOf(at(1).await())).toBe('BARRIER_BROKEN');
  expect((await client.barrier(PATH).reset()).generation).toBe(2);
  expect(await reasonOf(client.barrier(PATH).reset())).toBe('BARRIER_STANDING');
});

test('the end of a member breaks the barrier, or shrinks it', async () => {
  await client.barrier(PATH).create({ members: members() });
  await client.barrier('/shrinks').create({ members: members(), onDeath: 'shrink' });
  const broken = reasonOf(at(0).await());
  const released = Promise.all([at(0, '/shrinks').await(), at(1, '/shrinks').await()]);
  await whenArrived(1);
  await whenArrived(2, '/shrinks');
  await sessions[2]!.end();
  expect(await broken).toBe('BARRIER_BROKEN');
  expect(await released).toMatchObject([{ required: 2 }, { required: 2 }]);
});

test('whoever gives up leaves, so that the arrival releases nobody', async () => {
  await client.barrier(PATH).create({ members: members() });
  expect(await reasonOf(at(0).await({ timeoutMs: 20 }))).toBe('BARRIER_STANDING');
  await eventually(async () => expect(await state()).toMatchObject({ arrived: 0, required: 2 }));
  const stop = new AbortController();
  const cancelled = at(1).await({ signal: stop.signal });
  await whenArrived(1);
  stop.abort();
  expect(await reasonOf(cancelled)).toBe('CANCELLED');
  await eventually(async () => expect(await state()).toMatchObject({ arrived: 0, required: 1 }));
});

/** A wait at a barrier that two must reach, whose time is up; its leaving has been sent and not carried out. */
async function whenLeaving(path: string) {
  await client.barrier(path).create({ threshold: { count: 2 }, isOpen: true, timeoutMs: 60_000, onTimeout: 'release' });
  served.cell.stall(true);
  const waiting = at(0, path).await({ timeoutMs: 20 });
  const settled = vi.fn();
  void waiting.then(settled, settled);
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  served.cell.stall(false);
  // The arrival is applied in this turn; its answer, after which the wait begins, needs more of them.
  await new Promise((resolve) => setImmediate(resolve));
  served.cell.stall(true);
  expect((await state(path)).arrived).toBe(1);
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  return { waiting, settled };
}

test('the wait is over when the arrival is withdrawn, not before: nobody is released by who has given up', async () => {
  const { waiting, settled } = await whenLeaving('/t');
  expect(settled).not.toHaveBeenCalled();
  served.cell.stall(false);
  expect(await reasonOf(waiting)).toBe('BARRIER_STANDING');
  expect((await state('/t')).arrived).toBe(0);
});

test('a release that came before the arrival was withdrawn is told', async () => {
  const { waiting } = await whenLeaving('/t');
  served.cell.fireTimer('barrier/t');
  served.cell.stall(false);
  expect(await waiting).toMatchObject({ state: 'released', generation: 1, arrived: 1 });
});

test('also who gave up before its arrival was answered leaves', async () => {
  await client.barrier(PATH).create({ members: members() });
  const stop = new AbortController();
  served.cell.stall(true);
  const unheard = at(1).await({ signal: stop.signal });
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  stop.abort();
  expect(await reasonOf(unheard)).toBe('CANCELLED');
  served.cell.stall(false);
  await whenArrived(0);
});

test('a release arms the next barrier, and its timeout is said', async () => {
  await client.barrier('/b').create({ members: members().slice(1), isArmed: false });
  await client.barrier('/a').create({ members: members().slice(0, 1), next: '/b' });
  const second = Promise.all([at(1, '/b').await(), at(2, '/b').await()]);
  await whenArrived(2, '/b');
  expect((await state('/b')).isArmed).toBe(false);
  await at(0, '/a').await();
  expect(await second).toMatchObject([{ state: 'released' }, { state: 'released' }]);
  await client.barrier('/t').create({ members: members(), timeoutMs: 60_000, onTimeout: 'release' });
  const timed = at(0, '/t').await();
  await whenArrived(1, '/t');
  served.cell.fireTimer('barrier/t');
  expect(await timed).toMatchObject({ state: 'released', arrived: 1 });
  expect((await state('/t')).released).toMatchObject({ kind: 'timeout' });
});

test('strangers, doubles, and what is not there are refused; deleting ends a wait', async () => {
  await client.barrier(PATH).create({ members: members().slice(0, 2) });
  expect(await reasonOf(client.barrier(PATH).create({ members: members() }))).toBe('BARRIER_EXISTS');
  expect(await reasonOf(client.barrier('/none').create({ members: ['nobody'] }))).toBe('SESSION_UNKNOWN');
  expect(await reasonOf(client.barrier('/zero').create({ threshold: { count: 0 } }))).toBe('INVALID_ARGUMENT');
  expect(await reasonOf(at(2).await())).toBe('NOT_A_MEMBER');
  expect(await reasonOf(at(0, '/none').await())).toBe('BARRIER_UNKNOWN');
  const waiting = reasonOf(at(0).await());
  await whenArrived(1);
  await client.barrier(PATH).delete();
  expect(await waiting).toBe('BARRIER_UNKNOWN');
});

test('a wait at the agent ends with the release, and the watch tells how the barrier stands', async () => {
  const { AwaitBarrierRequest, BarrierState } = await import('../../src/gen/synod/v1/barriers.ts');
  served.cell.execute({ kind: 'openSession', sessionId: 'raw', ttlMs: 30_000, owner: '' });
  await client.barrier(PATH).create({ threshold: { count: 2 }, isOpen: true });
  const stop = new AbortController();
  const told: string[] = [];
  const watching = (async () => {
    for await (const now of client.barrier(PATH).watch({ signal: stop.signal })) {
      told.push(now === undefined ? 'none' : `${now.generation}: ${now.arrived}`);
    }
  })();
  await eventually(() => expect(told).toEqual(['1: 0']));
  const answered = new Promise<{ state: number }>((resolve, reject) =>
    served.coordination.awaitBarrier(
      AwaitBarrierRequest.fromPartial({
        ...{ path: Buffer.from(PATH), waitMs: 60_000 },
        options: { sessionId: 'raw', sequence: 1 },
      }),
      (error, response) => (error ? reject(error) : resolve(response)),
    ),
  );
  await eventually(() => expect(told.at(-1)).toBe('1: 1'));
  await at(0).await();
  expect((await answered).state).toBe(BarrierState.RELEASED);
  await eventually(() => expect(told.at(-1)).toBe('2: 0'));
  await client.barrier(PATH).delete();
  await eventually(() => expect(told.at(-1)).toBe('none'));
  stop.abort();
  await watching;
});
