import { useVirtualizer } from '@tanstack/react-virtual';
import { RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { KeyChange } from '../../../../contract/index.ts';
import { act } from '../../../activity/activity-store.ts';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { client, useConnection } from '../../../connection/connection-store.ts';
import { Refusal } from '../../../connection/failure.ts';
import { navigate } from '../../../navigation/navigation-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Empty, ErrorNote, Waiting } from '../../../ui/notes.tsx';
import { countText } from '../../../ui/numbers.ts';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { Ago } from '../../../ui/time.tsx';
import { prefixBelow } from '../paths.ts';
import { isRestored, loadMoreDeleted, openDeleted, PAGE_DELETED, useDeleted } from './deleted-store.ts';

const ROW_PX = 32;

/** Keys under a path that were deleted and whose values are still kept. */
export function DeletedTab({ path }: { readonly path: string }) {
  const epoch = useConnection((state) => state.epoch);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after a lost connection it is asked anew
  useEffect(() => void openDeleted(path), [path, epoch]);
  const { changes, hasMore, isLoading, floor, error } = useDeleted();
  const retry = (): void => void loadMoreDeleted();
  if (changes === undefined) {
    return error === undefined ? (
      <Waiting>Looking for deleted keys…</Waiting>
    ) : (
      <ErrorNote error={error} onRetry={retry} />
    );
  }
  if (changes.length === 0) {
    return (
      <Empty icon={Trash2} title="No deleted keys">
        Keys below {prefixBelow(path)} that are deleted are listed here, as long as their history is kept
        {floor > 0 ? ` (it was compacted at revision ${countText(floor)})` : ''}.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-9 items-center gap-2 border-b border-line px-3 py-1 text-soft">
        <span className="min-w-0 flex-1">
          {hasMore ? 'The first ' : ''}
          {countText(changes.length)} deleted {changes.length === 1 ? 'key' : 'keys'}
          {hasMore ? '; more follow' : ''}
          {floor > 0 ? `. Older ones were compacted at revision ${countText(floor)}.` : '.'}
        </span>
        {hasMore ? (
          <Button busy={isLoading} onClick={retry}>
            Load {countText(PAGE_DELETED)} more
          </Button>
        ) : null}
      </div>
      {error === undefined ? null : <ErrorNote error={error} onRetry={retry} />}
      <DeletedKeys changes={changes} />
    </div>
  );
}

function DeletedKeys({ changes }: { readonly changes: readonly KeyChange[] }) {
  const refusal = useWriteRefusal();
  const scroller = useRef<HTMLUListElement>(null);
  const rows = useVirtualizer({
    count: changes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  return (
    <ul ref={scroller} aria-label="Deleted keys" className="relative min-h-0 flex-1 overflow-auto">
      <li aria-hidden style={{ height: rows.getTotalSize() }} />
      {rows.getVirtualItems().map(({ index, start }) => {
        const { item, slot, stampMs } = changes[index]!;
        return (
          <li
            key={item.path}
            aria-posinset={index + 1}
            aria-setsize={changes.length}
            className="absolute inset-x-0 top-0 flex items-center gap-3 border-b border-line px-3"
            style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
          >
            <button
              type="button"
              className="min-w-0 flex-1 truncate text-left font-mono hover:text-accent"
              onClick={() => navigate('keys', { path: item.path, tab: 'history' })}
            >
              {item.path}
            </button>
            <span className="text-soft">
              <Ago atMs={stampMs} />
            </span>
            <span className="flex w-24 shrink-0 items-center justify-end gap-1.5">
              <span className="text-sm text-faint">slot</span>
              <SlotLink slot={slot} />
            </span>
            <Button
              variant="ghost"
              icon={RotateCcw}
              refusal={refusal}
              aria-label={`Restore ${item.path}`}
              onClick={() => void bringBack(item.path, item.modRevision)}
            >
              Restore
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

async function bringBack(path: string, deletedAtRevision: number): Promise<void> {
  if ((await undelete(path, deletedAtRevision)) !== undefined) isRestored(path);
}

/** Writes what a key held before it was deleted, if it is still deleted. */
function undelete(path: string, deletedAtRevision: number): Promise<true | undefined> {
  return act(
    `Restore ${path}`,
    async () => {
      const { keys } = client();
      const { items } = await keys.history({ path, beforeRevision: deletedAtRevision, limit: 1 });
      const last = items[0];
      if (last === undefined || last.kind !== 'put')
        throw new Refusal('COMPACTED', `What ${path} held is not kept any more.`);
      const outcome = await keys.compareAndWrite({ path, expected: { version: 0 }, value: last.item.value });
      if (!outcome.succeeded) throw new Refusal('LOST_RACE', `${path} exists again: open it to compare.`);
      return true as const;
    },
    () => 'written as it was before the delete',
  );
}
