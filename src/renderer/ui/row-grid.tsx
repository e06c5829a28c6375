import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type ReactNode, useCallback, useId, useRef } from 'react';
import { classes } from './classes.ts';
import { type GridColumn, HEADINGS_PX, LineGrid } from './line-grid.tsx';
import { stepIndex } from './step-index.ts';

export type { GridColumn };

export interface RowGridProps<T> {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  /** The widths of the columns, as a class: `grid-cols-[...]`. */
  readonly layout: string;
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string;
  /** The cells of a row, each a `RowCell`. One function for all rows, so that only rows that changed are drawn. */
  readonly cells: (row: T) => ReactNode;
  /** Empty: none. */
  readonly selected: string;
  readonly onSelect: (id: string) => void;
  /** Enter: on to what is told of the selected row. */
  readonly onOpen: () => void;
  readonly rowHeight?: number;
}

/** Rows of which one is selected. The grid has the focus; arrow keys, Home, End and the page keys move; Escape lets go. */
export function RowGrid<T>(props: RowGridProps<T>) {
  const { label, columns, layout, rows, idOf, cells, selected, onSelect, onOpen, rowHeight = 48 } = props;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: useCallback((index: number) => idOf(rows[index]!), [rows, idOf]),
    scrollMargin: HEADINGS_PX,
    scrollPaddingStart: HEADINGS_PX,
    overscan: 8,
  });
  const at = selected === '' ? -1 : rows.findIndex((row) => idOf(row) === selected);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return;
    if (event.key === 'Enter' && at >= 0) onOpen();
    else if (event.key === 'Escape' && at >= 0) onSelect('');
    else {
      const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
      const next = stepIndex(event.key, at, rows.length, pageRows);
      if (next === undefined) return;
      virtual.scrollToIndex(next);
      onSelect(idOf(rows[next]!));
    }
    event.preventDefault();
  };
  return (
    <LineGrid
      label={label}
      columns={columns}
      layout={classes(layout, 'grid items-center gap-x-3 px-3')}
      scroller={scroller}
      virtual={virtual}
      activeId={at < 0 ? undefined : `${gridId}-${selected}`}
      onKeyDown={onKeyDown}
      row={(index) => {
        const row = rows[index]!;
        const id = idOf(row);
        return (
          <Row
            {...{ row, id, layout, cells, onSelect }}
            elementId={`${gridId}-${id}`}
            index={index + 1}
            height={rowHeight}
            selected={id === selected}
          />
        );
      }}
    />
  );
}

const Row = memo(GridRow) as typeof GridRow;

function GridRow<T>({
  row,
  id,
  elementId,
  index,
  height,
  layout,
  selected,
  cells,
  onSelect,
}: Pick<RowGridProps<T>, 'layout' | 'cells' | 'onSelect'> & {
  readonly row: T;
  readonly id: string;
  readonly elementId: string;
  /** From 1, for screen readers. */
  readonly index: number;
  readonly height: number;
  readonly selected: boolean;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
    <div
      role="row"
      id={elementId}
      aria-rowindex={index + 1}
      aria-selected={selected}
      onClick={() => onSelect(id)}
      className={classes(
        layout,
        'grid items-center gap-x-3 border-b border-line px-3',
        selected ? 'bg-selected' : 'hover:bg-hover',
      )}
      style={{ height }}
    >
      {cells(row)}
    </div>
  );
}

/** One cell of a row, of one or two lines. */
export function RowCell({
  right = false,
  below,
  children,
}: {
  readonly right?: boolean;
  /** The second line. */
  readonly below?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div role="gridcell" className={classes('min-w-0', right && 'text-right')}>
      <div className="truncate">{children}</div>
      {below === undefined ? null : <div className="truncate text-sm text-soft">{below}</div>}
    </div>
  );
}
