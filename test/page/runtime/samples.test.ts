/**
 * Guards the numbers behind the charts: every sample once and in order, the last hour and no more, points that do not
 * change once drawn, peaks that survive, gaps that stay gaps, and axes with round ends.
 */
import { expect, test } from 'vitest';
import type { RuntimeSeries } from '../../../src/contract/index.ts';
import { axisTicks, timeTicks } from '../../../src/renderer/panels/runtime/axis.ts';
import { type Bucket, bucketsOf, bucketWidthMs, fold, isAlone } from '../../../src/renderer/panels/runtime/buckets.ts';
import { chartsFor, foldsOf, linesOf, tickText, valueText } from '../../../src/renderer/panels/runtime/charts.ts';
import { collectFile } from '../../../src/renderer/panels/runtime/heap-download.ts';
import { SampleBuffer } from '../../../src/renderer/panels/runtime/sample-buffer.ts';

const START_MS = 1_700_000_000_000;

function series(seconds: readonly number[], columns: Record<string, readonly number[]>): RuntimeSeries {
  return {
    intervalMs: 1_000,
    atMs: seconds.map((second) => START_MS + second * 1_000),
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]])),
  };
}

function filled(count: number, value: (second: number) => number): SampleBuffer {
  const buffer = new SampleBuffer();
  const seconds = Array.from({ length: count }, (_, second) => second);
  buffer.append(series(seconds, { delay: seconds.map(value) }));
  return buffer;
}

test('samples that were told twice are taken once', () => {
  const buffer = new SampleBuffer();
  expect(buffer.append(series([0, 1, 2], { cpu: [1, 2, 3] }))).toBe(true);
  expect(buffer.append(series([1, 2], { cpu: [9, 9] }))).toBe(false);
  expect(buffer.append(series([2, 3], { cpu: [9, 4] }))).toBe(true);
  expect(buffer.columns.get('cpu')).toEqual([1, 2, 3, 4]);
  expect(buffer.last('cpu')).toBe(4);
});

test('a point between gaps is one that no line leads to', () => {
  const buckets = [1, null, 2, null, null, 3, 4].map(
    (latency, second): Bucket => ({ atMs: START_MS + second * 1_000, samples: 1, values: { latency } }),
  );
  const alone = buckets.flatMap((_, at) => (isAlone(buckets, at, 'latency') ? [at] : []));
  expect(alone).toEqual([0, 2]);
});

test('a column that appears later has no values before, one that is missing has none', () => {
  const buffer = new SampleBuffer();
  buffer.append(series([0], { cpu: [1] }));
  buffer.append(series([1], { queue: [5] }));
  expect(buffer.columns.get('cpu')).toEqual([1, Number.NaN]);
  expect(buffer.columns.get('queue')).toEqual([Number.NaN, 5]);
});

test('the last hour is kept, and not much more', () => {
  const buffer = filled(5_000, (second) => second);
  expect(buffer.newestMs).toBe(START_MS + 4_999_000);
  expect(buffer.atMs[0]).toBe(START_MS + 1_399_000);
  expect(buffer.columns.get('delay')![0]).toBe(1_399);
});

test('at most 300 points, each of whole seconds', () => {
  expect([60_000, 300_000, 900_000, 3_600_000].map(bucketWidthMs)).toEqual([1_000, 1_000, 3_000, 12_000]);
  for (const spanMs of [60_000, 300_000, 900_000, 3_600_000]) {
    const buckets = bucketsOf(
      filled(3_700, (second) => second),
      spanMs,
      { delay: 'max' },
    );
    expect(buckets.length).toBeLessThanOrEqual(300);
    expect(buckets.length).toBeGreaterThanOrEqual(60 - 1);
  }
});

test('one peak of a second stays visible in an hour, and a mean stays a mean', () => {
  const buffer = filled(3_600, (second) => (second === 1_234 ? 500 : 1));
  const peak = (how: 'max' | 'mean') =>
    Math.max(...bucketsOf(buffer, 3_600_000, { delay: how }).map(({ values }) => values.delay ?? 0));
  expect(peak('max')).toBe(500);
  expect(peak('mean')).toBeCloseTo((500 + 11) / 12);
});

test('a point that was drawn does not change as time goes on', () => {
  const now = filled(3_000, (second) => second % 17);
  const later = filled(3_007, (second) => second % 17);
  const drawn = bucketsOf(now, 900_000, { delay: 'mean' });
  const again = new Map(bucketsOf(later, 900_000, { delay: 'mean' }).map((bucket) => [bucket.atMs, bucket]));
  const common = drawn.filter(({ atMs }) => again.has(atMs));
  expect(common.length).toBeGreaterThan(290);
  for (const bucket of common) expect(again.get(bucket.atMs)).toEqual(bucket);
});

test('while an agent was away there is a gap, not a line', () => {
  const buffer = new SampleBuffer();
  buffer.append(series([0, 1, 2, 20, 21], { delay: [1, 1, 1, 1, 1] }));
  const values = bucketsOf(buffer, 60_000, { delay: 'max' }).map((bucket) => bucket.values.delay);
  expect(values).toHaveLength(22);
  expect(values.slice(3, 20).every((value) => value === null)).toBe(true);
});

test('a sample that came a little late makes no gap', () => {
  const buffer = new SampleBuffer();
  const atMs = [0, 1_000, 2_001, 2_999, 4_000].map((at) => START_MS + at);
  buffer.append({ intervalMs: 1_000, atMs, columns: { delay: [1, 2, 3, 5, 4] } });
  const buckets = bucketsOf(buffer, 60_000, { delay: 'max' });
  expect(buckets.map(({ samples }) => samples)).toEqual([1, 1, 2, 0, 1]);
  expect(buckets.map(({ values }) => values.delay)).toEqual([1, 2, 5, 5, 4]);
});

test('nothing to fold is nothing, not zero', () => {
  expect(fold([], 0, 0, 'mean')).toBeNull();
  expect(fold([Number.NaN], 0, 1, 'max')).toBeNull();
  expect(fold([Number.NaN, 4, 2], 0, 3, 'mean')).toBe(3);
});

test('a latency of seconds in which nothing was measured is none, and spoils no other', () => {
  const { fsyncP50Ms, commitP99Ms, gcMs } = foldsOf(chartsFor(['fsyncP50Ms', 'commitP99Ms', 'gcMs']));
  expect([fsyncP50Ms, commitP99Ms, gcMs]).toEqual(['measured', 'measured', 'max']);
  expect(fold([0, 0], 0, 2, 'measured')).toBeNull();
  expect(fold([0, 3, 7, 0], 0, 4, 'measured')).toBe(7);
  expect(fold([0, 0], 0, 2, 'max')).toBe(0);
});

test('axes end at round values at or above the largest', () => {
  expect(axisTicks(0, 'ms')).toEqual([0, 0.5, 1]);
  expect(axisTicks(17, 'ms')).toEqual([0, 5, 10, 15, 20]);
  expect(axisTicks(20, 'ms')).toEqual([0, 5, 10, 15, 20]);
  expect(axisTicks(300 * 1_048_576, 'bytes').map((tick) => tick / 1_048_576)).toEqual([0, 100, 200, 300]);
  for (const largest of [0.003, 0.4, 1, 7, 99, 1_234, 87_654]) {
    const ticks = axisTicks(largest, 'count');
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest);
    expect(ticks.length).toBeLessThanOrEqual(6);
  }
});

test('times on the axis are whole minutes or quarters of one', () => {
  expect(timeTicks(START_MS, START_MS + 60_000).every((at) => at % 15_000 === 0)).toBe(true);
  expect(timeTicks(START_MS, START_MS + 3_600_000).length).toBeLessThanOrEqual(5);
});

test('every column is drawn, also one that this page does not know', () => {
  const charts = chartsFor(['cpuShare', 'loopBusyShare', 'gcMs', 'gcCount', 'newDelayMs', 'newThings']);
  const drawn = charts.flatMap(linesOf).map(({ column }) => column);
  expect(drawn).toEqual(['cpuShare', 'loopBusyShare', 'gcMs', 'gcCount', 'newDelayMs', 'newThings']);
  expect(charts.find(({ id }) => id === 'newDelayMs')!.lines[0]!.unit).toBe('ms');
  expect(foldsOf(charts)).toMatchObject({ cpuShare: 'mean', gcMs: 'max' });
});

test('values carry their units', () => {
  expect(valueText(0.1234, 'share')).toBe('12.3 %');
  expect(valueText(1_048_576, 'bytes')).toBe('1.0 MiB');
  expect(valueText(0.5, 'ms')).toBe('0.50 ms');
  expect(valueText(12.4, 'perSecond')).toBe('12/s');
  expect(valueText(null, 'ms')).toBe('–');
  expect(tickText(0.5, 'share')).toBe('50 %');
  expect(tickText(1_500, 'ms')).toBe('1.5 s');
});

test('a file that comes in pieces is whole, and its progress is told', async () => {
  const pieces = ['{"a":', '"ü"', '}'].map((text) => ({ fileName: 'heap.json', text }));
  const told: number[] = [];
  const { fileName, content } = await collectFile(streamOf(pieces), (bytes) => told.push(bytes));
  expect(fileName).toBe('heap.json');
  expect(await content.text()).toBe('{"a":"ü"}');
  expect(told).toHaveLength(3);
  await expect(collectFile(streamOf([]), () => undefined)).rejects.toThrow(/no snapshot/);
});

async function* streamOf<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}
