import { type SparkPoint, sparkPath } from './spark-path.ts';

const WIDTH = 120;
const HEIGHT = 24;

/** How a figure went, without axes: the figure itself stands beside it. */
export function Sparkline({
  label,
  points,
  spanMs,
}: {
  readonly label: string;
  readonly points: readonly SparkPoint[];
  readonly spanMs: number;
}) {
  const endMs = points.at(-1)?.atMs ?? 0;
  const path = sparkPath(points, { width: WIDTH, height: HEIGHT, endMs, spanMs });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-6 w-full text-accent"
    >
      <path d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} stroke="var(--line)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
      {path === '' ? null : (
        <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  );
}
