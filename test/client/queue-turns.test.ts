/** Guards how idle workers wait: one entry wakes one of them, and no turn is lost with whoever had it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { WatchQueueRequest } from '../../src/gen/synod/v1/queues.ts';
import { eventually } from '../support/eventually.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { reasonOf } from '../support/two-programs.ts';

const PATH = '/mail';

let served: ServedApi;
let ada: SynodClient;

beforeEach(async () => {
  served = await serveApi();
  ada = connect({ endpoints: [served.address] });
});
afterEach(async () => {
  vi.useRealTimers();
  await ada.close();
  await served.stop();
});

const waiting = ({ observability }: ServedApi = served) =>
  observability.inFlight.running(100).filter(({ method }) => method === 'WatchQueue');
const claims = () => {
  const write = vi.spyOn(served.cell, 'write');
  return () => write.mock.calls.filter(([{ kind }]) => kind === 'claimEntry').length;
};
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

/** A worker by its stream alone, which claims nothing. */
function idler() {
  const told = vi.fn();
  const stream = served.coordination.watchQueue(WatchQueueRequest.fromPartial({ path: Buffer.from(PATH), turnOf: '' }));
  stream.on('data', told).on('error', () => undefined);
  return { told, stream };
}

test('an entry is claimed by one of those who wait, and by nobody else', async () => {
  const claimed = claims();
  const stop = new AbortController();
  const done: number[] = [];
  const workers = Array.from({ length: 20 }, () =>
    ada.queue(PATH).work(({ seq }) => void done.push(seq), { signal: stop.signal }),
  );
  await eventually(() => expect(waiting()).toHaveLength(20));
  expect(claimed()).toBe(20);
  for (let count = 1; count <= 3; count += 1) {
    await ada.queue(PATH).enqueue({ payload: 'x' });
    // Whoever has done it asks for more, finds nothing, and waits again.
    await eventually(() => expect([done.length, claimed(), waiting().length]).toEqual([count, 20 + 2 * count, 20]));
  }
  await ada.queue(PATH).enqueue([{ payload: 'x' }, { payload: 'y' }, { payload: 'z' }]);
  await eventually(() => expect([done.length, claimed(), waiting().length]).toEqual([6, 32, 20]));
  stop.abort();
  await Promise.all(workers);
  await eventually(() => expect(waiting()).toEqual([]));
  expect(claimed()).toBe(32);
  expect(served.cell.watcherCount).toBe(0);
});

test('whoever is told and leaves, or is cancelled, leaves the entry to the next', async () => {
  const idlers = [idler(), idler(), idler()];
  const told = () => idlers.filter((each) => each.told.mock.calls.length > 0);
  await eventually(() => expect(waiting()).toHaveLength(3));
  await ada.queue(PATH).enqueue({ payload: 'x' });
  await eventually(() => expect(told()).toHaveLength(1));
  told()[0]!.stream.cancel();
  await eventually(() => expect(told()).toHaveLength(2));
  // Who came first was told first.
  served.observability.inFlight.cancel(waiting()[0]!.id);
  await eventually(() => expect(told()).toHaveLength(3));
  for (const { stream } of idlers) stream.cancel();
});

test('whoever is told and stands still keeps nobody waiting for ever', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const still = idler();
  const until = async (check: () => boolean) => {
    while (!check()) await settled();
  };
  await until(() => waiting().length === 1);
  const next = idler();
  await until(() => waiting().length === 2);
  await ada.queue(PATH).enqueue({ payload: 'x' });
  await until(() => still.told.mock.calls.length === 1);
  await settled();
  expect(next.told).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  await until(() => next.told.mock.calls.length === 1);
  for (const { stream } of [still, next]) stream.cancel();
});

test('a stop ends the wait at once and claims nothing more; so does the end of the session, and of the client', async () => {
  const claimed = claims();
  const stop = new AbortController();
  const stopped = ada.queue(PATH).work(() => 'done', { signal: stop.signal });
  const session = await ada.openSession();
  const left = reasonOf(ada.queue(PATH, { session }).work(() => 'done'));
  const bruno = connect({ endpoints: [served.address] });
  const closed = [reasonOf(bruno.queue(PATH).work(() => 'done')), reasonOf(bruno.queue(PATH).claim())];
  await eventually(() => expect(waiting()).toHaveLength(4));
  stop.abort();
  await stopped;
  await session.end();
  expect(await left).toBe('SESSION_UNKNOWN');
  await eventually(() => expect(waiting()).toHaveLength(2));
  await bruno.close();
  expect(await Promise.all(closed)).toEqual(['CLOSED', 'SESSION_UNKNOWN']);
  await eventually(() => expect(waiting()).toEqual([]));
  await ada.queue(PATH).enqueue({ payload: 'x' });
  expect(claimed()).toBe(4);
});

test('who waits at an agent that dies waits on at another, and an entry that came is not held up', async () => {
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: Number(served.address.split(':')[1]) });
  const worker = connect({ endpoints: [proxy.address, served.address] });
  const claim = worker.queue(PATH).claim();
  await eventually(() => expect(waiting()).toHaveLength(1));
  const [first] = waiting();
  proxy.refuse();
  await eventually(() => expect(waiting().map(({ id }) => id === first!.id)).toEqual([false]));
  await ada.queue(PATH).enqueue({ payload: 'x' });
  expect(await claim).toMatchObject({ seq: 1, attempt: 1 });
  await worker.close();
  await proxy.close();
});
