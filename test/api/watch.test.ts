// Guards watches over gRPC: ordered, unique, whole revisions, without gaps, resumable; slow watchers hold back nothing but
// themselves; what cannot be continued is cut off with the revision to resume from.
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WatchEventKind, WatchRequest, type WatchResponse } from '../../src/gen/synod/v1/user.ts';
import { detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, put, text, until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

class Watching {
  readonly call: ClientReadableStream<WatchResponse>;
  readonly responses: WatchResponse[] = [];
  error: ServiceError | undefined;

  /** A reader that `stops` takes one message and then no more, until `read` is called. */
  constructor(partial: Parameters<typeof WatchRequest.fromPartial>[0], stops = false) {
    this.call = served.client.watch(WatchRequest.fromPartial(partial));
    this.call.on('error', (error: ServiceError) => {
      this.error = error;
    });
    let takesMore = !stops;
    this.call.on('data', (response: WatchResponse) => {
      this.responses.push(response);
      if (!takesMore) this.call.pause();
      takesMore = true;
    });
  }

  read(): void {
    this.call.resume();
  }

  get events() {
    return this.responses.flatMap(({ events }) => events);
  }
}

const watching = async (partial: Parameters<typeof WatchRequest.fromPartial>[0], stops = false) => {
  const before = served.cell.watcherCount;
  const watch = new Watching(partial, stops);
  await until(() => served.cell.watcherCount > before || watch.error !== undefined);
  return watch;
};

test('changes below a prefix arrive in order, each revision whole, with what they replaced', async () => {
  const watch = await watching({ prefix: bytes('/a/'), withPrevious: true });
  await put(served, '/a/1', 'one');
  await put(served, '/b/1', 'elsewhere');
  await put(served, '/a/1', 'two');
  await served.cell.write(
    {
      kind: 'transact',
      compare: [],
      then: [
        { kind: 'delete', key: '/a/1', returnPrevious: false },
        { kind: 'put', key: '/a/2', value: bytes('x'), leaseId: '', returnPrevious: false },
      ],
      otherwise: [],
    },
    { quorum: 'majority', timeoutMs: 1_000 },
  );
  await until(() => watch.events.length === 4);
  expect(watch.events.map(({ kind, item }) => [kind, text(item!.key), text(item!.value)])).toEqual([
    [WatchEventKind.PUT, '/a/1', 'one'],
    [WatchEventKind.PUT, '/a/1', 'two'],
    [WatchEventKind.DELETE, '/a/1', ''],
    [WatchEventKind.PUT, '/a/2', 'x'],
  ]);
  expect(text(watch.events[1]!.previous!.value)).toBe('one');
  const last = watch.responses.at(-1)!;
  expect(last.events).toHaveLength(2);
  expect(new Set(last.events.map(({ item }) => item!.modRevision)).size).toBe(1);
  expect(last.revision).toBe(served.cell.machine.revision('user'));
  watch.call.cancel();
});

test('a watch from an old revision tells all that came since, then what comes', async () => {
  const { revision } = await put(served, '/a', '0');
  for (let index = 1; index <= 500; index++) await put(served, '/a', `${index}`);
  const watch = await watching({ prefix: bytes('/'), fromRevision: revision });
  await put(served, '/a', '501');
  await until(() => watch.events.length === 502);
  expect(watch.events.map(({ item }) => text(item!.value))).toEqual(Array.from({ length: 502 }, (_, i) => `${i}`));
  const told = watch.responses.map((response) => response.revision);
  expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
  watch.call.cancel();
});

test('a watcher that reads slowly misses nothing and holds back nobody', async () => {
  const value = 'v'.repeat(20_000);
  const slow = await watching({ prefix: bytes('/') }, true);
  const quick = await watching({ prefix: bytes('/') });
  const total = 300;
  for (let index = 0; index < total; index++) await put(served, `/k/${index}`, value);
  await until(() => quick.events.length === total);
  const sentToBoth = served.observability.rpcLog
    .query({ kinds: ['Watch'], direction: 'sent' }, 10_000)
    .reduce((bytesSent, record) => bytesSent + record.bytes, 0);
  // All of it for the quick one; the slow one got what fits into buffers.
  expect(sentToBoth).toBeLessThan(total * value.length * 1.3);
  slow.read();
  await until(() => slow.events.length === total);
  expect(slow.events.map(({ item }) => text(item!.key))).toEqual(Array.from({ length: total }, (_, i) => `/k/${i}`));
  slow.call.cancel();
  quick.call.cancel();
});

test('a start below the floor is refused with the floor', async () => {
  await put(served, '/a', '1');
  const { revision } = await put(served, '/a', '2');
  await served.cell.write({ kind: 'compact', floor: revision }, { quorum: 'majority', timeoutMs: 1_000 });
  const watch = new Watching({ prefix: bytes('/'), fromRevision: 1 });
  await until(() => watch.error !== undefined);
  expect(detailOf(watch.error!)).toMatchObject({ reason: 'COMPACTED', floor: revision });
});

test('a watch that is cut off says from where to resume, and resuming there leaves no gap', async () => {
  const watch = await watching({ prefix: bytes('/') });
  await put(served, '/a', '1');
  await until(() => watch.events.length === 1);
  served.cell.cutWatches('this agent is shutting down');
  await until(() => watch.error !== undefined);
  const detail = detailOf(watch.error!);
  expect(detail.reason).toBe('SHUTTING_DOWN');
  await put(served, '/a', '2');
  const resumed = await watching({ prefix: bytes('/'), fromRevision: detail.resumeFrom });
  await until(() => resumed.events.length === 1);
  expect(resumed.events.map(({ item }) => text(item!.value))).toEqual(['2']);
  resumed.call.cancel();
});

test('progress says how far a watch has come when nothing matched', async () => {
  const watch = await watching({ prefix: bytes('/quiet/'), progress: true });
  const silent = await watching({ prefix: bytes('/quiet/') });
  const { revision } = await put(served, '/elsewhere', '1');
  served.cell.tellProgress();
  await until(() => watch.responses.length > 0);
  expect(watch.responses.at(-1)).toMatchObject({ events: [], revision });
  expect(silent.responses).toEqual([]);
  watch.call.cancel();
  silent.call.cancel();
});

test('the system keyspace is watched by its own path', async () => {
  const watch = await watching({ prefix: bytes('/_internal/sessions/'), system: true });
  served.cell.execute({ kind: 'openSession', sessionId: 'newcomer', ttlMs: 10_000, owner: 'x' });
  await until(() => watch.events.length === 1);
  expect(text(watch.events[0]!.item!.key)).toBe('/_internal/sessions/newcomer');
  watch.call.cancel();
});

test('a watch that its client ends leaves nothing behind', async () => {
  const watch = await watching({ prefix: bytes('/') });
  watch.call.cancel();
  await until(() => served.cell.watcherCount === 0);
  await until(() => served.observability.inFlight.count === 0);
});

test('a malformed range is refused', async () => {
  const watch = new Watching({ prefix: bytes('no-slash') });
  await until(() => watch.error !== undefined);
  expect(detailOf(watch.error!).reason).toBe('INVALID_ARGUMENT');
});
