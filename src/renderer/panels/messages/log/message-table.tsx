import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, History } from 'lucide-react';
import { type KeyboardEvent, useCallback, useId, useLayoutEffect, useRef, useState } from 'react';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyHeadings, type GridColumn, HEADINGS_PX, LineGrid } from '../../../ui/line-grid.tsx';
import { countText } from '../../../ui/numbers.ts';
import { rangeAtEnd } from '../../../ui/range-at-end.ts';
import { stepIndex } from '../../../ui/step-index.ts';
import { messageLog, useMessageLog } from '../messages-instances.ts';
import type { LogRow } from './log-row.ts';
import { COLUMNS, MessageRow, ROW_HEIGHT } from './message-row.tsx';

const HEADINGS: readonly GridColumn[] = [
  { label: 'Time' },
  { label: 'Direction' },
  { label: 'Peer' },
  { label: 'Kind' },
  { label: 'Ballot' },
  { label: 'Slot', right: true },
  { label: 'Size', right: true },
  { label: 'Duration', right: true },
  { label: 'Status' },
];
/** Room for the way to older messages. */
const OLDER_HEIGHT = 36;
/** So close to the end counts as its end. */
const END_PIXELS = 4;

export function NoMessageHeadings() {
  return <EmptyHeadings columns={HEADINGS} layout={COLUMNS} />;
}

/** The newest at the bottom: it follows the end until somebody scrolls away, then it stands still. */
export function MessageTable({ onOpen }: { readonly onOpen: (row: LogRow) => void }) {
  const revision = useMessageLog((state) => state.revision);
  const still = useMessageLog((state) => state.still);
  const hasOlder = useMessageLog((state) => state.hasOlder);
  const selected = useMessageLog((state) => state.selected);
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const gridId = useId();
  const [pointed, setPointed] = useState(0);
  const [active, setActive] = useState(0);
  const count = messageLog.count;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: hasOlder ? OLDER_HEIGHT : 0,
    scrollMargin: HEADINGS_PX,
    scrollPaddingStart: HEADINGS_PX,
    overscan: 6,
    getItemKey: (index) => messageLog.at(index)?.position ?? index,
    useFlushSync: false,
    rangeExtractor: still === undefined ? rangeAtEnd : defaultRangeExtractor,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have changed when the revision has
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || still !== undefined) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  }, [revision, still, hasOlder]);
  const isOpen = selected !== 0;
  // The detail takes room below: the row that it is about stays in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the detail that opens moves the table
  useLayoutEffect(() => {
    if (isOpen) document.getElementById(`${gridId}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PIXELS;
    // Rows that go at the top move nothing upwards: only a person does.
    if (!isAtEnd && element.scrollTop < lastTop.current) messageLog.hold('scrolled');
    else if (isAtEnd && still?.why === 'scrolled') messageLog.resume();
    lastTop.current = element.scrollTop;
  };
  const point = useCallback((row: LogRow) => setPointed(row.position), []);
  const open = useCallback(
    (row: LogRow) => {
      setActive(row.position);
      messageLog.hold('scrolled');
      onOpen(row);
    },
    [onOpen],
  );

  const moveTo = (index: number): void => {
    const row = messageLog.at(index);
    if (row === undefined) return;
    messageLog.hold('scrolled');
    setActive(row.position);
    virtual.scrollToIndex(index, { align: 'auto' });
    if (selected !== 0) onOpen(row);
  };
  const toEnd = (): void => {
    setActive(0);
    if (still?.why !== 'paused') messageLog.resume();
    virtual.scrollToIndex(count - 1);
  };
  const openAt = (index: number): void => {
    const row = messageLog.at(index);
    if (row !== undefined) onOpen(row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return;
    const at = indexOf(active, count);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    if (event.key === 'End') toEnd();
    else if (event.key === 'Enter') openAt(at);
    else if (event.key === 'Escape') messageLog.select(0);
    else {
      // Where nothing is reached yet, both arrows begin with the newest.
      const next = stepIndex(at < 0 && event.key === 'ArrowDown' ? 'ArrowUp' : event.key, at, count, page);
      if (next === undefined) return;
      moveTo(next);
    }
    event.preventDefault();
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col overflow-hidden">
      <LineGrid
        label="Messages"
        columns={HEADINGS}
        layout={COLUMNS}
        scroller={scroller}
        virtual={virtual}
        activeId={active === 0 ? undefined : `${gridId}-${active}`}
        keys="ArrowUp ArrowDown PageUp PageDown Home End Enter Escape"
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setPointed(0)}
        above={hasOlder ? <OlderButton onLoaded={(added) => keepPlace(scroller.current, added)} /> : null}
        rowClassName="h-6 contain-strict"
        row={(index) => {
          const row = messageLog.at(index);
          if (row === undefined) return null;
          return (
            <MessageRow
              id={`${gridId}-${row.position}`}
              row={row}
              line={index + 2}
              isSelected={row.kind === 'message' && selected !== 0 && row.message.sequence === selected}
              isActive={row.position === pointed || row.position === active}
              onPoint={point}
              onOpen={open}
            />
          );
        }}
      />
      {still === undefined ? null : (
        <Button
          icon={ArrowDown}
          onClick={() => messageLog.resume()}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-[var(--shadow)]"
        >
          {still.why === 'paused' ? 'Paused' : 'Standing still'}: {countText(still.came)} new
        </Button>
      )}
    </div>
  );
}

function OlderButton({ onLoaded }: { readonly onLoaded: (added: number) => void }) {
  const load = (): void => {
    messageLog.hold('scrolled');
    void act(
      'Load older messages',
      () => messageLog.loadOlder(client().messages),
      (added) => `${countText(added)} more`,
    ).then((added) => onLoaded(added ?? 0));
  };
  return (
    <div role="row" className="flex h-9 items-center justify-center">
      <div role="gridcell">
        <Button icon={History} onClick={load}>
          Load older messages
        </Button>
      </div>
    </div>
  );
}

/** Rows that come in above what is looked at push it down: it is brought back. */
function keepPlace(element: HTMLElement | null, added: number): void {
  requestAnimationFrame(() => {
    if (element !== null) element.scrollTop += added * ROW_HEIGHT;
  });
}

/** Rows are in order of position. */
function indexOf(position: number, count: number): number {
  if (position === 0) return -1;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messageLog.at(middle)?.position ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return messageLog.at(low)?.position === position ? low : -1;
}
