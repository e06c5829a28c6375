import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { LockView } from '../../../contract/index.ts';
import { classes } from '../../ui/classes.ts';
import { stepIndex } from '../../ui/step-index.ts';
import { COLUMNS, LockTreeRow, ROW_PX } from './lock-row.tsx';
import { lockRows, sideStep } from './lock-tree.ts';
import { toggleLock, useLocks } from './locks-store.ts';

const HEADINGS = ['Lock', 'Holder', 'Token', 'Left', 'Waiting'] as const;
const RIGHT: ReadonlySet<string> = new Set(['Token', 'Waiting']);
const HEADER_PX = 28;

export interface LockTreeViewProps {
  readonly locks: readonly LockView[];
  /** Empty: none. */
  readonly selected: string;
  readonly onSelect: (path: string) => void;
  /** Enter: on to what is told of the selected lock. */
  readonly onOpen: () => void;
  /** The locks that are in sight, whenever others are. */
  readonly onShown: (locks: readonly LockView[]) => void;
}

/** The locks as a tree: arrow keys move, left and right close and open, Enter goes on to the details. */
export function LockTreeView({ locks, selected, onSelect, onOpen, onShown }: LockTreeViewProps) {
  const closed = useLocks((state) => state.closed);
  const rows = useMemo(() => lockRows(locks, closed), [locks, closed]);
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState('');
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    scrollMargin: HEADER_PX,
    scrollPaddingStart: HEADER_PX,
    getItemKey: useCallback((index: number) => rows[index]!.lock.path, [rows]),
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => onShown(rows.slice(first, last + 1).map(({ lock }) => lock)), [rows, first, last, onShown]);

  // What was opened elsewhere (a link, the graph) is brought into sight once, as soon as it is listed.
  const seen = useRef('');
  useEffect(() => {
    if (selected === seen.current) return;
    const index = rows.findIndex(({ lock }) => lock.path === selected);
    if (selected !== '' && index < 0) return;
    seen.current = selected;
    setActive(selected);
    if (index >= 0) virtual.scrollToIndex(index);
  }, [selected, rows, virtual]);

  const current = active || selected;
  const at = rows.findIndex(({ lock }) => lock.path === current);
  const go = (index: number): void => {
    virtual.scrollToIndex(index);
    setActive(rows[index]!.lock.path);
    onSelect(rows[index]!.lock.path);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const side = sideStep(event.key, rows, at);
    if (side?.kind === 'go') go(rows.findIndex(({ lock }) => lock.path === side.path));
    else if (side !== undefined) toggleLock(side.path, side.kind === 'open');
    else if (event.key === 'Enter' || event.key === ' ') {
      if (at < 0) return;
      onSelect(rows[at]!.lock.path);
      onOpen();
    } else if (event.key === 'Escape') onSelect('');
    else {
      const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1);
      const next = stepIndex(event.key, at, rows.length, pageRows);
      if (next === undefined) return;
      go(next);
    }
    event.preventDefault();
  };
  const select = useCallback(
    (path: string): void => {
      setActive(path);
      onSelect(path);
    },
    [onSelect],
  );
  return (
    <div
      ref={scroller}
      role="treegrid"
      aria-label="Locks"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={at < first || at > last ? undefined : `${gridId}-${current}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group min-h-0 flex-1 overflow-x-hidden overflow-y-scroll focus-visible:-outline-offset-2"
    >
      <div
        role="row"
        aria-rowindex={1}
        className={classes(COLUMNS, 'sticky top-0 z-10 h-7 border-b border-line bg-canvas text-sm text-soft')}
      >
        {HEADINGS.map((heading) => (
          <div key={heading} role="columnheader" className={RIGHT.has(heading) ? 'text-right' : undefined}>
            {heading}
          </div>
        ))}
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const row = rows[index]!;
          const { path } = row.lock;
          return (
            <div
              key={key}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start - HEADER_PX}px)` }}
            >
              <LockTreeRow
                id={`${gridId}-${path}`}
                row={row}
                line={index + 2}
                isSelected={path === selected}
                isActive={path === current}
                onSelect={select}
                onToggle={toggleLock}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}
