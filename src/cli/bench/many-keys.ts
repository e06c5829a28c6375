import { connect } from '../../client/index.ts';
import type { BenchCell } from './bench-cell.ts';
import { type Figure, latencies, quantile } from './figure.ts';
import type { BenchOptions } from './modes.ts';

const LEVELS = 100;
const KEYS_PER_LEVEL = 1_000;
const IN_FLIGHT = 1_000;

/** 100 000 keys: how long one level takes to list, and an agent to come back. */
export async function measureKeys(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  await fill(cell, options);
  return [await measureListing(cell), await measureRestart(cell), await measureCellRestart(cell)];
}

async function fill(cell: BenchCell, options: BenchOptions): Promise<void> {
  await using client = await cell.client();
  const value = Buffer.alloc(options.valueBytes, 'x');
  const writing: Promise<unknown>[] = [];
  for (let level = 0; level < LEVELS; level++) {
    for (let key = 0; key < KEYS_PER_LEVEL; key++) {
      writing.push(client.batch.put(`/bench/many/${level}/${key}`, value));
      if (writing.length >= IN_FLIGHT) await Promise.all(writing.splice(0));
    }
  }
  await Promise.all(writing);
}

async function measureListing(cell: BenchCell): Promise<Figure> {
  await using client = await cell.client();
  const samplesMs: number[] = [];
  for (let round = 0; round < 30; round++) {
    const startMs = performance.now();
    const { items } = await client.level(`/bench/many/${round}`, { limit: KEYS_PER_LEVEL });
    samplesMs.push(performance.now() - startMs);
    if (items.length !== KEYS_PER_LEVEL) throw new Error(`listed ${items.length} keys`);
  }
  return {
    what: 'a level of 1 000 keys among 100 000 listed',
    value: quantile(samplesMs, 0.5),
    unit: 'ms',
    goal: { atMost: 50 },
    details: latencies(samplesMs),
  };
}

/** From the start of the process until it answers a read of its own state. */
async function measureRestart(cell: BenchCell): Promise<Figure> {
  const index = ((await cell.leader()) + 1) % 3;
  await cell.kill(index);
  const startMs = performance.now();
  await cell.restart(index);
  await using client = connect({ endpoints: [cell.endpoints[index]!] });
  await client.get('/bench/many/0/0', { quorum: 'local' });
  const seconds = (performance.now() - startMs) / 1_000;
  await cell.whole();
  const details = 'one agent, after kill -9, start of the process included';
  return { what: 'restart with 100 000 keys, until serving', value: seconds, unit: 's', goal: { atMost: 2 }, details };
}

async function measureCellRestart(cell: BenchCell): Promise<Figure> {
  await Promise.all([0, 1, 2].map((index) => cell.kill(index)));
  const startMs = performance.now();
  await Promise.all([0, 1, 2].map((index) => cell.restart(index)));
  await using client = connect({ endpoints: cell.endpoints, timeoutMs: 30_000 });
  await client.put('/bench/after', 'x');
  const seconds = (performance.now() - startMs) / 1_000;
  const details = 'all three at once, after kill -9';
  return { what: 'restart of the whole cell, until the next write', value: seconds, unit: 's', details };
}
