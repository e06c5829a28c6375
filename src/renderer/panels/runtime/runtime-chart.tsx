import { type KeyboardEvent, memo, type PointerEvent, type ReactNode } from 'react';
import { Waiting } from '../../ui/notes.tsx';
import { useSize } from '../../ui/use-size.ts';
import { type Bucket, bucketOf, fold } from './buckets.ts';
import { ChartPlot, PLOT, plotRight } from './chart-plot.tsx';
import { type Chart, type Line, linesOf, valueText } from './charts.ts';
import { lineLook } from './line-look.ts';
import { pointAt, samples, useRuntime } from './runtime-store.ts';

const HEIGHT = 154;

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of one bucket. */
  readonly widthMs: number;
}

export const RuntimeChart = memo(function RuntimeChart({
  chart,
  buckets,
  span,
}: {
  readonly chart: Chart;
  readonly buckets: readonly Bucket[];
  readonly span: Span;
}) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const { fromMs, toMs, widthMs } = span;
  const right = plotRight(chart);
  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left - PLOT.left) / (box.width - PLOT.left - right);
    pointAt(share < 0 || share > 1 ? 0 : bucketOf(fromMs + share * (toMs - fromMs), widthMs));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { momentMs } = useRuntime.getState();
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (event.key === 'Escape') pointAt(0);
    if (step === undefined) return;
    event.preventDefault();
    const newest = buckets.at(-1)?.atMs ?? 0;
    const next = momentMs === 0 ? newest : momentMs + step * widthMs;
    pointAt(Math.min(newest, Math.max(bucketOf(fromMs, widthMs) + widthMs, next)));
  };
  return (
    <figure aria-label={chart.title} className="flex min-w-0 flex-col rounded-md border border-line bg-surface pt-2">
      <figcaption className="flex flex-col px-3">
        <h2 className="font-medium">{chart.title}</h2>
        <Legend chart={chart} buckets={buckets} />
      </figcaption>
      <div
        ref={ref}
        role="group"
        aria-label={`${chart.title} over time: the arrow keys mark a moment in all charts; the same numbers are in the table`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the marked moment
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerMove={point}
        onPointerLeave={() => pointAt(0)}
        className="relative focus-visible:-outline-offset-2"
        style={{ height: HEIGHT }}
      >
        {width === 0 ? null : (
          <div aria-hidden>
            <ChartPlot chart={chart} buckets={buckets} fromMs={fromMs} toMs={toMs} width={width} height={HEIGHT} />
          </div>
        )}
        <Moment span={span} right={right} />
      </div>
    </figure>
  );
});

/** As large as a chart, with words in its place. */
export function EmptyChart({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <figure aria-hidden className="flex min-w-0 flex-col rounded-md border border-line bg-surface pt-2">
      <figcaption className="flex flex-col px-3">
        <h2 className="font-medium">{title}</h2>
        <div className="h-8" />
      </figcaption>
      <div className="flex" style={{ height: HEIGHT }}>
        <Waiting>{children}</Waiting>
      </div>
    </figure>
  );
}

/** The marked moment, in all charts at once. */
function Moment({ span: { fromMs, toMs }, right }: { readonly span: Span; readonly right: number }) {
  const momentMs = useRuntime((state) => state.momentMs);
  if (momentMs < fromMs || momentMs > toMs) return null;
  const share = (momentMs - fromMs) / (toMs - fromMs);
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute w-px bg-text"
      style={{
        top: PLOT.top,
        bottom: PLOT.bottom,
        left: `calc(${PLOT.left}px + (100% - ${PLOT.left + right}px) * ${share})`,
      }}
    />
  );
}

/** What each line is, with its exact value at the marked moment, else its newest one. */
function Legend({ chart, buckets }: { readonly chart: Chart; readonly buckets: readonly Bucket[] }) {
  const momentMs = useRuntime((state) => state.momentMs);
  useRuntime((state) => state.version);
  const marked = momentMs === 0 ? undefined : buckets.find(({ atMs }) => atMs === momentMs);
  const lines = linesOf(chart).map((line) => ({
    line,
    value:
      marked === undefined ? fold([samples.last(line.column)], 0, 1, line.fold) : (marked.values[line.column] ?? null),
  }));
  // While the agent was away nobody knows.
  const isIdle = lines.every(({ value }) => value === null) && marked?.samples !== 0;
  return (
    <ul className="flex h-8 flex-wrap content-start gap-x-3 overflow-hidden text-sm">
      {lines.map(({ line, value }, index) => (
        <LegendItem key={line.column} line={line} index={index} value={value} />
      ))}
      {isIdle && chart.idle !== undefined ? <li className="text-faint">{chart.idle}</li> : null}
    </ul>
  );
}

function LegendItem({
  line,
  index,
  value,
}: {
  readonly line: Line;
  readonly index: number;
  readonly value: number | null;
}) {
  const { stroke, dash } = lineLook(index);
  return (
    <li className="flex items-center gap-1 whitespace-nowrap">
      <svg aria-hidden width="16" height="8" viewBox="0 0 16 8">
        <line x1="0" y1="4" x2="16" y2="4" stroke={stroke} strokeWidth="2" strokeDasharray={dash} />
      </svg>
      <span className="text-faint">{line.label}</span>
      <span className="inline-block min-w-14 font-mono">{valueText(value, line.unit)}</span>
    </li>
  );
}
