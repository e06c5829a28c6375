// Guards the Watches stream: each watch on it tells, fails and ends by itself and is in the log as one of its own; a receiver
// that stands still holds back its own stream alone, and misses nothing.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WatchesRequest, type WatchesResponse, type WatchNews, WatchResponse } from '../../src/gen/synod/v1/user.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, put, text, until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

type Watches = NonNullable<Parameters<typeof WatchesRequest.fromPartial>[0]['watches']>;

class Stream {
  readonly call: ClientDuplexStream<WatchesRequest, WatchesResponse>;
  readonly messages: WatchNews[][] = [];
  error: ServiceError | undefined;

  constructor() {
    this.call = served.client.watches();
    this.call.on('data', ({ news }: WatchesResponse) => this.messages.push(news));
    this.call.on('error', (error: ServiceError) => {
      this.error = error;
    });
  }

  send(watches: Watches): void {
    this.call.write(WatchesRequest.fromPartial({ watches: [...watches] }));
  }

  /** Sends them, and waits until all of them have begun. */
  async watch(watches: Watches): Promise<void> {
    const before = served.cell.watcherCount;
    this.send(watches);
    await until(() => served.cell.watcherCount === before + watches.length);
  }

  of(id: number): WatchNews['kind'][] {
    return this.messages.flat().flatMap((news) => (news.id === id ? [news.kind] : []));
  }

  keys(id: number): string[] {
    return this.of(id).flatMap((kind) =>
      kind?.$case === 'response' ? WatchResponse.decode(kind.value).events.map(({ item }) => text(item!.key)) : [],
    );
  }

  errors(id: number): unknown[] {
    return this.of(id).flatMap((kind) => (kind?.$case === 'error' ? [kind.value] : []));
  }
}

const prefix = (id: number, path: string, fromRevision = 0) => ({ id, watch: { prefix: bytes(path), fromRevision } });

test('each watch is told what it asked for under its id, all of one change in one message', async () => {
  const stream = new Stream();
  await stream.watch([prefix(1, '/a/'), prefix(2, '/a/'), prefix(3, '/b/')]);
  await put(served, '/a/1', 'x');
  await until(() => stream.keys(2).length === 1);
  expect(stream.messages).toHaveLength(1);
  await put(served, '/b/1', 'x');
  await until(() => stream.keys(3).length === 1);
  expect([1, 2, 3].map((id) => stream.keys(id))).toEqual([['/a/1'], ['/a/1'], ['/b/1']]);
  stream.call.cancel();
});

test('watches of one key from different revisions, one with what was replaced, are not told the same', async () => {
  await put(served, '/a', 'one');
  const stream = new Stream();
  await stream.watch([
    prefix(1, '/a', 1),
    prefix(2, '/a'),
    { id: 3, watch: { prefix: bytes('/a'), withPrevious: true } },
  ]);
  await put(served, '/a', 'two');
  await until(() => stream.keys(1).length === 2 && stream.keys(2).length === 1 && stream.keys(3).length === 1);
  const previous = (id: number) =>
    stream.of(id).flatMap((kind) => {
      const events = kind?.$case === 'response' ? WatchResponse.decode(kind.value).events : [];
      return events.map((event) => event.previous && text(event.previous.value));
    });
  expect([1, 2, 3].map(previous)).toEqual([[undefined, undefined], [undefined], ['one']]);
  stream.call.cancel();
});

test('each watch is among the calls in flight, until it is cancelled or its stream ends', async () => {
  const { inFlight } = served.observability;
  const stream = new Stream();
  await stream.watch([prefix(1, '/a/'), prefix(2, '/b/'), prefix(3, '/c/')]);
  expect(inFlight.running(10).map(({ method }) => method)).toEqual(['Watch', 'Watch', 'Watch']);
  stream.send([{ id: 2, cancel: true }]);
  await until(() => served.cell.watcherCount === 2);
  await put(served, '/b/1', 'x');
  await put(served, '/c/1', 'x');
  await until(() => stream.keys(3).length === 1);
  expect(stream.of(2)).toEqual([]);
  expect(inFlight.running(10)).toHaveLength(2);
  stream.call.cancel();
  await until(() => served.cell.watcherCount === 0 && inFlight.count === 0);
});

test('what is wrong with a watch is told to that watch; what is no message ends the stream', async () => {
  await put(served, '/a', '1');
  const { revision } = await put(served, '/a', '2');
  await served.cell.write({ kind: 'compact', floor: revision }, { quorum: 'majority', timeoutMs: 1_000 });
  const stream = new Stream();
  await stream.watch([prefix(1, '/a')]);
  stream.send([prefix(2, '/a', 1), prefix(3, 'no path'), { id: 4 }]);
  await until(() => [2, 3, 4].every((id) => stream.errors(id).length === 1));
  expect(stream.errors(2)).toMatchObject([{ reason: 'COMPACTED', floor: revision }]);
  for (const id of [3, 4]) expect(stream.errors(id)).toMatchObject([{ reason: 'INVALID_ARGUMENT' }]);
  await put(served, '/a', '3');
  await until(() => stream.keys(1).length === 1);
  stream.call.cancel();
  let broken: ServiceError | undefined;
  served.client
    .makeBidiStreamRequest(
      '/synod.v1.UserService/Watches',
      (it: Buffer) => it,
      (it: Buffer) => it,
    )
    .on('error', (error: ServiceError) => {
      broken = error;
    })
    .write(Buffer.from([0xff, 0xff]));
  await until(() => broken !== undefined);
  expect(broken!.details).toContain('cannot be read as a WatchesRequest');
  expect(served.bugs).toEqual([]);
});

test('a watch that is cut off says from where to resume, and its place on the stream is free', async () => {
  const stream = new Stream();
  await stream.watch([prefix(1, '/')]);
  const { revision } = await put(served, '/a', '1');
  await until(() => stream.keys(1).length === 1);
  served.cell.cutWatches('this agent is shutting down');
  await until(() => stream.errors(1).length === 1);
  expect(stream.errors(1)).toMatchObject([{ reason: 'SHUTTING_DOWN', resumeFrom: revision + 1 }]);
  await put(served, '/a', '2');
  await stream.watch([prefix(1, '/', revision + 1)]);
  await until(() => stream.keys(1).length === 2);
  stream.call.cancel();
});

test('a receiver that stands still misses nothing and holds back nobody', async () => {
  const value = 'v'.repeat(20_000);
  const total = 300;
  const keys = Array.from({ length: total }, (_, index) => `/k/${index}`);
  const [slow, quick] = [new Stream(), new Stream()];
  await slow.watch([prefix(1, '/k/'), prefix(2, '/k/')]);
  await quick.watch([prefix(1, '/k/')]);
  slow.call.pause();
  for (const key of keys) await put(served, key, value);
  await until(() => quick.keys(1).length === total);
  const sent = served.observability.rpcLog
    .query({ kinds: ['Watch'], direction: 'sent' }, 10_000)
    .reduce((bytesSent, record) => bytesSent + record.bytes, 0);
  // All of it for the quick one; the slow one got what fits into buffers.
  expect(sent).toBeLessThan(total * value.length * 1.5);
  slow.call.resume();
  await until(() => slow.keys(1).length >= total && slow.keys(2).length >= total);
  for (const id of [1, 2]) expect(slow.keys(id)).toEqual(keys);
  slow.call.cancel();
  quick.call.cancel();
});
