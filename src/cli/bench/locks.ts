import type { SynodClient } from '../../client/index.ts';
import type { BenchCell } from './bench-cell.ts';
import { type Figure, latencies, quantile } from './figure.ts';
import { load } from './load.ts';
import type { BenchOptions } from './modes.ts';

const WAITERS = 32;

/** A lock that nobody else wants, and one that many want at once. */
export async function measureLocks(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  return [await uncontended(cell, options), await contended(cell, options)];
}

async function uncontended(cell: BenchCell, options: BenchOptions): Promise<Figure> {
  await using client = await cell.client();
  const lock = client.lock('/bench/alone/_lockable');
  const acquireAndRelease = async () => (await lock.acquire()).release();
  const { latenciesMs } = await load(acquireAndRelease, { ...options, inFlight: 1 });
  return {
    what: 'uncontended acquire and release, one client: p50',
    value: quantile(latenciesMs, 0.5),
    unit: 'ms',
    goal: { atMost: 3 },
    details: latencies(latenciesMs),
  };
}

/** Every one of them is a session that stands in the queue again as soon as it has released. */
async function contended(cell: BenchCell, options: BenchOptions): Promise<Figure> {
  await using client = await cell.client();
  const contenders = await Promise.all(Array.from({ length: WAITERS + 1 }, () => contender(client)));
  let highestToken = 0;
  const pass = async (index: number) => {
    // As many are on their way as there are contenders, and each comes back before the next one is asked.
    const mine = contenders.pop()!;
    const held = await mine.acquire();
    if (held.fencingToken <= highestToken) throw new Error(`pass ${index}: token ${held.fencingToken} is not new`);
    highestToken = held.fencingToken;
    await held.release({ quorum: 'majority' });
    contenders.push(mine);
  };
  const { perSecond, latenciesMs } = await load(pass, { ...options, inFlight: WAITERS + 1 });
  return {
    what: `contended hand-overs, ${WAITERS} waiters on one lock`,
    value: perSecond,
    unit: 'per second',
    goal: { atLeast: 500 },
    details: `asked, waited, held and released: ${latencies(latenciesMs)}`,
  };
}

async function contender(client: SynodClient) {
  return client.lock('/bench/wanted/_lockable', { session: await client.openSession({ ttlMs: 30_000 }) });
}
