export interface SparkPoint {
  readonly atMs: number;
  readonly value: number;
}

export interface SparkBox {
  readonly width: number;
  readonly height: number;
  /** The right edge; the left one is `spanMs` before it. */
  readonly endMs: number;
  readonly spanMs: number;
}

/** The path of an SVG line over a span of time; it begins at zero and its highest point touches the top. */
export function sparkPath(points: readonly SparkPoint[], { width, height, endMs, spanMs }: SparkBox): string {
  const shown = points.filter(({ atMs }) => atMs >= endMs - spanMs && atMs <= endMs);
  if (shown.length === 0) return '';
  const top = Math.max(...shown.map(({ value }) => value), Number.MIN_VALUE);
  const x = (atMs: number): string => (((atMs - (endMs - spanMs)) / spanMs) * width).toFixed(1);
  const y = (value: number): string => (height - 1 - (value / top) * (height - 2)).toFixed(1);
  const line = shown.map(({ atMs, value }, index) => `${index === 0 ? 'M' : 'L'}${x(atMs)} ${y(value)}`).join('');
  // What was told last holds until something else is told.
  return `${line}L${width.toFixed(1)} ${y(shown.at(-1)!.value)}`;
}
