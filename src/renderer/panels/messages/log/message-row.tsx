import { CircleAlert } from 'lucide-react';
import { memo } from 'react';
import type { MessageView } from '../../../../contract/index.ts';
import { useAgentName } from '../../../cell/cell-store.ts';
import { useFollowedSlot } from '../../../navigation/followed-slot.ts';
import { Ballot } from '../../../ui/ballot.tsx';
import { classes } from '../../../ui/classes.ts';
import { clockText } from '../../../ui/clock-text.ts';
import { bytesText, countText, durationText } from '../../../ui/numbers.ts';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { isAbout, isFailure, kindText } from '../message-kinds.ts';
import type { LogRow } from './log-row.ts';

export const ROW_HEIGHT = 24;
/** Time, direction, peer, kind, ballot, slots, size, duration, status. */
export const COLUMNS =
  'grid grid-cols-[104px_84px_minmax(88px,1fr)_minmax(130px,1.2fr)_minmax(104px,1fr)_136px_72px_80px_minmax(112px,1.3fr)] gap-x-3 px-3';

export interface MessageRowProps {
  readonly id: string;
  readonly row: LogRow;
  /** Line number in the table, from 1. */
  readonly line: number;
  readonly isSelected: boolean;
  /** Pointed at or reached by keyboard: only then a slot is more than text, as thousands of menus cost too much. */
  readonly isActive: boolean;
  readonly onPoint: (row: LogRow) => void;
  readonly onOpen: (row: LogRow) => void;
}

/** One line; drawn once, and again only when it is selected or pointed at. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { id, row, line, isSelected, isActive, onPoint, onOpen } = props;
  if (row.kind !== 'message') return <NoticeRow id={id} row={row} line={line} />;
  const { message } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the grid opens its active row
    <div
      id={id}
      role="row"
      aria-rowindex={line}
      aria-selected={isSelected}
      onPointerEnter={() => onPoint(row)}
      onClick={() => onOpen(row)}
      className={classes(
        COLUMNS,
        'h-6 items-center whitespace-nowrap',
        isSelected ? 'bg-selected' : isActive && 'bg-hover',
      )}
    >
      <Cells message={message} isActive={isActive} />
    </div>
  );
});

function Cells({ message, isActive }: { readonly message: MessageView; readonly isActive: boolean }) {
  const { atMs, direction, peer, kind, ballot, bytes, durationMs, status, channel } = message;
  return (
    <>
      <Cell className="font-mono text-soft">{clockText(atMs)}</Cell>
      <Cell>
        <span aria-hidden className={classes('mr-1', direction === 'sent' ? 'text-accent' : 'text-good')}>
          {direction === 'sent' ? '→' : '←'}
        </span>
        {direction}
      </Cell>
      <Cell>{channel === 'peer' ? <PeerName peer={peer} /> : <span className="font-mono text-sm">{peer}</span>}</Cell>
      <Cell>{kindText(kind)}</Cell>
      <Cell>{ballot === null ? <span className="text-faint">–</span> : <Ballot ballot={ballot} />}</Cell>
      <Cell className="-mx-1 px-1 text-right">
        <Slots message={message} isActive={isActive} />
      </Cell>
      <Cell className="text-right text-soft">{bytesText(bytes)}</Cell>
      <Cell className="text-right text-soft">{durationMs === 0 ? '–' : durationText(durationMs)}</Cell>
      <Cell>
        {isFailure(status) ? <CircleAlert aria-hidden size={12} className="mr-1 inline-block text-bad" /> : null}
        <span className={isFailure(status) ? 'text-bad' : 'text-soft'}>{status || 'one way'}</span>
        {message.own ? <span className="ml-1 rounded-sm bg-info-soft px-1 text-xs text-accent">mine</span> : null}
      </Cell>
    </>
  );
}

function Cell({ className, children }: { readonly className?: string; readonly children: React.ReactNode }) {
  return (
    <div role="gridcell" className={classes('truncate', className)}>
      {children}
    </div>
  );
}

function PeerName({ peer }: { readonly peer: string }) {
  return <>{useAgentName(peer)}</>;
}

/** `42`, or `42–44` for a range. */
function Slots({ message, isActive }: { readonly message: MessageView; readonly isActive: boolean }) {
  const { slot, throughSlot } = message;
  const isFollowed = useFollowedSlot((state) => isAbout(message, state.slot));
  if (slot === 0) return <span className="text-faint">–</span>;
  if (isActive) {
    return throughSlot > slot ? (
      <>
        <SlotLink slot={slot} />–<SlotLink slot={throughSlot} />
      </>
    ) : (
      <SlotLink slot={slot} />
    );
  }
  return (
    <span className={classes('-mx-1 rounded-sm px-1 font-mono', isFollowed && 'bg-accent text-on-accent')}>
      {throughSlot > slot ? `${slot}–${throughSlot}` : slot}
      {isFollowed ? <span className="sr-only">, followed</span> : null}
    </span>
  );
}

/** Something that is no message: what is missing here, or that another log begins. */
function NoticeRow({
  id,
  row,
  line,
}: {
  readonly id: string;
  readonly row: Exclude<LogRow, { kind: 'message' }>;
  readonly line: number;
}) {
  return (
    <div id={id} role="row" aria-rowindex={line} className="flex h-6 items-center bg-warning-soft px-3 text-warning">
      <div role="gridcell" aria-colspan={9} className="flex items-center gap-1.5 truncate">
        <CircleAlert aria-hidden size={13} />
        {row.kind === 'missed'
          ? `${countText(row.count)} messages were dropped from the log here before they could be told`
          : 'The agent was started again: what follows stands in a new log'}
      </div>
    </div>
  );
}
