import { setTimeout as delay } from 'node:timers/promises';
import { connect, type SynodClient } from '../../client/index.ts';
import { EXIT, Failure } from '../command.ts';
import type { BenchCell } from './bench-cell.ts';
import { type Figure, latencies, quantile } from './figure.ts';
import type { BenchOptions } from './modes.ts';

const CONNECTIONS = 100;
const WATCHERS_PER_CONNECTION = 100;
const WATCHERS = CONNECTIONS * WATCHERS_PER_CONNECTION;
const MATCHES_PER_EVENT = 3;
const KEYS = Math.ceil(WATCHERS / MATCHES_PER_EVENT);
const WRITES_PER_SECOND = 1_000;
const PACE_MS = 10;
const FOLDER = '/bench/watched/';
/** What was written last is delivered long before; what is not by then, is missing. */
const LAST_DELIVERY_MS = 10_000;

const keyOf = (index: number) => `${FOLDER}${index % KEYS}`;

interface Seen {
  readonly latenciesMs: number[];
  deliveries: number;
  gaps: number;
}

/**
 * Watchers of single keys on many connections, at a steady pace of writes, beside one that watches everything and does not
 * read on. Each write carries when it was sent; each watcher counts the versions of its key without a gap.
 */
export async function measureWatchers(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  await using writer = await cell.client();
  for (let index = 0; index < KEYS; index += 500) {
    const some = Array.from({ length: Math.min(500, KEYS - index) }, (_, place) => index + place);
    await Promise.all(some.map((key) => writer.batch.put(keyOf(key), '0')));
  }
  const { revision } = await writer.get(keyOf(0));
  const stop = new AbortController();
  const seen: Seen = { latenciesMs: [], deliveries: 0, gaps: 0 };
  const clients = Array.from({ length: CONNECTIONS }, (_, index) =>
    connect({ endpoints: [cell.endpoints[index % cell.endpoints.length]!, ...cell.endpoints] }),
  );
  try {
    const watching = clients.flatMap((client, connection) =>
      Array.from({ length: WATCHERS_PER_CONNECTION }, (_, place) =>
        follow(client, keyOf(connection * WATCHERS_PER_CONNECTION + place), revision + 1, seen, stop.signal),
      ),
    );
    const stalled = clients[0]!.watch({ prefix: FOLDER }, { fromRevision: revision + 1, signal: stop.signal });
    void stalled.next();
    // One round over all keys shows that every watcher has begun.
    await writeSteadily(writer, 0, KEYS, options.stop);
    await delivered(seen, WATCHERS);
    seen.latenciesMs.length = 0;
    const writes = Math.round((options.durationMs / 1_000) * WRITES_PER_SECOND);
    await writeSteadily(writer, KEYS, writes, options.stop);
    const expected = WATCHERS + countDeliveries(writes);
    await delivered(seen, expected);
    stop.abort();
    await Promise.allSettled(watching);
    return [
      {
        what: `${WATCHERS} watchers on ${CONNECTIONS} connections, ${WRITES_PER_SECOND} writes/s, one stalled: p99`,
        value: quantile(seen.latenciesMs, 0.99),
        unit: 'ms',
        goal: { atMost: 100 },
        details: `from sending a write to its event: ${latencies(seen.latenciesMs)}; ${writes} writes`,
      },
      {
        what: `${WATCHERS} watchers: events missed or out of order`,
        value: expected - seen.deliveries + seen.gaps,
        unit: '',
        goal: { atMost: 0 },
        details: `${seen.deliveries} of ${expected} events delivered`,
      },
    ];
  } finally {
    stop.abort();
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function follow(
  client: SynodClient,
  key: string,
  fromRevision: number,
  seen: Seen,
  signal: AbortSignal,
): Promise<void> {
  let version = 1;
  for await (const { events } of client.watch({ start: key }, { fromRevision, signal })) {
    const nowMs = performance.now();
    for (const { item } of events) {
      version += 1;
      if (item.version !== version) seen.gaps += 1;
      seen.deliveries += 1;
      seen.latenciesMs.push(nowMs - Number(Buffer.from(item.value).toString()));
    }
  }
}

/** Some every few milliseconds, whatever becomes of those before: a slow cell does not slow the writes down. */
async function writeSteadily(writer: SynodClient, from: number, count: number, stop: AbortSignal): Promise<void> {
  const startMs = performance.now();
  const open: Promise<unknown>[] = [];
  for (let sent = 0; sent < count; ) {
    if (stop.aborted) throw new Failure('interrupted', EXIT.interrupted);
    const due = Math.min(count, ((performance.now() - startMs) / 1_000) * WRITES_PER_SECOND);
    for (; sent < due; sent++) open.push(writer.batch.put(keyOf(from + sent), String(performance.now())));
    await delay(PACE_MS);
  }
  await Promise.all(open);
}

async function delivered(seen: Seen, expected: number): Promise<void> {
  const endMs = performance.now() + LAST_DELIVERY_MS;
  while (seen.deliveries < expected && performance.now() < endMs) await delay(PACE_MS);
}

/** Keys are written in turn; the first of them have one watcher more than the last. */
function countDeliveries(writes: number): number {
  const watchersOf = Array.from({ length: KEYS }, (_, key) => Math.ceil((WATCHERS - key) / KEYS));
  const rounds = Math.floor(writes / KEYS);
  const rest = watchersOf.slice(0, writes % KEYS);
  return rounds * WATCHERS + rest.reduce((sum, watchers) => sum + watchers, 0);
}
