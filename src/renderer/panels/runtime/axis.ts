import type { Bucket } from './buckets.ts';
import type { Line, Unit } from './charts.ts';

const STEPS = [1, 2, 5, 10] as const;
const TICKS_MAX = 4;

/** Round values from 0 to at least the largest one; the last is the end of the axis. */
export function axisTicks(largest: number, unit: Unit): readonly number[] {
  const atLeast = Math.max(largest, smallest(unit));
  // Bytes are read in powers of 1024, everything else in powers of ten.
  const base = unit === 'bytes' ? 1_024 ** Math.floor(Math.log(atLeast) / Math.log(1_024)) : 1;
  const rough = atLeast / base / TICKS_MAX;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((factor) => factor * power >= rough - 1e-9 * power) ?? 10) * power * base;
  const count = Math.ceil(atLeast / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** A quiet agent is not drawn as a storm: below this the axis is not stretched. */
function smallest(unit: Unit): number {
  switch (unit) {
    case 'share':
      return 0.1;
    case 'bytes':
      return 1_024;
    case 'ms':
      return 1;
    case 'perSecond':
    case 'count':
      return 4;
  }
}

export function largestOf(buckets: readonly Bucket[], lines: readonly Line[]): number {
  let largest = 0;
  for (const { values } of buckets) {
    for (const { column } of lines) largest = Math.max(largest, values[column] ?? 0);
  }
  return largest;
}

const MINUTE_MS = 60_000;

/** Times at whole minutes, or quarters of one, within a span. */
export function timeTicks(fromMs: number, toMs: number): readonly number[] {
  const spanMs = toMs - fromMs;
  const stepMs =
    spanMs <= 2 * MINUTE_MS
      ? MINUTE_MS / 4
      : spanMs <= 10 * MINUTE_MS
        ? MINUTE_MS
        : spanMs <= 30 * MINUTE_MS
          ? 3 * MINUTE_MS
          : 15 * MINUTE_MS;
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at <= toMs; at += stepMs) ticks.push(at);
  return ticks;
}

export function clockText(atMs: number, withSeconds: boolean): string {
  return new Date(atMs).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: withSeconds ? '2-digit' : undefined,
    hour12: false,
  });
}
