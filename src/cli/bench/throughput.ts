import type { SynodClient } from '../../client/index.ts';
import { encodedPut, encodedRead } from '../../client/wire.ts';
import { Failure } from '../command.ts';
import type { BenchCell } from './bench-cell.ts';
import { type Figure, latencies, quantile } from './figure.ts';
import { h2load, hasH2load } from './h2load.ts';
import { load } from './load.ts';
import type { BenchOptions } from './modes.ts';

const BATCH_IN_FLIGHT = 2_048;

function keyOf(index: number, options: BenchOptions): string {
  return `/bench/load/${index % options.keys}`;
}

/** Different bytes for every write, so that nothing is saved by their being equal. */
function payload(index: number, options: BenchOptions): Buffer {
  const value = Buffer.alloc(options.valueBytes, index & 0xff);
  if (value.length >= 4) value.writeUInt32BE(index >>> 0);
  return value;
}

export async function measureWrites(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  await using client = await cell.client();
  const put = (index: number) => client.put(keyOf(index, options), payload(index, options));
  const { perSecond, latenciesMs } = await load(put, options);
  const unit = 'writes/s';
  const figures: Figure[] = [
    {
      what: `writes, one per call, ${options.inFlight} in flight, Node client`,
      value: perSecond,
      unit,
      goal: { atLeast: 5_000 },
      details: latencies(latenciesMs),
    },
  ];
  if (!(await hasH2load())) return figures;
  for (const [inFlight, atLeast] of [[64, 8_000] as const, [256, 12_000] as const]) {
    const body = encodedPut(keyOf(0, options), payload(0, options));
    const acknowledged = await counted(client, () => h2loadOn(client, 'Put', body, inFlight, options));
    figures.push({
      what: `unary writes, ${inFlight} in flight, h2load`,
      value: acknowledged.perSecond,
      unit,
      goal: { atLeast },
      details: `revisions grew by ${acknowledged.revisions}`,
    });
  }
  return figures;
}

/** h2load counts any answer: that the writes were done is seen from the revision. */
async function counted(client: SynodClient, work: () => Promise<number>) {
  const before = (await client.status({ endpoint: client.endpoints[0]! })).revision;
  const startMs = performance.now();
  const perSecond = await work();
  const seconds = (performance.now() - startMs) / 1_000;
  const revisions = (await client.status({ endpoint: client.endpoints[0]! })).revision - before;
  // The run includes a warm-up and its own start, during which fewer are done, so this is a coarse check.
  if (revisions < (perSecond * seconds) / 3) throw new Failure(`h2load was refused: ${revisions} writes were done`);
  return { perSecond, revisions };
}

function h2loadOn(
  client: SynodClient,
  method: string,
  body: Uint8Array,
  inFlight: number,
  options: BenchOptions,
): Promise<number> {
  return h2load({ endpoint: client.endpoints[0]!, method, body, inFlight, durationMs: options.durationMs });
}

export async function measureBatch(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  await using client = await cell.client();
  const put = (index: number) => client.batch.put(keyOf(index, options), payload(index, options));
  const { perSecond, latenciesMs } = await load(put, { ...options, inFlight: BATCH_IN_FLIGHT });
  const what = 'writes through the Batch stream, one Node client';
  return [{ what, value: perSecond, unit: 'writes/s', goal: { atLeast: 20_000 }, details: latencies(latenciesMs) }];
}

export async function measureReads(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  await using client = await cell.client();
  await Promise.all(
    Array.from({ length: options.keys }, (_, index) =>
      client.batch.put(keyOf(index, options), payload(index, options)),
    ),
  );
  const { perSecond, latenciesMs } = await load((index) => client.get(keyOf(index, options)), options);
  const unit = 'reads/s';
  const figures: Figure[] = [
    {
      what: `majority reads, ${options.inFlight} in flight, Node client`,
      value: perSecond,
      unit,
      goal: { atLeast: 6_000 },
      details: latencies(latenciesMs),
    },
  ];
  if (!(await hasH2load())) return figures;
  const value = await h2loadOn(client, 'Read', encodedRead(keyOf(0, options)), 64, options);
  return [
    ...figures,
    { what: 'majority reads, 64 in flight, h2load', value, unit, goal: { atLeast: 10_000 }, details: '' },
  ];
}

export async function measureLatency(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [asked, atMost] of [['leader', 1.2] as const, ['follower', 1.5] as const]) {
    await using client = await cell.client(asked);
    const put = (index: number) => client.put(keyOf(index, options), payload(index, options));
    const { latenciesMs } = await load(put, { ...options, inFlight: 1 });
    figures.push({
      what: `write latency p50, one client, on ${asked === 'leader' ? 'the leader' : 'a follower'}`,
      value: quantile(latenciesMs, 0.5),
      unit: 'ms',
      goal: { atMost },
      details: latencies(latenciesMs),
    });
  }
  return figures;
}
