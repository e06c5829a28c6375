import type { Virtualizer } from '@tanstack/react-virtual';
import type { KeyboardEventHandler, ReactNode, RefObject } from 'react';
import { classes } from './classes.ts';
import { FocusFrame } from './focus-frame.tsx';

export interface GridColumn {
  readonly label: string;
  readonly right?: boolean;
}

/** Of the line of headings, which stays in sight above the rows: what is scrolled to must not lie below it. */
export const HEADINGS_PX = 28;

/**
 * The part that tables of many rows share: headings, and of the rows those that are in view. The grid has the focus, and
 * tells which row is reached.
 */
export function LineGrid({
  label,
  columns,
  layout,
  scroller,
  virtual,
  activeId,
  keys,
  above,
  rowClassName,
  row,
  onKeyDown,
  onScroll,
  onPointerLeave,
}: {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  /** The columns of headings and rows, as classes: `grid grid-cols-[...] gap-x-3 px-3`. */
  readonly layout: string;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** With `scrollMargin` and `scrollPaddingStart` of `HEADINGS_PX`. */
  readonly virtual: Virtualizer<HTMLDivElement, Element>;
  /** Element of the row that the keyboard has reached; undefined: none. */
  readonly activeId: string | undefined;
  /** What the keyboard does here, for screen readers. */
  readonly keys?: string;
  /** In the space that the rows leave at their beginning. */
  readonly above?: ReactNode;
  readonly rowClassName?: string;
  readonly row: (index: number) => ReactNode;
  readonly onKeyDown: KeyboardEventHandler;
  readonly onScroll?: () => void;
  readonly onPointerLeave?: () => void;
}) {
  return (
    <FocusFrame>
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={virtual.options.count + 1}
        aria-colcount={columns.length}
        aria-activedescendant={activeId}
        aria-keyshortcuts={keys}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onPointerLeave={onPointerLeave}
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-scroll [overflow-anchor:none]"
      >
        <Headings columns={columns} layout={layout} />
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {above}
          {virtual.getVirtualItems().map(({ index, key, start }) => (
            <div
              key={key}
              role="presentation"
              className={classes('absolute inset-x-0 top-0', rowClassName)}
              style={{ transform: `translateY(${start - HEADINGS_PX}px)` }}
            >
              {row(index)}
            </div>
          ))}
        </div>
      </div>
    </FocusFrame>
  );
}

function Headings({ columns, layout }: { readonly columns: readonly GridColumn[]; readonly layout: string }) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 bg-canvas">
      <div role="row" aria-rowindex={1} className={classes(layout, HEADINGS_LOOK)}>
        {columns.map(({ label, right }) => (
          <div key={label} role="columnheader" className={classes('truncate', right && 'text-right')}>
            {label}
          </div>
        ))}
      </div>
    </div>
  );
}

const HEADINGS_LOOK = 'h-7 items-center border-b border-line bg-canvas text-sm text-soft';

/** What the columns hold, where no row is yet: the picture stays the same when the first one comes. */
export function EmptyHeadings({
  columns,
  layout,
}: {
  readonly columns: readonly GridColumn[];
  readonly layout: string;
}) {
  return (
    <div aria-hidden className={classes(layout, HEADINGS_LOOK, 'shrink-0')}>
      {columns.map(({ label, right }) => (
        <div key={label} className={classes('truncate', right && 'text-right')}>
          {label}
        </div>
      ))}
    </div>
  );
}
