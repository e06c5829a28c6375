/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
  readonly unit: 'ms' | 'KB' | 'MB' | '% of a core';
  /** What else was seen. */
  readonly details: string;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function numberText(value: number): string {
  return value >= 100 ? Math.round(value).toString() : value.toFixed(value >= 10 ? 0 : 1);
}

/** Markdown, as docs/performance.md has it. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, measured, atMost, unit, details }) => {
    const met = measured <= atMost ? 'met' : '**missed**';
    return `| ${what} | ${numberText(measured)} ${unit} | ${numberText(atMost)} ${unit} | ${met} | ${details} |`;
  });
  return ['| what | measured | goal, at most | | details |', '|---|---|---|---|---|', ...rows].join('\n');
}
