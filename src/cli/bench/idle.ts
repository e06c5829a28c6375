import { setTimeout as delay } from 'node:timers/promises';
import type { BenchCell } from './bench-cell.ts';
import type { Figure } from './figure.ts';
import type { BenchOptions } from './modes.ts';
import { processorTicks, residentMegabytes, TICKS_PER_SECOND } from './process-stat.ts';

const SETTLE_MS = 5_000;
const OBSERVE_MS = 20_000;

/** The busiest of the three, which do nothing but stay in touch. */
export async function measureIdle(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  if (process.platform !== 'linux') return [];
  await delay(SETTLE_MS, undefined, { signal: options.stop });
  const before = cell.pids.map(processorTicks);
  await delay(OBSERVE_MS, undefined, { signal: options.stop });
  const percents = cell.pids.map(
    (pid, index) => ((processorTicks(pid) - before[index]!) / TICKS_PER_SECOND / (OBSERVE_MS / 1_000)) * 100,
  );
  const megabytes = cell.pids.map(residentMegabytes);
  const details = (values: readonly number[]) => `each ${values.map((value) => value.toFixed(1)).join(', ')}`;
  return [
    {
      what: 'idle agent: processor',
      value: Math.max(...percents),
      unit: '% of a core',
      goal: { atMost: 2 },
      details: details(percents),
    },
    {
      what: 'idle agent: resident memory',
      value: Math.max(...megabytes),
      unit: 'MB',
      goal: { atMost: 160 },
      details: details(megabytes),
    },
  ];
}
