import { memo } from 'react';
import { CartesianGrid, type DotItemDotProps, Line, LineChart, XAxis, YAxis } from 'recharts';
import { axisTicks, clockText, largestOf, timeTicks } from './axis.ts';
import { type Bucket, isAlone } from './buckets.ts';
import { type Chart, tickText } from './charts.ts';
import { lineLook } from './line-look.ts';

/**
 * Where the plot lies within the chart; what is laid over it (the marked moment) is placed by the same numbers. At the top
 * there is room for the upper half of the highest label, and a little more: the legend may have a second line above it.
 */
export const PLOT = { left: 64, top: 12, bottom: 20 } as const;

const RIGHT_AXIS_PX = 56;
/** Room for the half of the last label of time. */
const RIGHT_EDGE_PX = 16;

/** What is left free at the right of the plot. */
export function plotRight({ right = [] }: Chart): number {
  return right.length === 0 ? RIGHT_EDGE_PX : RIGHT_AXIS_PX;
}

const TICK = { fontSize: 11, fill: 'var(--text-faint)' } as const;

/** The lines. Drawn anew when there is a new bucket, not when the pointer moves. */
export const ChartPlot = memo(function ChartPlot({
  chart,
  buckets,
  fromMs,
  toMs,
  width,
  height,
}: {
  readonly chart: Chart;
  readonly buckets: readonly Bucket[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly height: number;
}) {
  const { lines, right = [] } = chart;
  const leftTicks = axisTicks(largestOf(buckets, lines), lines[0]!.unit);
  const rightTicks = right.length === 0 ? [] : axisTicks(largestOf(buckets, right), right[0]!.unit);
  const withSeconds = toMs - fromMs <= 120_000;
  return (
    <LineChart
      width={width}
      height={height}
      data={buckets as Bucket[]}
      margin={{ top: PLOT.top, right: right.length === 0 ? RIGHT_EDGE_PX : 0, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="atMs"
        type="number"
        scale="linear"
        domain={[fromMs, toMs]}
        allowDataOverflow
        ticks={timeTicks(fromMs, toMs) as number[]}
        tickFormatter={(atMs: number) => clockText(atMs, withSeconds)}
        tick={TICK}
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        height={PLOT.bottom}
        interval={0}
      />
      <YAxis
        yAxisId="left"
        width={PLOT.left}
        domain={[0, leftTicks.at(-1)!]}
        ticks={leftTicks as number[]}
        tickFormatter={(value: number) => tickText(value, lines[0]!.unit)}
        tick={TICK}
        tickLine={false}
        axisLine={false}
        interval={0}
      />
      {right.length === 0 ? null : (
        <YAxis
          yAxisId="right"
          orientation="right"
          width={RIGHT_AXIS_PX}
          domain={[0, rightTicks.at(-1)!]}
          ticks={rightTicks as number[]}
          tickFormatter={(value: number) => tickText(value, right[0]!.unit)}
          tick={TICK}
          tickLine={false}
          axisLine={false}
          interval={0}
        />
      )}
      {[...lines, ...right].map(({ column }, index) => {
        const { stroke, dash } = lineLook(index);
        return (
          <Line
            key={column}
            yAxisId={index < lines.length ? 'left' : 'right'}
            dataKey={(bucket: Bucket) => bucket.values[column] ?? null}
            stroke={stroke}
            strokeWidth={1.5}
            strokeDasharray={dash}
            type="linear"
            dot={buckets.some((_, at) => isAlone(buckets, at, column)) ? aloneDot(buckets, column, stroke) : false}
            activeDot={false}
            connectNulls={false}
            isAnimationActive={false}
          />
        );
      })}
    </LineChart>
  );
});

/** What was measured once between two quiet times is seen as well. */
function aloneDot(buckets: readonly Bucket[], column: string, colour: string) {
  return ({ cx, cy, index }: DotItemDotProps) => (
    <g key={index}>{isAlone(buckets, index, column) ? <circle cx={cx} cy={cy} r={2} fill={colour} /> : null}</g>
  );
}
