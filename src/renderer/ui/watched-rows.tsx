import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Empty, Waiting } from './notes.tsx';
import { RowGrid, type RowGridProps } from './row-grid.tsx';
import { StreamNote } from './stream-note.tsx';

export interface WatchedRowsProps<T> extends Omit<RowGridProps<T>, 'label'> {
  /** One of them, and several: "barrier", "barriers". */
  readonly one: string;
  readonly many: string;
  readonly icon: LucideIcon;
  /** They have been told once. */
  readonly isTold: boolean;
  /** Why they are not told anew. */
  readonly problem: unknown;
  /** How many there are, also those that the filter hides. */
  readonly total: number;
  /** The line above them. */
  readonly counts: ReactNode;
  readonly onClearFilter: () => void;
  /** Makes the first one. */
  readonly action: ReactNode;
  /** What they are, for whoever sees none. */
  readonly children: ReactNode;
}

/** Rows that a stream tells: while they are awaited, when there are none, and when the filter hides all. */
export function WatchedRows<T>(props: WatchedRowsProps<T>) {
  const { one, many, icon, isTold, problem, total, counts, onClearFilter, action, children, ...grid } = props;
  if (!isTold) {
    return (
      <>
        <StreamNote problem={problem} />
        <Waiting>Asking for the {many}…</Waiting>
      </>
    );
  }
  return (
    <>
      <StreamNote problem={problem} />
      <div className="flex h-7 shrink-0 items-center gap-2 border-b border-line px-3 text-sm text-soft">{counts}</div>
      {grid.rows.length > 0 ? (
        <RowGrid {...grid} label={many.charAt(0).toUpperCase() + many.slice(1)} />
      ) : total > 0 ? (
        <Empty title={`No ${one} matches`} action={<Button onClick={onClearFilter}>Clear the filter</Button>}>
          {total} {many} are listed; the filter hides them all.
        </Empty>
      ) : (
        <Empty icon={icon} title={`There are no ${many}`} action={action}>
          {children}
        </Empty>
      )}
    </>
  );
}
