import { memo } from 'react';
import { exactTime } from '../../ui/time.tsx';
import { clockText } from './axis.ts';
import type { Bucket } from './buckets.ts';
import { type Chart, type Line, linesOf, valueText } from './charts.ts';

/** The same numbers as in the charts, newest first, for those who cannot see them and for those who want to copy. */
export function RuntimeTable({
  charts,
  buckets,
}: {
  readonly charts: readonly Chart[];
  readonly buckets: readonly Bucket[];
}) {
  const lines = charts.flatMap(linesOf);
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto rounded-md border border-line focus-visible:-outline-offset-2"
    >
      <table className="border-separate border-spacing-0 text-sm whitespace-nowrap">
        <caption className="sr-only">What the charts show, newest first</caption>
        <thead className="sticky top-0 z-10 bg-canvas text-left text-soft">
          <tr>
            <th
              scope="col"
              rowSpan={2}
              className="sticky left-0 border-b border-line bg-canvas px-3 align-bottom font-medium"
            >
              Time
            </th>
            {charts.map((chart) => (
              <th
                key={chart.id}
                scope="colgroup"
                colSpan={linesOf(chart).length}
                className="border-l border-line px-3 font-medium"
              >
                {chart.title}
              </th>
            ))}
          </tr>
          <tr>
            {charts.map((chart) =>
              linesOf(chart).map((line, index) => (
                <th
                  key={line.column}
                  scope="col"
                  className={`border-b border-line px-3 text-right font-normal ${index === 0 ? 'border-l' : ''}`}
                >
                  {line.label}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {[...buckets].reverse().map((bucket) => (
            <BucketRow key={bucket.atMs} bucket={bucket} lines={lines} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A bucket that is over does not change: of hundreds of rows only the newest is drawn. */
const BucketRow = memo(
  function BucketRow({ bucket, lines }: { readonly bucket: Bucket; readonly lines: readonly Line[] }) {
    return (
      <tr className="hover:bg-hover">
        <th
          scope="row"
          title={exactTime(bucket.atMs)}
          className="sticky left-0 bg-surface px-3 text-left font-mono font-normal"
        >
          {clockText(bucket.atMs, true)}
        </th>
        {lines.map(({ column, unit }) => (
          <td key={column} className="px-3 text-right font-mono">
            {valueText(bucket.values[column] ?? null, unit)}
          </td>
        ))}
      </tr>
    );
  },
  (before, after) =>
    before.bucket.atMs === after.bucket.atMs &&
    before.bucket.samples === after.bucket.samples &&
    before.lines.length === after.lines.length,
);
