// Guards the figures: percentiles of durations within their promised error, and an hour of samples in order.

import { expect, test } from 'vitest';
import { DurationHistogram, HistogramWindow } from '../../src/agent/observe/duration-histogram.ts';
import { HostStats } from '../../src/agent/observe/host-stats.ts';
import { createObservability } from '../../src/agent/observe/index.ts';
import { RuntimeHistory } from '../../src/agent/observe/runtime-history.ts';
import { RuntimeProbe } from '../../src/agent/observe/runtime-probe.ts';
import { fc } from '../support/property.ts';
import { SILENT_LOGGER } from '../support/served-api.ts';

test('a percentile is at most one eighth, or a microsecond, above the exact one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (durations, share) => {
        const histogram = new DurationHistogram();
        const window = new HistogramWindow(histogram);
        for (const ms of durations) histogram.record(ms);
        window.advance();
        const exact = durations.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(durations.length * share)) - 1]!;
        const told = window.percentileMs(share);
        expect(told).toBeGreaterThanOrEqual(exact - 0.0006);
        expect(told).toBeLessThanOrEqual(exact * 1.125 + 0.002);
      },
    ),
  );
});

test('counts below powers of two are exact', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 30 })), fc.integer({ min: 0, max: 30 }), (micros, exponent) => {
      const histogram = new DurationHistogram();
      for (const value of micros) histogram.record(value / 1000);
      expect(histogram.countBelowPowerOfTwo(exponent)).toBe(micros.filter((value) => value < 2 ** exponent).length);
    }),
  );
});

test('a window knows only what came since the last one', () => {
  const histogram = new DurationHistogram();
  const window = new HistogramWindow(histogram);
  histogram.record(100);
  window.advance();
  expect(window.count).toBe(1);
  histogram.record(1);
  window.advance();
  expect(window.percentileMs(0.99)).toBeLessThan(1.2);
  window.advance();
  expect(window.percentileMs(0.5)).toBe(0);
});

test('samples are kept in order, the oldest give way after an hour, totals become increases', () => {
  const host = new HostStats(SILENT_LOGGER);
  let queue = 0;
  const history = new RuntimeHistory({
    probe: new RuntimeProbe(),
    fsync: host.fsync,
    commit: host.commit,
    totals: { writes: () => host.writesOk },
    backlogs: { queue: () => queue },
  });
  let told = 0;
  history.onSample(() => {
    told += 1;
  });
  const samples = 3_700;
  for (let index = 0; index < samples; index++) {
    for (let write = 0; write < index % 3; write++) host.writeAnswered(1, true);
    queue = index;
    history.sample();
  }
  expect(told).toBe(samples);
  const series = history.series(0);
  expect(series.atMs).toHaveLength(3_600);
  expect(series.atMs).toEqual(series.atMs.toSorted((a, b) => a - b));
  expect(series.columns.queue![0]).toBe(100);
  expect(series.columns.queue!.at(-1)).toBe(3_699);
  expect(series.columns.writes!.slice(-3)).toEqual([1, 2, 0].map((_, index) => (3_697 + index) % 3));
  expect(series.columns.residentBytes!.at(-1)).toBeGreaterThan(1_000_000);
  expect(history.series(0, 5).columns.queue).toEqual([3_695, 3_696, 3_697, 3_698, 3_699]);
  const since = series.atMs.at(-3)!;
  expect(history.series(since).atMs.every((atMs) => atMs > since)).toBe(true);
});

test('what blocked the loop shows in its delay, also right after a reading', async () => {
  const probe = new RuntimeProbe();
  probe.start();
  const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await turn(120);
  probe.read();
  // From here on in one turn: the monitor that was just reset cannot see it.
  for (const end = performance.now() + 300; performance.now() < end; );
  await turn(120);
  const first = probe.read();
  const second = probe.read();
  expect(Math.max(first.loopDelayMaxMs, second.loopDelayMaxMs)).toBeGreaterThan(200);
  expect(first.cpuShare).toBeGreaterThan(0);
  probe.stop();
});

test('the host tells its changes of role, and what it counts stays in its own statistics', () => {
  const lines: string[] = [];
  const host = new HostStats({ ...SILENT_LOGGER, info: (_details, line) => lines.push(line) });
  const other = new HostStats(SILENT_LOGGER);
  host.roleChanged('follower', { round: 1, agentId: 'b' }, 'b', 'heard a leader');
  host.roleChanged('follower', { round: 2, agentId: 'c' }, 'c', 'heard a leader');
  host.roleChanged('leader', { round: 3, agentId: 'a' }, 'a', 'elected');
  expect([host.leaderChanges, host.roleChanges]).toEqual([3, 2]);
  expect(lines).toEqual(['role', 'role', 'role']);
  expect(other.leaderChanges).toBe(0);
});

test('commit latency is what writers wait for, not what the database alone takes', async () => {
  const observability = createObservability({ logger: SILENT_LOGGER, bootNonce: 'n' });
  observability.host.committed(0.1, 1);
  observability.host.writeAnswered(40, true);
  observability.history.sample();
  const { columns } = observability.history.series(0);
  expect(columns.commitP50Ms!.at(-1)).toBeGreaterThan(30);
  await observability.stop();
});
