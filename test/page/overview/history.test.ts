/** Guards the small charts: one sample a second, three minutes back, and a line that says what was told. */
import { expect, test } from 'vitest';
import { CELL_HISTORY_MS, type CellSample, withPast, withSample } from '../../../src/renderer/cell/cell-history.ts';
import { sparkPath } from '../../../src/renderer/ui/spark-path.ts';

function sample(atMs: number, writesPerSecond = 0): CellSample {
  return { atMs, writesPerSecond, readsPerSecond: 0, commitP50Ms: 0, commitP99Ms: 0 };
}

test('of several views in one second the newest is kept', () => {
  let samples: readonly CellSample[] = [];
  for (const [atMs, writes] of [
    [10_000, 1],
    [10_100, 2],
    [10_900, 3],
    [11_000, 4],
  ] as const) {
    samples = withSample(samples, sample(atMs, writes));
  }
  expect(samples.map(({ writesPerSecond }) => writesPerSecond)).toEqual([3, 4]);
});

test('what is older than the chart is dropped', () => {
  const samples = withSample([sample(1_000), sample(2_000)], sample(1_500 + CELL_HISTORY_MS));
  expect(samples.map(({ atMs }) => atMs)).toEqual([2_000, 1_500 + CELL_HISTORY_MS]);
});

test('a clock that goes back begins a new line', () => {
  expect(withSample([sample(50_000)], sample(10_000))).toEqual([sample(10_000)]);
});

test('the line lies in its box: zero at the bottom, the highest at the top, and holds to the end', () => {
  const points = [
    { atMs: 0, value: 0 },
    { atMs: 50, value: 10 },
  ];
  const path = sparkPath(points, { width: 100, height: 20, endMs: 100, spanMs: 100 });
  expect(path).toBe('M0.0 19.0L50.0 1.0L100.0 1.0');
});

test('points before the span are not drawn, and nothing is drawn of nothing', () => {
  const box = { width: 100, height: 20, endMs: 1_000, spanMs: 100 };
  expect(sparkPath([{ atMs: 10, value: 5 }], box)).toBe('');
  expect(sparkPath([], box)).toBe('');
});

test('what the agent kept fills what this page did not see, and replaces nothing that it saw', () => {
  const series = {
    intervalMs: 1_000,
    atMs: [8_100, 9_100, 10_100, 12_100],
    columns: {
      appliedRequests: [1, 2, 3, 4],
      reads: [0, 0, 0, 0],
      commitP50Ms: [5, 5, 5, 5],
      commitP99Ms: [6, 6, 6, 6],
    },
  };
  const samples = withPast([sample(10_000, 30), sample(11_000, 40)], series);
  expect(samples.map(({ atMs, writesPerSecond }) => [atMs, writesPerSecond])).toEqual([
    [8_100, 1],
    [9_100, 2],
    [10_000, 30],
    [11_000, 40],
    [12_100, 4],
  ]);
  expect(samples[0]).toMatchObject({ commitP50Ms: 5, commitP99Ms: 6 });
});
