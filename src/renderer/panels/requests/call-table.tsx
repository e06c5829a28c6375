import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useRef } from 'react';
import { type GridColumn, HEADINGS_PX, LineGrid } from '../../ui/line-grid.tsx';
import type { ListedCall } from './call-list.ts';
import { CallRow, COLUMNS, callRowId, ROW_HEIGHT } from './call-row.tsx';
import { nextIndex } from './next-index.ts';

const HEADINGS: readonly GridColumn[] = [
  { label: 'Status' },
  { label: 'Method' },
  { label: 'Client' },
  { label: 'Quorum' },
  { label: 'Duration', right: true },
  { label: 'Began' },
  { label: 'Slot', right: true },
];

/** The calls, of which one is selected. The table has the focus; arrow keys, Home, End and the page keys move. */
export function CallTable({
  calls,
  selected,
  onSelect,
  onOpen,
}: {
  readonly calls: readonly ListedCall[];
  /** Message id; empty: none. */
  readonly selected: string;
  readonly onSelect: (call: ListedCall) => void;
  /** Enter: on to what was said. */
  readonly onOpen: () => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: calls.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((index: number) => calls[index]!.id, [calls]),
    scrollMargin: HEADINGS_PX,
    scrollPaddingStart: HEADINGS_PX,
    overscan: 12,
  });
  const at = calls.findIndex((call) => call.messageId === selected);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && at >= 0 && event.target === scroller.current) {
      event.preventDefault();
      onOpen();
      return;
    }
    const next = nextIndex(event.key, at, calls.length);
    if (next === undefined) return;
    event.preventDefault();
    virtual.scrollToIndex(next);
    onSelect(calls[next]!);
  };
  return (
    <LineGrid
      label="Calls"
      columns={HEADINGS}
      layout={COLUMNS}
      scroller={scroller}
      virtual={virtual}
      activeId={at < 0 ? undefined : callRowId(calls[at]!.id)}
      onKeyDown={onKeyDown}
      row={(index) => {
        const call = calls[index]!;
        return <CallRow call={call} index={index + 1} selected={call.messageId === selected} onSelect={onSelect} />;
      }}
    />
  );
}
