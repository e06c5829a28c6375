/**
 * Durations in logarithmic buckets: eight per power of two of a microsecond, so a percentile is off by at most one
 * eighth. Recording is a few instructions and allocates nothing, because it happens for every message and write.
 */

const SUB_BITS = 3;
const SUB_COUNT = 1 << SUB_BITS;
const BUCKETS = (31 - SUB_BITS + 1) * SUB_COUNT;
const MAX_MICROS = 0x7fff_ffff;

export class DurationHistogram {
  readonly buckets = new Float64Array(BUCKETS);
  count = 0;
  sumMs = 0;

  record(durationMs: number): void {
    const micros = durationMs > 0 ? Math.min(Math.round(durationMs * 1000), MAX_MICROS) : 0;
    this.buckets[bucketOf(micros)]! += 1;
    this.count += 1;
    this.sumMs += durationMs;
  }

  /** How many durations were below `2 ** exponent` microseconds; exact, because powers of two are bucket bounds. */
  countBelowPowerOfTwo(exponent: number): number {
    const end = exponent <= SUB_BITS ? 1 << exponent : (exponent - SUB_BITS + 1) * SUB_COUNT;
    let total = 0;
    for (let index = 0; index < end && index < BUCKETS; index++) total += this.buckets[index]!;
    return total;
  }
}

/** Percentiles of what was recorded since the last call of `advance`. One reader owns one window. */
export class HistogramWindow {
  readonly #source: DurationHistogram;
  readonly #seen = new Float64Array(BUCKETS);
  readonly #recent = new Float64Array(BUCKETS);
  #seenCount = 0;
  /** How many durations the last window held. */
  count = 0;

  constructor(source: DurationHistogram) {
    this.#source = source;
  }

  advance(): void {
    this.count = this.#source.count - this.#seenCount;
    this.#seenCount = this.#source.count;
    if (this.count === 0) return;
    const { buckets } = this.#source;
    for (let index = 0; index < BUCKETS; index++) {
      this.#recent[index] = buckets[index]! - this.#seen[index]!;
    }
    this.#seen.set(buckets);
  }

  /** Milliseconds; 0 when the window is empty. `share` is 0.5 for the median. */
  percentileMs(share: number): number {
    if (this.count === 0) return 0;
    const target = Math.max(1, Math.ceil(this.count * share));
    let reached = 0;
    for (let index = 0; index < BUCKETS; index++) {
      reached += this.#recent[index]!;
      if (reached >= target) return upperBoundMs(index);
    }
    return upperBoundMs(BUCKETS - 1);
  }
}

function bucketOf(micros: number): number {
  if (micros < SUB_COUNT) return micros;
  const exponent = 31 - Math.clz32(micros);
  const sub = (micros >> (exponent - SUB_BITS)) & (SUB_COUNT - 1);
  return (exponent - SUB_BITS + 1) * SUB_COUNT + sub;
}

function upperBoundMs(index: number): number {
  if (index < SUB_COUNT) return (index + 1) / 1000;
  const exponent = Math.floor(index / SUB_COUNT) + SUB_BITS - 1;
  const sub = index % SUB_COUNT;
  return (2 ** exponent + (sub + 1) * 2 ** (exponent - SUB_BITS)) / 1000;
}
