import { Circle, CircleCheck, CircleDashed, type LucideIcon, Settings2, SquareDashed, SquarePen } from 'lucide-react';
import { memo } from 'react';
import type { JournalEntryView } from '../../../contract/index.ts';
import { useFollowedSlot } from '../../navigation/followed-slot.ts';
import { Ballot } from '../../ui/ballot.tsx';
import { classes } from '../../ui/classes.ts';
import { bytesText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { Ago } from '../../ui/time.tsx';

export const ROW_HEIGHT = 24;
/** Slot, kind, summary, requests, ballot, origin, stamp, size, mark. */
export const COLUMNS = 'grid grid-cols-[72px_108px_minmax(160px,1fr)_60px_108px_108px_72px_64px_76px] gap-x-3 px-3';

export const KINDS: Readonly<Record<JournalEntryView['kind'], { readonly icon: LucideIcon; readonly word: string }>> = {
  command: { icon: SquarePen, word: 'command' },
  configuration: { icon: Settings2, word: 'configuration' },
  noop: { icon: SquareDashed, word: 'no-op' },
};

export function markOf({ chosen, applied }: Pick<JournalEntryView, 'chosen' | 'applied'>): {
  readonly icon: LucideIcon;
  readonly word: string;
  readonly tone: string;
} {
  if (applied) return { icon: CircleCheck, word: 'applied', tone: 'text-good' };
  if (chosen) return { icon: Circle, word: 'chosen', tone: 'text-accent' };
  return { icon: CircleDashed, word: 'accepted', tone: 'text-warning' };
}

export interface JournalRowProps {
  readonly id: string;
  readonly slot: number;
  /** Undefined while it is fetched, or when there is none. */
  readonly entry: JournalEntryView | undefined;
  /** What stands in place of an entry that is not there; empty while it is fetched. */
  readonly absence: string;
  readonly line: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onPoint: (slot: number) => void;
  readonly onOpen: (slot: number) => void;
}

export const JournalRow = memo(function JournalRow(props: JournalRowProps) {
  const { id, slot, entry, absence, line, isSelected, isActive, onPoint, onOpen } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the grid opens its active row
    <div
      id={id}
      role="row"
      aria-rowindex={line}
      aria-selected={isSelected}
      aria-busy={entry === undefined && absence === ''}
      onPointerEnter={() => onPoint(slot)}
      onClick={() => onOpen(slot)}
      className={classes(
        COLUMNS,
        'h-6 items-center whitespace-nowrap',
        isSelected ? 'bg-selected' : isActive && 'bg-hover',
      )}
    >
      <Cell className="-mx-1 px-1 text-right">
        <Slot slot={slot} isActive={isActive} />
      </Cell>
      {entry === undefined ? (
        <Cell span={8} className="text-faint">
          {absence || '…'}
        </Cell>
      ) : (
        <Cells entry={entry} />
      )}
    </div>
  );
});

function Cells({ entry }: { readonly entry: JournalEntryView }) {
  const { kind, summary, requests, ballot, origin, stampMs, payloadBytes } = entry;
  const { icon: Kind, word } = KINDS[kind];
  const mark = markOf(entry);
  return (
    <>
      <Cell>
        <Kind aria-hidden size={13} className="mr-1.5 inline-block text-soft" />
        {word}
      </Cell>
      <Cell className="font-mono text-sm" title={summary}>
        {summary}
      </Cell>
      <Cell className="text-right text-soft">{requests === 0 ? '–' : requests}</Cell>
      <Cell>
        <Ballot ballot={ballot} />
      </Cell>
      <Cell>
        <Ballot ballot={origin} />
      </Cell>
      <Cell className="text-soft">{stampMs === 0 ? '–' : <Ago atMs={stampMs} />}</Cell>
      <Cell className="text-right text-soft">{bytesText(payloadBytes)}</Cell>
      <Cell className={mark.tone}>
        <mark.icon aria-hidden size={13} className="mr-1 inline-block" />
        {mark.word}
      </Cell>
    </>
  );
}

function Cell({
  className,
  title,
  span,
  children,
}: {
  readonly className?: string;
  readonly title?: string;
  readonly span?: number;
  readonly children: React.ReactNode;
}) {
  return (
    <div
      role="gridcell"
      aria-colspan={span}
      title={title}
      className={classes('truncate', className)}
      style={span === undefined ? undefined : { gridColumn: `span ${span}` }}
    >
      {children}
    </div>
  );
}

function Slot({ slot, isActive }: { readonly slot: number; readonly isActive: boolean }) {
  const isFollowed = useFollowedSlot((state) => state.slot === slot);
  if (isActive) return <SlotLink slot={slot} />;
  return (
    <span className={classes('-mx-1 rounded-sm px-1 font-mono', isFollowed && 'bg-accent text-on-accent')}>
      {slot}
      {isFollowed ? <span className="sr-only">, followed</span> : null}
    </span>
  );
}
