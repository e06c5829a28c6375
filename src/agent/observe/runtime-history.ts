import type { DurationHistogram } from './duration-histogram.ts';
import { HistogramWindow } from './duration-histogram.ts';
import type { RuntimeProbe } from './runtime-probe.ts';

/** What the history takes from the rest of the agent once a second. */
export interface RuntimeSources {
  readonly probe: RuntimeProbe;
  readonly fsync: DurationHistogram;
  /** From the submission of a write at this agent until it was chosen, applied here, and answered. */
  readonly commit: DurationHistogram;
  /** Totals that only grow; the history keeps the increase per second. */
  readonly totals: Readonly<Record<string, () => number>>;
  /** Sizes of queues and buffers. */
  readonly backlogs: Readonly<Record<string, () => number>>;
}

/** A span of samples, column by column, oldest first. `atMs` is wall clock; names end in their units. */
export interface RuntimeSeries {
  readonly intervalMs: number;
  readonly atMs: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

export const RUNTIME_COLUMNS = [
  'cpuShare',
  'residentBytes',
  'heapUsedBytes',
  'heapTotalBytes',
  'externalBytes',
  'loopBusyShare',
  'loopDelayP50Ms',
  'loopDelayP99Ms',
  'loopDelayMaxMs',
  'gcCount',
  'gcMs',
  'fsyncP50Ms',
  'fsyncP99Ms',
  'commitP50Ms',
  'commitP99Ms',
] as const;

const KEPT_SAMPLES = 3_600;
const INTERVAL_MS = 1_000;

/** One hour at one sample a second, in typed arrays that are allocated once: a window opened later shows the past. */
export class RuntimeHistory {
  readonly #sources: RuntimeSources;
  readonly #names: readonly string[];
  readonly #atMs = new Float64Array(KEPT_SAMPLES);
  readonly #columns: readonly Float64Array[];
  readonly #readers: readonly (() => number)[];
  readonly #fsync: HistogramWindow;
  readonly #commit: HistogramWindow;
  readonly #listeners = new Set<() => void>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: RuntimeSources) {
    this.#sources = sources;
    this.#fsync = new HistogramWindow(sources.fsync);
    this.#commit = new HistogramWindow(sources.commit);
    const totals = Object.entries(sources.totals);
    const backlogs = Object.entries(sources.backlogs);
    this.#names = [...RUNTIME_COLUMNS, ...totals.map(([name]) => name), ...backlogs.map(([name]) => name)];
    this.#readers = [...totals.map(([, total]) => increaseOf(total)), ...backlogs.map(([, size]) => size)];
    this.#columns = this.#names.map(() => new Float64Array(KEPT_SAMPLES));
  }

  start(): void {
    this.#sources.probe.start();
    this.#timer ??= setInterval(() => this.sample(), INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#sources.probe.stop();
    this.#listeners.clear();
  }

  /** Called by the timer. */
  sample(): void {
    const now = this.#sources.probe.read();
    this.#fsync.advance();
    this.#commit.advance();
    const index = this.#count % KEPT_SAMPLES;
    this.#atMs[index] = now.atMs;
    const own = [
      now.cpuShare,
      now.residentBytes,
      now.heapUsedBytes,
      now.heapTotalBytes,
      now.externalBytes,
      now.loopBusyShare,
      now.loopDelayP50Ms,
      now.loopDelayP99Ms,
      now.loopDelayMaxMs,
      now.gcCount,
      now.gcMs,
      this.#fsync.percentileMs(0.5),
      this.#fsync.percentileMs(0.99),
      this.#commit.percentileMs(0.5),
      this.#commit.percentileMs(0.99),
    ];
    for (const [column, value] of own.entries()) this.#columns[column]![index] = value;
    for (const [reader, read] of this.#readers.entries()) this.#columns[own.length + reader]![index] = read();
    this.#count += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Samples later than `sinceMs` (wall clock), the last `limit` of them. */
  series(sinceMs: number, limit = KEPT_SAMPLES): RuntimeSeries {
    const kept = Math.min(this.#count, KEPT_SAMPLES);
    const indexes: number[] = [];
    for (let back = 0; back < kept && indexes.length < limit; back++) {
      const index = (this.#count - 1 - back) % KEPT_SAMPLES;
      if (this.#atMs[index]! <= sinceMs) break;
      indexes.push(index);
    }
    indexes.reverse();
    const columns = this.#names.map((name, column) => [name, indexes.map((index) => this.#columns[column]![index]!)]);
    return {
      intervalMs: INTERVAL_MS,
      atMs: indexes.map((index) => this.#atMs[index]!),
      columns: Object.fromEntries(columns),
    };
  }

  /** Called after every sample. */
  onSample(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function increaseOf(total: () => number): () => number {
  let before = 0;
  return () => {
    const now = total();
    const increase = now - before;
    before = now;
    return increase;
  };
}
