import { useVirtualizer } from '@tanstack/react-virtual';
import { History } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty, ErrorNote } from '../../../ui/notes.tsx';
import { countText } from '../../../ui/numbers.ts';
import { useEditor } from '../value/editor-store.ts';
import { DiffDialog } from './diff-dialog.tsx';
import { HistoryHeadings, HistoryRow } from './history-row.tsx';
import { compare, compareNothing, loadOlder, openHistory, useHistory } from './history-store.ts';

const ROW_PX = 32;
/** It stays in sight above the rows. */
const HEADER_PX = 28;

/** Every kept revision of the open key: to look at, to compare, to bring back. */
export function HistoryTab({ path }: { readonly path: string }) {
  const { path: shown, changes, hasMore, isLoading, floor, error, compared } = useHistory();
  const modRevision = useEditor((state) => state.elsewhere?.modRevision ?? state.loaded?.modRevision ?? 0);
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision of the key is a new line here
  useEffect(() => void openHistory(path), [path, modRevision]);
  const rows = useVirtualizer({
    count: changes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    scrollMargin: HEADER_PX,
    overscan: 10,
  });
  const last = rows.range?.endIndex ?? 0;
  useEffect(() => {
    if (hasMore && last >= changes.length - 20) void loadOlder();
  }, [last, hasMore, changes.length]);
  if (error !== undefined) return <ErrorNote error={error} onRetry={() => void openHistory(path)} />;
  if (shown === path && changes.length === 0 && !isLoading) {
    return (
      <Empty icon={History} title="No kept revisions">
        {path} was never written, or what was is older than revision {floor}, up to which history was compacted.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <span className="text-soft">
          {countText(changes.length)} {changes.length === 1 ? 'change' : 'changes'}
          {hasMore ? ' loaded, older ones follow.' : ' kept.'}{' '}
          {floor > 0 ? `Older ones were compacted at revision ${floor}.` : 'Nothing was compacted yet.'}
        </span>
        <span className="ml-auto text-sm text-faint">
          {compared.length === 0 ? 'Choose two to compare' : compared.length === 1 ? 'Choose one more' : null}
        </span>
        {compared.length === 2 ? <DiffDialog path={path} revisions={compared} /> : null}
        {compared.length > 0 ? (
          <Button variant="ghost" onClick={compareNothing}>
            Clear
          </Button>
        ) : null}
      </div>
      <section
        ref={scroller}
        aria-label={`History of ${path}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto"
      >
        <HistoryHeadings />
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const change = changes[index]!;
            const revision = change.item.modRevision;
            return (
              <HistoryRow
                key={revision}
                change={change}
                height={ROW_PX}
                top={start - HEADER_PX}
                isNewest={index === 0}
                isCompared={compared.includes(revision)}
                onCompare={compare}
              />
            );
          })}
        </ol>
      </section>
    </div>
  );
}
