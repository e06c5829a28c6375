import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';

/** The process since the last reading. Shares are of one core, or of the time. */
export interface RuntimeReading {
  /** Wall clock. */
  readonly atMs: number;
  readonly cpuShare: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  readonly loopBusyShare: number;
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly gcCount: number;
  readonly gcMs: number;
}

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

const LOOP_DELAY_RESOLUTION_MS = 25;
const NANOSECONDS_PER_MS = 1e6;

const NOTHING_READ: RuntimeReading = {
  atMs: 0,
  cpuShare: 0,
  residentBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  loopBusyShare: 0,
  loopDelayP50Ms: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
  gcCount: 0,
  gcMs: 0,
};

/** Measures this process. Everything that costs happens once per reading, except the two that the runtime counts. */
export class RuntimeProbe {
  gcCountTotal = 0;
  gcMsTotal = 0;
  /** The last reading. */
  last: RuntimeReading = NOTHING_READ;
  /**
   * Two, reset in turns: a monitor does not see a block that begins right after its reset, the other one does. So what
   * is read covers the last two readings.
   */
  #delays: [LoopDelay, LoopDelay] | undefined;
  #gc: PerformanceObserver | undefined;
  #atMs = performance.now();
  #cpu = process.cpuUsage();
  #utilization = performance.eventLoopUtilization();
  #gcCount = 0;
  #gcMs = 0;

  start(): void {
    if (this.#delays !== undefined) return;
    const options = { resolution: LOOP_DELAY_RESOLUTION_MS };
    this.#delays = [monitorEventLoopDelay(options), monitorEventLoopDelay(options)];
    for (const delay of this.#delays) delay.enable();
    this.#gc = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        this.gcCountTotal += 1;
        this.gcMsTotal += entry.duration;
      }
    });
    this.#gc.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    for (const delay of this.#delays ?? []) delay.disable();
    this.#gc?.disconnect();
    this.#delays = undefined;
    this.#gc = undefined;
  }

  read(): RuntimeReading {
    const nowMs = performance.now();
    const elapsedMs = Math.max(nowMs - this.#atMs, 1);
    this.#atMs = nowMs;
    const used = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const utilization = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(utilization, this.#utilization).utilization;
    this.#utilization = utilization;
    const memory = process.memoryUsage();
    const gcCount = this.gcCountTotal - this.#gcCount;
    const gcMs = this.gcMsTotal - this.#gcMs;
    this.#gcCount = this.gcCountTotal;
    this.#gcMs = this.gcMsTotal;
    this.last = {
      atMs: performance.timeOrigin + nowMs,
      cpuShare: (used.user + used.system) / 1000 / elapsedMs,
      residentBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      heapTotalBytes: memory.heapTotal,
      externalBytes: memory.external,
      loopBusyShare: busy,
      ...this.#loopDelay(),
      gcCount,
      gcMs,
    };
    return this.last;
  }

  /** How much later than asked timers ran. The monitors report the interval that passed, so what was asked is deducted. */
  #loopDelay(): { loopDelayP50Ms: number; loopDelayP99Ms: number; loopDelayMaxMs: number } {
    if (this.#delays === undefined) return { loopDelayP50Ms: 0, loopDelayP99Ms: 0, loopDelayMaxMs: 0 };
    const [longer, shorter] = this.#delays;
    const reading = {
      loopDelayP50Ms: lateMs(longer.percentile(50)),
      loopDelayP99Ms: lateMs(longer.percentile(99)),
      loopDelayMaxMs: lateMs(longer.count === 0 ? 0 : longer.max),
    };
    longer.reset();
    this.#delays = [shorter, longer];
    return reading;
  }
}

function lateMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS_PER_MS - LOOP_DELAY_RESOLUTION_MS);
}
