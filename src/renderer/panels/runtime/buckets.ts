import type { SampleBuffer } from './sample-buffer.ts';

/**
 * How the samples of a bucket become one point: peaks must not vanish in a mean, nor a level in a peak. `measured`: the peak
 * of a time that is taken only when something happens; a sample of 0 says that nothing did, and is no time.
 */
export type Fold = 'mean' | 'max' | 'measured';

/** One point of every line: the samples from `atMs` on, for one bucket's width. */
export interface Bucket {
  readonly atMs: number;
  /** Samples in it; a moment without any is a bucket with none, so that the lines break there. */
  readonly samples: number;
  readonly values: Readonly<Record<string, number | null>>;
}

/** So many points at most are drawn per line. */
const POINTS_MAX = 300;
const SAMPLE_MS = 1_000;

/** Whole seconds, so that a bucket holds the same number of samples each time. */
export function bucketWidthMs(spanMs: number): number {
  return Math.max(1, Math.ceil(spanMs / SAMPLE_MS / POINTS_MAX)) * SAMPLE_MS;
}

/** Buckets lie at fixed times, not at distances from now: a point, once drawn, does not change while time goes on. */
export function bucketOf(atMs: number, widthMs: number): number {
  return Math.floor(atMs / widthMs) * widthMs;
}

/**
 * The last `spanMs` of the samples in buckets, oldest first. The newest bucket is left out while it is not over, unless
 * it is as narrow as a sample.
 */
export function bucketsOf(
  buffer: SampleBuffer,
  spanMs: number,
  folds: Readonly<Record<string, Fold>>,
): readonly Bucket[] {
  if (buffer.count === 0) return [];
  const widthMs = bucketWidthMs(spanMs);
  const newest = bucketOf(buffer.newestMs, widthMs);
  const end = widthMs === SAMPLE_MS ? newest : newest - widthMs;
  const start = bucketOf(buffer.newestMs - spanMs, widthMs) + widthMs;
  const buckets: Bucket[] = [];
  let index = buffer.indexAt(start);
  // What was before the first sample is unknown, and not drawn as a gap.
  const first = index < buffer.count ? Math.max(start, bucketOf(buffer.atMs[index]!, widthMs)) : start;
  for (let atMs = first; atMs <= end; atMs += widthMs) {
    const from = index;
    while (index < buffer.count && buffer.atMs[index]! < atMs + widthMs) index += 1;
    buckets.push({ atMs, samples: index - from, values: foldAll(buffer, from, index, folds) });
  }
  return withoutJitter(buckets, widthMs);
}

function foldAll(buffer: SampleBuffer, from: number, to: number, folds: Readonly<Record<string, Fold>>) {
  const values: Record<string, number | null> = {};
  for (const [name, column] of buffer.columns) values[name] = fold(column, from, to, folds[name] ?? 'mean');
  return values;
}

/** Null when there is nothing to fold. */
export function fold(column: readonly number[], from: number, to: number, how: Fold): number | null {
  let sum = 0;
  let max = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let index = from; index < to; index += 1) {
    const value = column[index]!;
    if (Number.isNaN(value) || (how === 'measured' && value === 0)) continue;
    sum += value;
    if (value > max) max = value;
    count += 1;
  }
  if (count === 0) return null;
  return how === 'mean' ? sum / count : max;
}

/**
 * Samples are taken a second apart, give or take some milliseconds: now and then a second has two, and its neighbour none.
 * That is no gap: the empty one takes the values of the one before.
 */
function withoutJitter(buckets: readonly Bucket[], widthMs: number): readonly Bucket[] {
  if (widthMs > SAMPLE_MS) return buckets;
  return buckets.map((bucket, index) => {
    const before = buckets[index - 1];
    const after = buckets[index + 1];
    const isJitter = bucket.samples === 0 && before !== undefined && before.samples > 0 && (after?.samples ?? 1) > 0;
    return isJitter ? { ...bucket, values: before.values } : bucket;
  });
}

/** Points of a line between gaps: no line leads to them. */
export function isAlone(buckets: readonly Bucket[], index: number, column: string): boolean {
  const isThere = (at: number) => typeof buckets[at]?.values[column] === 'number';
  return isThere(index) && !isThere(index - 1) && !isThere(index + 1);
}
