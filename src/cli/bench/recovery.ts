import { EXIT, Failure } from '../command.ts';
import type { BenchCell } from './bench-cell.ts';
import { type Figure, quantile } from './figure.ts';
import type { BenchOptions } from './modes.ts';

/** How long writes pause when the leader is killed, seen by a client that knows all agents. */
export async function measureRecovery(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  const pausesMs: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    if (options.stop.aborted) throw new Failure('interrupted', EXIT.interrupted);
    pausesMs.push(await killLeader(cell));
  }
  const median = quantile(pausesMs, 0.5) / 1_000;
  const worst = quantile(pausesMs, 1) / 1_000;
  const what = `kill -9 of the leader, until the next acknowledged write, ${options.rounds} times`;
  return [
    { what: `${what}: median`, value: median, unit: 's', goal: { atMost: 1 }, details: '' },
    { what: `${what}: worst`, value: worst, unit: 's', goal: { atMost: 3 }, details: '' },
  ];
}

async function killLeader(cell: BenchCell): Promise<number> {
  const leader = await cell.leader();
  await using client = await cell.client();
  await client.put('/bench/recovery', 'before');
  const killed = cell.kill(leader);
  const startMs = performance.now();
  await client.put('/bench/recovery', 'after');
  const pauseMs = performance.now() - startMs;
  await killed;
  await cell.restart(leader);
  await cell.whole();
  return pauseMs;
}
