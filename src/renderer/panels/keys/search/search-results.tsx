import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { classes } from '../../../ui/classes.ts';
import { Empty, ErrorNote } from '../../../ui/notes.tsx';
import { countText } from '../../../ui/numbers.ts';
import { glimpseOf } from '../glimpse.ts';
import { cancelSearch, searchOn, useSearch } from './search-store.ts';

const ROW_PX = 40;

/** What was found so far, and of how many keys. */
export function SearchResults({
  list,
  selected,
  onSelect,
}: {
  readonly list: RefObject<HTMLDivElement | null>;
  readonly selected: string;
  readonly onSelect: (path: string) => void;
}) {
  const { items, error, phase, query } = useSearch();
  const [active, setActive] = useState(0);
  const count = items.length;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const go = (index: number): void => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    rows.scrollToIndex(next);
  };
  const page = useRef(10);
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      Home: 0,
      End: count - 1,
      PageDown: active + page.current,
      PageUp: active - page.current,
    };
    const target = moves[event.key];
    const item = items[active];
    if (target !== undefined) go(target);
    else if (event.key === 'Enter' && item !== undefined) onSelect(item.path);
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Progress />
      {error === undefined ? null : <ErrorNote error={error} onRetry={searchOn} />}
      {count === 0 && phase === 'done' ? (
        <Empty title="Nothing found">
          No {query?.mode} below {query?.scope} has “{query?.text}” in it.
        </Empty>
      ) : null}
      <div
        ref={list}
        role="listbox"
        aria-label="Found keys"
        tabIndex={0}
        aria-activedescendant={count === 0 ? undefined : `found-${active}`}
        className={classes(
          'group min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2',
          count === 0 && 'hidden',
        )}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const item = items[index]!;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and handles all keys
              <div
                key={item.path}
                id={`found-${index}`}
                role="option"
                aria-selected={item.path === selected}
                className={classes(
                  'absolute inset-x-0 flex flex-col justify-center px-3 font-mono leading-4',
                  item.path === selected ? 'bg-selected' : 'hover:bg-hover',
                  index === active &&
                    'group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-focus',
                )}
                style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
                onClick={() => {
                  setActive(index);
                  onSelect(item.path);
                }}
              >
                <span className="truncate">{item.path}</span>
                <span className="truncate text-xs text-soft">{glimpseOf(item) || '(empty)'}</span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Progress() {
  const { items, scanned, total, phase } = useSearch();
  const found = `${countText(items.length)} found`;
  const looked =
    phase === 'done'
      ? `all ${countText(total)} keys searched`
      : `searched ${countText(scanned)} of ${countText(total)} keys`;
  return (
    <div className="flex min-h-9 items-center gap-2 border-b border-line px-3 text-sm text-soft">
      <span role="status" className="min-w-0 flex-1 truncate">
        {found}, {looked}
      </span>
      {phase === 'running' ? (
        <Button variant="ghost" onClick={cancelSearch}>
          Cancel
        </Button>
      ) : phase === 'paused' || phase === 'cancelled' ? (
        <Button variant="ghost" onClick={searchOn}>
          Go on
        </Button>
      ) : null}
    </div>
  );
}
