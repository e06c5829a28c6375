import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { type GridColumn, HEADINGS_PX, LineGrid } from '../../ui/line-grid.tsx';
import { rangeAtEnd } from '../../ui/range-at-end.ts';
import { stepIndex } from '../../ui/step-index.ts';
import { journal, useJournal } from './journal-instance.ts';
import type { JournalBounds } from './journal-pages.ts';
import { COLUMNS, JournalRow, ROW_HEIGHT } from './journal-row.tsx';

const HEADINGS: readonly GridColumn[] = [
  { label: 'Slot', right: true },
  { label: 'Kind' },
  { label: 'What it does' },
  { label: 'Requests', right: true },
  { label: 'Ballot' },
  { label: 'Origin' },
  { label: 'Proposed' },
  { label: 'Size', right: true },
  { label: 'State' },
];
const END_PIXELS = 4;

export interface JournalTableProps {
  readonly bounds: JournalBounds;
  readonly order: 'newestLast' | 'newestFirst';
  /** Slot whose detail is open; 0: none. */
  readonly selected: number;
  /** A slot to go to, each time `turn` changes. */
  readonly target: { readonly slot: number; readonly turn: number };
  readonly onOpen: (slot: number) => void;
  readonly onClose: () => void;
}

/** Every slot from the floor to the end has its line; entries are fetched as they come into view. */
export function JournalTable({ bounds, order, selected, target, onOpen, onClose }: JournalTableProps) {
  useJournal((state) => state.revision);
  const { end } = bounds;
  // A floor that rises while somebody reads moves nothing: what was compacted keeps its line, which says so.
  const [first] = useState(() => Math.max(1, bounds.floor));
  const count = Math.max(0, end - first + 1);
  const isLast = order === 'newestLast';
  const slotAt = (index: number): number => (isLast ? first + index : end - index);
  const indexOf = (slot: number): number => (isLast ? slot - first : end - slot);
  const scroller = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastEnd = useRef(end);
  const gridId = useId();
  const [pointed, setPointed] = useState(0);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    scrollMargin: HEADINGS_PX,
    scrollPaddingStart: HEADINGS_PX,
    overscan: 10,
    getItemKey: slotAt,
    useFlushSync: false,
    rangeExtractor: (range) => (isLast && follows.current ? rangeAtEnd : defaultRangeExtractor)(range),
  });
  const items = virtual.getVirtualItems();
  const shown = [items[0]?.index ?? -1, items.at(-1)?.index ?? -1].map(slotAt);
  const lowest = Math.min(...shown);
  const highest = Math.max(...shown);
  useEffect(() => {
    if (highest >= lowest && lowest > 0) journal.show(lowest, highest);
  }, [lowest, highest]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the other order begins at its newest end
  useLayoutEffect(() => {
    follows.current = true;
  }, [order]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const grown = end - lastEnd.current;
    lastEnd.current = end;
    if (isLast && follows.current) element.scrollTop = element.scrollHeight;
    else if (!isLast && follows.current) element.scrollTop = 0;
    // New lines above what is looked at push it down: it is brought back.
    else if (!isLast) element.scrollTop += grown * ROW_HEIGHT;
  }, [end, isLast]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new wish moves the table
  useEffect(() => {
    if (target.slot === 0 || count === 0) return;
    const index = Math.max(0, Math.min(count - 1, indexOf(target.slot)));
    follows.current = false;
    setActive(slotAt(index));
    virtual.scrollToIndex(index, { align: 'center' });
  }, [target.turn]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    follows.current = isLast
      ? element.scrollHeight - element.scrollTop - element.clientHeight < END_PIXELS
      : element.scrollTop < END_PIXELS;
  };
  const point = useCallback((slot: number) => setPointed(slot), []);
  const open = useCallback(
    (slot: number) => {
      setActive(slot);
      onOpen(slot);
    },
    [onOpen],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' && active !== 0) onOpen(active);
    else if (event.key === 'Escape') onClose();
    else {
      const page = Math.max(1, Math.floor(scroller.current.clientHeight / ROW_HEIGHT) - 2);
      const next = stepIndex(event.key, active === 0 ? -1 : indexOf(active), count, page);
      if (next === undefined) return;
      follows.current = false;
      setActive(slotAt(next));
      virtual.scrollToIndex(next, { align: 'auto' });
      if (selected !== 0) onOpen(slotAt(next));
    }
    event.preventDefault();
  };
  return (
    <LineGrid
      label="Journal"
      columns={HEADINGS}
      layout={COLUMNS}
      scroller={scroller}
      virtual={virtual}
      activeId={active === 0 ? undefined : `${gridId}-${active}`}
      keys="ArrowUp ArrowDown PageUp PageDown Home End Enter Escape"
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onPointerLeave={() => setPointed(0)}
      row={(index) => {
        const slot = slotAt(index);
        return (
          <JournalRow
            id={`${gridId}-${slot}`}
            slot={slot}
            entry={journal.entry(slot)}
            absence={absenceOf(slot, bounds)}
            line={index + 2}
            isSelected={slot === selected}
            isActive={slot === pointed || slot === active}
            onPoint={point}
            onOpen={open}
          />
        );
      }}
    />
  );
}

function absenceOf(slot: number, { floor }: JournalBounds): string {
  if (slot < floor) return 'compacted: its effect is in the state, its entry is gone';
  return journal.wasRead(slot) && journal.entry(slot) === undefined ? 'this journal has no entry here' : '';
}
