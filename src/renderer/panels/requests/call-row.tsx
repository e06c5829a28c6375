import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import { classes } from '../../ui/classes.ts';
import { durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { onTick } from '../../ui/ticker.ts';
import { Ago } from '../../ui/time.tsx';
import { type ListedCall, stateOf } from './call-list.ts';

/** The same columns in the head and in every row. */
export const COLUMNS = 'grid grid-cols-[112px_minmax(96px,1fr)_116px_56px_66px_68px_52px] items-center gap-x-3 px-3';
export const ROW_HEIGHT = 28;

export const callRowId = (id: number): string => `call-${id}`;

export const CallRow = memo(function CallRow({
  call,
  index,
  selected,
  onSelect,
}: {
  readonly call: ListedCall;
  /** From 1, for screen readers. */
  readonly index: number;
  readonly selected: boolean;
  readonly onSelect: (call: ListedCall) => void;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
    <div
      role="row"
      id={callRowId(call.id)}
      aria-rowindex={index + 1}
      aria-selected={selected}
      onClick={() => onSelect(call)}
      className={classes(COLUMNS, 'border-b border-line', selected ? 'bg-selected' : 'hover:bg-hover')}
      style={{ height: ROW_HEIGHT }}
    >
      <div role="gridcell" className="min-w-0">
        <CallStatus call={call} />
      </div>
      <div role="gridcell" className="flex min-w-0 items-center gap-1.5">
        <span className="truncate font-medium">{call.method}</span>
        {call.own ? <span className="shrink-0 rounded-sm border border-line px-1 text-xs text-faint">own</span> : null}
      </div>
      <div role="gridcell" className="truncate font-mono text-sm text-soft" title={call.peer}>
        {call.peer}
      </div>
      <div role="gridcell" className="truncate text-soft">
        {call.quorum}
      </div>
      <div role="gridcell" className="text-right font-mono text-sm">
        {call.status === '' ? <RunningDuration beganAtMs={call.beganAtMs} /> : durationText(call.durationMs)}
      </div>
      <div role="gridcell" className="truncate text-sm text-faint">
        <Ago atMs={call.startedMs} />
      </div>
      <div role="gridcell" className="text-right">
        <SlotLink slot={call.slot} inOrder={selected} />
      </div>
    </div>
  );
});

export function CallStatus({ call }: { readonly call: Pick<ListedCall, 'status'> }) {
  const state = stateOf(call);
  const Icon = state === 'running' ? LoaderCircle : state === 'ok' ? CircleCheck : CircleAlert;
  return (
    <span
      className={classes(
        'flex min-w-0 items-center gap-1.5',
        state === 'running' ? 'text-accent' : state === 'ok' ? 'text-good' : 'text-bad',
      )}
    >
      <Icon aria-hidden size={13} className="shrink-0" />
      <span className="truncate text-sm" title={call.status}>
        {state === 'running' ? 'running' : call.status}
      </span>
    </span>
  );
}

/** Written by the clock itself: a list of calls that run is not drawn anew five times a second. */
export function RunningDuration({ beganAtMs }: { readonly beganAtMs: number }) {
  const text = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      onTick(() => {
        if (text.current !== null) text.current.textContent = durationText(performance.now() - beganAtMs);
      }),
    [beganAtMs],
  );
  return <span ref={text} />;
}
