import { ChevronDown, ChevronRight, FileText, Folder, FolderDot, Lock } from 'lucide-react';
import { memo } from 'react';
import { classes } from '../../../ui/classes.ts';
import { countText } from '../../../ui/numbers.ts';
import { isGuarded } from '../paths.ts';
import type { TreeRow as Row } from './key-tree.ts';

export const ROW_PX = 24;
const INDENT_PX = 14;
/** Deeper rows are not moved further right: their depth is told as a number instead. */
const INDENTED_DEPTH_MAX = 12;

export function rowId(path: string): string {
  return `key-tree-row-${path}`;
}

export interface TreeRowProps {
  readonly row: Row;
  readonly top: number;
  readonly isFocused: boolean;
  readonly isSelected: boolean;
  readonly isTouched: boolean;
  readonly onSelect: (path: string) => void;
  readonly onToggle: (path: string, open: boolean) => void;
  readonly onRetry: (row: Exclude<Row, { kind: 'child' }>) => void;
}

export const TreeRowView = memo(TreeRowContent, (before, after) => {
  const { row: a, ...restA } = before;
  const { row: b, ...restB } = after;
  return sameRow(a, b) && (Object.keys(restA) as (keyof typeof restA)[]).every((name) => restA[name] === restB[name]);
});

function sameRow(a: Row, b: Row): boolean {
  if (a.kind !== b.kind || a.depth !== b.depth) return false;
  if (a.kind !== 'child' || b.kind !== 'child') return false;
  return (
    a.item === b.item &&
    a.path === b.path &&
    a.isOpen === b.isOpen &&
    a.position === b.position &&
    a.siblings === b.siblings &&
    a.isGuess === b.isGuess
  );
}

function TreeRowContent({ row, top, isFocused, isSelected, isTouched, onSelect, onToggle, onRetry }: TreeRowProps) {
  const place = { height: ROW_PX, transform: `translateY(${top}px)` };
  if (row.kind !== 'child') return <PendingRow row={row} place={place} onRetry={onRetry} />;
  const { item, path, depth, isOpen } = row;
  const isFolder = item.descendants > 0;
  const Icon = !isFolder ? FileText : item.isKey ? FolderDot : Folder;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and handles all keys
    <div
      role="treeitem"
      id={rowId(path)}
      aria-level={depth + 1}
      aria-posinset={row.position + 1}
      aria-setsize={row.siblings}
      aria-expanded={isFolder ? isOpen : undefined}
      aria-selected={isSelected}
      className={classes(
        'absolute inset-x-0 flex items-center gap-1 pr-2 whitespace-nowrap select-none',
        isSelected ? 'bg-selected' : 'hover:bg-hover',
        isFocused &&
          'outline-1 -outline-offset-1 outline-line-strong group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-focus',
      )}
      style={{ ...place, paddingLeft: 4 + Math.min(depth, INDENTED_DEPTH_MAX) * INDENT_PX }}
      onClick={() => onSelect(path)}
      onDoubleClick={() => isFolder && onToggle(path, !isOpen)}
    >
      <span
        aria-hidden
        className="flex size-5 shrink-0 items-center justify-center text-faint"
        onClick={(event) => {
          if (!isFolder) return;
          event.stopPropagation();
          onToggle(path, !isOpen);
        }}
      >
        {isFolder ? isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} /> : null}
      </span>
      {depth > INDENTED_DEPTH_MAX ? (
        <span aria-hidden className="shrink-0 text-xs text-faint">
          {depth + 1}·
        </span>
      ) : null}
      <Icon aria-hidden size={14} className={classes('shrink-0', item.isKey ? 'text-accent' : 'text-faint')} />
      <span className="min-w-0 flex-1 truncate">
        <span className="font-mono">{item.segment}</span>
        <span className="sr-only">{describe(row, isTouched)}</span>
      </span>
      {isGuarded(path) ? <Lock aria-hidden size={12} className="shrink-0 text-faint" /> : null}
      <span
        aria-hidden
        className={classes('size-1.5 shrink-0 rounded-full', isTouched ? 'bg-accent' : 'bg-transparent')}
      />
      <span className="min-w-8 shrink-0 text-right text-xs text-faint">
        {!isFolder ? '' : row.isGuess ? '…' : countText(item.descendants)}
        {isFolder && !row.isGuess ? <span className="sr-only"> keys below</span> : null}
      </span>
    </div>
  );
}

/** What the row shows by shapes. */
function describe({ item, path }: Extract<Row, { kind: 'child' }>, isTouched: boolean): string {
  const kind = item.descendants === 0 ? 'key' : item.isKey ? 'key and folder,' : 'folder,';
  return `, ${isGuarded(path) ? 'guarded by a lock, ' : ''}${isTouched ? 'just changed, ' : ''}${kind}`;
}

function PendingRow({
  row,
  place,
  onRetry,
}: {
  readonly row: Exclude<Row, { kind: 'child' }>;
  readonly place: { readonly height: number; readonly transform: string };
  readonly onRetry: TreeRowProps['onRetry'];
}) {
  const hasFailed =
    row.kind === 'level' ? row.level.phase === 'failed' : row.level.chunks[row.chunkIndex]?.state === 'failed';
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={false}
      aria-busy={!hasFailed}
      tabIndex={-1}
      aria-label={hasFailed ? 'Could not be loaded' : 'Loading'}
      className="absolute inset-x-0 flex items-center pr-2 text-faint"
      style={{ ...place, paddingLeft: 28 + Math.min(row.depth, INDENTED_DEPTH_MAX) * INDENT_PX }}
    >
      {hasFailed ? (
        <button type="button" tabIndex={-1} className="text-bad underline" onClick={() => onRetry(row)}>
          could not be loaded, try again
        </button>
      ) : (
        <span className="h-2 w-24 rounded-sm bg-sunken" />
      )}
    </div>
  );
}
