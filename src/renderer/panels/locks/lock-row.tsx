import { ChevronDown, ChevronRight } from 'lucide-react';
import { memo } from 'react';
import { useNameOfSession } from '../../acting/acting-store.ts';
import { useFollowedSlot } from '../../navigation/followed-slot.ts';
import { classes } from '../../ui/classes.ts';
import { countText } from '../../ui/numbers.ts';
import { ClockTime } from '../../ui/time.tsx';
import { countdownOfLock } from './countdown.ts';
import { CountdownBar } from './countdown-bar.tsx';
import { LockStateBadge } from './lock-state-badge.tsx';
import type { LockRow } from './lock-tree.ts';
import { useLocks } from './locks-store.ts';

export const ROW_PX = 44;
export const COLUMNS = 'grid grid-cols-[minmax(0,1fr)_minmax(0,148px)_72px_124px_52px] items-center gap-x-3 px-3';
const INDENT_PX = 16;
/** Deeper rows are not moved further right. */
const INDENTED_DEPTH_MAX = 8;

export interface LockRowProps {
  readonly id: string;
  readonly row: LockRow;
  /** Among the lines of the tree, from 1. */
  readonly line: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onSelect: (path: string) => void;
  readonly onToggle: (path: string, isOpen: boolean) => void;
}

export const LockTreeRow = memo(LockRowContent, (before, after) => {
  const { row: a, ...restA } = before;
  const { row: b, ...restB } = after;
  return (
    (Object.keys(a) as (keyof LockRow)[]).every((name) => a[name] === b[name]) &&
    (Object.keys(restA) as (keyof typeof restA)[]).every((name) => restA[name] === restB[name])
  );
});

/** A lock: what it is called and how it is; who holds it since when, with which token, for how long still; who waits. */
function LockRowContent({ id, row, line, isSelected, isActive, onSelect, onToggle }: LockRowProps) {
  const { lock, label, depth, below, isOpen, position, siblings } = row;
  const { path, state, sessionId, owner, fencingToken, heldSinceMs, queue } = lock;
  const isHeld = state === 'held';
  const isFollowed = useFollowedSlot(({ slot }) => isHeld && slot === fencingToken);
  const holder = useNameOfSession(sessionId, owner);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
    <div
      role="row"
      id={id}
      aria-level={depth + 1}
      aria-posinset={position + 1}
      aria-setsize={siblings}
      aria-rowindex={line}
      aria-expanded={below > 0 ? isOpen : undefined}
      aria-selected={isSelected}
      onClick={() => onSelect(path)}
      onDoubleClick={() => below > 0 && onToggle(path, !isOpen)}
      className={classes(
        COLUMNS,
        'border-b border-line',
        isSelected ? 'bg-selected' : 'hover:bg-hover',
        isFollowed && 'shadow-[inset_3px_0_0_var(--accent)]',
        isActive &&
          'outline-1 -outline-offset-1 outline-line-strong group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-focus',
      )}
      style={{ height: ROW_PX }}
    >
      <div
        role="gridcell"
        className="flex min-w-0 items-center gap-1"
        style={{ paddingLeft: Math.min(depth, INDENTED_DEPTH_MAX) * INDENT_PX }}
      >
        <span
          aria-hidden
          className="-ml-1 flex size-5 shrink-0 items-center justify-center text-faint"
          onClick={(event) => {
            if (below === 0) return;
            event.stopPropagation();
            onToggle(path, !isOpen);
          }}
        >
          {below > 0 ? <Chevron size={14} /> : null}
        </span>
        <div className="min-w-0">
          <div className="truncate font-mono" title={path}>
            {label}
          </div>
          <div className="flex items-center gap-2 text-sm text-faint">
            <LockStateBadge state={state} />
            {below > 0 && !isOpen ? `${countText(below)} below` : ''}
          </div>
        </div>
      </div>
      <div role="gridcell" className="min-w-0">
        {isHeld ? (
          <>
            <div className="truncate">{holder}</div>
            <div className="truncate text-sm text-soft">
              since <ClockTime atMs={heldSinceMs} />
            </div>
          </>
        ) : (
          <>
            <div className="truncate text-faint">nobody</div>
            {state === 'delayed' ? <div className="truncate text-sm text-soft">until its delay is over</div> : null}
          </>
        )}
      </div>
      <div role="gridcell" className="truncate text-right font-mono">
        {isHeld ? fencingToken : <span className="text-faint">–</span>}
      </div>
      <div role="gridcell" className="min-w-0">
        <LeftOfLock lock={lock} />
      </div>
      <div role="gridcell" className={classes('text-right', queue.length === 0 && 'text-faint')}>
        {queue.length === 0 ? '–' : countText(queue.length)}
      </div>
    </div>
  );
}

export function LeftOfLock({ lock }: { readonly lock: LockRow['lock'] }) {
  const countdown = useLocks((state) => countdownOfLock(lock, state.countdowns));
  return <CountdownBar countdown={countdown} isRenewed={lock.state !== 'delayed'} />;
}
