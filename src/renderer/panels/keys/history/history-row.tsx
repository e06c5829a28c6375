import { RotateCcw } from 'lucide-react';
import { memo } from 'react';
import type { KeyChange } from '../../../../contract/index.ts';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { bytesText } from '../../../ui/numbers.ts';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { Ago } from '../../../ui/time.tsx';
import { glimpseOf } from '../glimpse.ts';
import { isSystem } from '../paths.ts';
import { restore } from '../value/restore.ts';

export interface HistoryRowProps {
  readonly change: KeyChange;
  readonly height: number;
  readonly top: number;
  readonly isNewest: boolean;
  readonly isCompared: boolean;
  readonly onCompare: (modRevision: number) => void;
}

/** What the columns of the rows below hold. */
export function HistoryHeadings() {
  return (
    <div
      aria-hidden
      className="sticky top-0 z-10 flex h-7 items-center gap-3 border-b border-line bg-canvas px-3 text-sm text-soft"
    >
      <span className="w-3.5 shrink-0" />
      <span className="w-20 shrink-0">Version</span>
      <span className="w-16 shrink-0 text-right">Revision</span>
      <span className="w-20 shrink-0">Written</span>
      <span className="w-16 shrink-0 text-right">Slot</span>
      <span className="w-16 shrink-0 text-right">Size</span>
      <span className="min-w-0 flex-1">Value</span>
    </div>
  );
}

export const HistoryRow = memo(
  ({ change, height, top, isNewest, isCompared, onCompare }: HistoryRowProps) => {
    const { kind, item, slot, stampMs } = change;
    const refusal = useWriteRefusal();
    const name = kind === 'delete' ? `the delete at revision ${item.modRevision}` : `version ${item.version}`;
    return (
      <li
        className="absolute inset-x-0 flex items-center gap-3 border-b border-line px-3"
        style={{ height, transform: `translateY(${top}px)` }}
      >
        <input
          type="checkbox"
          aria-label={`Compare ${name}`}
          checked={isCompared}
          onChange={() => onCompare(item.modRevision)}
          className="size-3.5 shrink-0 accent-accent"
        />
        <span className="w-20 shrink-0">
          {kind === 'delete' ? <Badge tone="bad">deleted</Badge> : <Badge>version {item.version}</Badge>}
        </span>
        <span className="w-16 shrink-0 text-right font-mono text-soft" title="Revision of the keyspace">
          {item.modRevision}
        </span>
        <span className="w-20 shrink-0 text-soft">
          <Ago atMs={stampMs} />
        </span>
        <span className="w-16 shrink-0 text-right">
          <SlotLink slot={slot} />
        </span>
        <span className="w-16 shrink-0 text-right text-soft">{kind === 'delete' ? '' : bytesText(item.sizeBytes)}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-soft">{kind === 'delete' ? '' : glimpseOf(item)}</span>
        {kind === 'delete' || isNewest || isSystem(item.path) ? null : (
          <Button
            variant="ghost"
            icon={RotateCcw}
            refusal={refusal}
            aria-label={`Restore ${name}`}
            onClick={() => void restore(item.path, item.modRevision)}
          >
            Restore
          </Button>
        )}
      </li>
    );
  },
  (before, after) =>
    before.change === after.change &&
    before.top === after.top &&
    before.isNewest === after.isNewest &&
    before.isCompared === after.isCompared,
);
