/**
 * Guards that every stream of events ends with its viewer: whenever a viewer goes away, over HTTP and over a port, nothing is
 * left of its stream, neither a timer nor a subscription nor a call in flight.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AnySchema, getEventIteratorSchemaDetails } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventQueue } from '../../../src/agent/api/operator/event-queue.ts';
import { operatorContract } from '../../../src/contract/index.ts';
import { put } from '../../support/memory-cell.ts';
import { type ServedOperator, serveOperator } from '../../support/served-operator.ts';

let served: ServedOperator;
const intervals = new Set<unknown>();
const snapshots = new Set<Readable>();
beforeEach(async () => {
  served = await serveOperator();
  // A real one takes seconds; this one is never at its end.
  vi.spyOn(served.observability.introspection, 'heapSnapshot').mockImplementation(() => {
    const snapshot = new Readable({ read: () => undefined });
    snapshot.push('{"snapshot":');
    snapshots.add(snapshot.once('close', () => snapshots.delete(snapshot)));
    return snapshot;
  });
  const { setInterval, clearInterval } = globalThis;
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((...given: Parameters<typeof setInterval>) => {
    const timer = setInterval(...given);
    intervals.add(timer);
    return timer;
  }) as typeof setInterval);
  vi.spyOn(globalThis, 'clearInterval').mockImplementation((timer) => {
    intervals.delete(timer);
    clearInterval(timer as NodeJS.Timeout);
  });
});
afterEach(async () => {
  await served.stop();
  vi.restoreAllMocks();
  intervals.clear();
  snapshots.clear();
  expect(served.bugs).toEqual([]);
});

/** What a stream may hold on to. */
const held = () => ({
  calls: served.observability.inFlight.count,
  readers: served.observability.rpcLog.subscriberCount,
  watchers: served.cell.watcherCount,
  intervals: intervals.size,
  snapshots: snapshots.size,
});
const NOTHING = { calls: 0, readers: 0, watchers: 0, intervals: 0, snapshots: 0 };
const PATIENCE = { timeout: 20_000, interval: 10 };

/** What those are asked that must be asked for something. */
const INPUTS: Readonly<Record<string, object>> = {
  'queues.watchEntries': { path: '/q' },
  'sessions.keep': { keeper: 'k' },
};

interface Procedure {
  readonly '~orpc': { readonly outputSchema?: object };
}

/** Every stream of the contract, so that one that is added later is judged too. */
const streams = Object.entries(operatorContract).flatMap(([family, members]) =>
  Object.entries(members as Readonly<Record<string, Procedure>>)
    .filter(
      ([
        ,
        {
          '~orpc': { outputSchema },
        },
      ]) => getEventIteratorSchemaDetails(outputSchema as AnySchema | undefined) !== undefined,
    )
    .map(([name]) => `${family}.${name}`),
);

test('there are streams to judge', () => {
  expect(streams.toSorted()).toEqual([
    'app.watch',
    'barriers.watch',
    'cell.watch',
    'demo.watch',
    'elections.watch',
    'keys.watch',
    'locks.watch',
    'messages.sequence',
    'messages.watch',
    'once.watch',
    'proposals.watch',
    'queues.watch',
    'queues.watchEntries',
    'requests.watch',
    'runtime.heapSnapshot',
    'runtime.watch',
    'sessions.countdowns',
    'sessions.keep',
    'sessions.watch',
  ]);
});

describe.each(streams)('%s', (name) => {
  /** A viewer that sends its request, waits for so much of the answer, and is gone without a word. */
  async function visit(until: 'sent' | 'begun' | 'an event'): Promise<void> {
    const socket = connect(served.httpPort, '127.0.0.1');
    await once(socket, 'connect');
    const body = JSON.stringify({ json: INPUTS[name] ?? {} });
    socket.write(`POST /rpc/${name.replace('.', '/')} HTTP/1.1\r\nHost: 127.0.0.1\r\n`);
    socket.write(`Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    let told = '';
    socket.on('data', (data) => {
      told += data.toString('latin1');
    });
    if (until === 'begun') await vi.waitUntil(() => told.includes('text/event-stream'), PATIENCE);
    if (until === 'an event') {
      await vi.waitUntil(() => {
        served.observability.history.sample();
        void served.cell.write(put('/a', 'x'), { quorum: 'majority', timeoutMs: 20_000 });
        return told.includes('event: message');
      }, PATIENCE);
    }
    socket.destroy();
  }

  test.each(['sent', 'begun', 'an event'] as const)('leaves nothing over HTTP, once %s', async (until) => {
    await visit(until);
    // The server has seen the request, and then that nobody waits for the answer.
    await vi.waitFor(() => expect(served.observability.inFlight.recent(1)).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(held()).toEqual(NOTHING), PATIENCE);
  });

  test('leaves nothing over a port, aborted or abandoned at any moment', async () => {
    const [family, procedure] = name.split('.') as [string, string];
    type Open = (input: unknown, options: { signal: AbortSignal }) => Promise<AsyncIterator<unknown>>;
    const open = (signal: AbortSignal) =>
      (served.client('port') as never as Record<string, Record<string, Open>>)[family]![procedure]!(
        INPUTS[name] ?? {},
        { signal },
      );
    const early = new AbortController();
    const never = open(early.signal).catch(() => undefined);
    early.abort();
    await never;
    const late = new AbortController();
    const events = await open(late.signal);
    const next = events.next().catch(() => undefined);
    late.abort();
    await next;
    const left = await open(new AbortController().signal);
    await left.return?.();
    await vi.waitFor(() => expect(held()).toEqual(NOTHING), PATIENCE);
  });
});

test('a stream is ended by its signal, also when garbage was collected since it began', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const abort = new AbortController();
  const events = await served.client('http').messages.sequence({}, { signal: abort.signal });
  await events.next();
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const next = events.next();
  abort.abort();
  await expect(next).rejects.toThrow();
  await vi.waitFor(() => expect(held()).toEqual(NOTHING), PATIENCE);
});

test('a viewer over HTTP that takes nothing is held back, and gets everything once it does', async () => {
  const MIB = 1024 * 1024;
  const writes = 48;
  let queuedBytes = 0;
  const push = EventQueue.prototype.push as (this: EventQueue<unknown>, event: unknown) => void;
  vi.spyOn(EventQueue.prototype, 'push').mockImplementation(function (this: EventQueue<unknown>, event) {
    const { changes = [] } = event as { changes?: { item: { sizeBytes: number } }[] };
    for (const { item } of changes) queuedBytes += item.sizeBytes;
    push.call(this, event);
  });
  const socket = connect(served.httpPort, '127.0.0.1');
  socket.write('GET /api/v1/watch?prefix=/&fromRevision=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await vi.waitUntil(() => served.cell.watcherCount === 1, PATIENCE);
  socket.pause();
  for (let number = 0; number < writes; number += 1) {
    await served.cell.write(put(`/${number}`, 'x'.repeat(MIB)), { quorum: 'majority', timeoutMs: 20_000 });
  }
  expect(queuedBytes).toBeLessThan((writes / 2) * MIB);
  let takenBytes = 0;
  socket.on('data', (data) => {
    takenBytes += data.length;
  });
  socket.resume();
  await vi.waitUntil(() => takenBytes >= writes * MIB, { ...PATIENCE, timeout: 60_000 });
  expect(queuedBytes).toBe(writes * MIB);
  socket.destroy();
  await vi.waitFor(() => expect(held()).toEqual(NOTHING), PATIENCE);
}, 120_000);
