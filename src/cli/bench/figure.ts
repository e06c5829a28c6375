/** One measured figure, and what it should be on a small machine (two cores for three agents and the load). */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
  /** What else was seen, for people. */
  readonly details: string;
}

export function isReached({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

export function formatGoal({ goal, unit }: Figure): string {
  if (goal === undefined) return '-';
  return 'atLeast' in goal ? `>= ${formatNumber(goal.atLeast)} ${unit}` : `<= ${formatNumber(goal.atMost)} ${unit}`;
}

export function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** Of unsorted samples; `fraction` 0.5 is the median. */
export function quantile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

export function latencies(samplesMs: readonly number[]): string {
  const at = (fraction: number) => `${quantile(samplesMs, fraction).toFixed(2)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)}`;
}
