import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { countText } from './numbers.ts';

/** So many rows are drawn at first; the rest on demand, because all of them are elements of the page. */
const SHOWN_AT_FIRST = 100;

/** A table within a detail, to read: few rows as a rule, all of them when asked for. */
export function SmallTable<T>({
  label,
  head,
  rows,
  idOf,
  children,
}: {
  /** For screen readers. */
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string | number;
  /** The cells of a row, `<td>` each. */
  readonly children: (row: T, index: number) => ReactNode;
}) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, SHOWN_AT_FIRST);
  return (
    <div className="min-w-0">
      <table
        aria-label={label}
        className="w-full border-separate border-spacing-0 text-left [&_td]:h-8 [&_td]:border-b [&_td]:border-line [&_td]:py-0.5 [&_td]:pr-3 [&_td]:align-middle"
      >
        <thead>
          <tr>
            {head.map((title) => (
              <th
                key={title}
                scope="col"
                className="border-b border-line py-0.5 pr-3 text-sm font-medium whitespace-nowrap text-soft"
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <tr key={idOf(row)}>{children(row, index)}</tr>
          ))}
        </tbody>
      </table>
      {shown.length === rows.length ? null : (
        <div className="mt-1.5 flex items-center gap-2 text-sm text-soft">
          The first {countText(shown.length)} of {countText(rows.length)} are shown.
          <Button onClick={() => setWhole(true)}>Show all of them</Button>
        </div>
      )}
    </div>
  );
}
