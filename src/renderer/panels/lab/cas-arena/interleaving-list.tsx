import { useVirtualizer } from '@tanstack/react-virtual';
import { Check, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, memo, useEffect, useRef } from 'react';
import { classes } from '../../../ui/classes.ts';
import { countText } from '../../../ui/numbers.ts';
import { stepIndex } from '../../../ui/step-index.ts';
import { ClientMark } from '../client-mark.tsx';
import { chooseInterleaving, chosenOrder, useArena } from './arena-store.ts';
import type { Rules } from './model.ts';
import { OutcomeMarks } from './outcome-marks.tsx';
import { letterOf, type Outcome } from './race.ts';
import { orderText, outcomeText } from './race-words.ts';
import type { Listed } from './use-outcomes.ts';

const ROW_HEIGHT = 28;

/** Every interleaving of the list, with how it ends. The list has the focus; arrow keys choose. */
export function InterleavingList({ listed }: { readonly listed: Listed }) {
  const rules = useArena((state) => state.rules);
  const chosen = useArena((state) => (state.isByHand ? -1 : state.chosen));
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: listed.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const at = chosen < 0 ? -1 : listed.placeOf(chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [at, virtual]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const next = stepIndex(event.key, at, listed.count, pageRows);
    if (next === undefined) return;
    event.preventDefault();
    chooseInterleaving(listed.indexAt(next));
  };
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Interleavings"
      aria-activedescendant={at < 0 ? undefined : rowId(chosen)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-scroll focus-visible:-outline-offset-2"
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index: place, start }) => {
          const index = listed.indexAt(place);
          return (
            <div
              key={index}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row
                index={index}
                place={place}
                count={listed.count}
                rules={rules}
                outcome={listed.outcomes.groups[listed.outcomes.groupOf[index]!]!.outcome}
                selected={index === chosen}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function rowId(index: number): string {
  return `interleaving-${index}`;
}

const Row = memo(function Row({
  index,
  place,
  count,
  rules,
  outcome,
  selected,
}: {
  readonly index: number;
  readonly place: number;
  readonly count: number;
  readonly rules: Rules;
  readonly outcome: Outcome;
  readonly selected: boolean;
}) {
  const done = useArena((state) => state.done.get(index));
  const order = chosenOrder({ chosen: index, rules });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    <div
      role="option"
      id={rowId(index)}
      aria-selected={selected}
      aria-posinset={place + 1}
      aria-setsize={count}
      tabIndex={-1}
      onClick={() => chooseInterleaving(index)}
      className={classes(
        'grid grid-cols-[48px_max-content_14px_minmax(0,1fr)] items-center gap-1.5 border-b border-line px-3',
        selected ? 'bg-selected' : 'hover:bg-hover',
      )}
      style={{ height: ROW_HEIGHT }}
    >
      <span className="sr-only">
        {orderText(order)}: {outcomeText(outcome)}
        {done === undefined ? '' : done.asPredicted ? ', run, ended so' : ', run, ended otherwise'}
      </span>
      <span aria-hidden className="text-right text-sm text-faint">
        {countText(index + 1)}
      </span>
      <span aria-hidden className="flex gap-0.5">
        {order.map((client, step) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the order is what it is
          <ClientMark key={step} index={client} letter={letterOf(client)} small />
        ))}
      </span>
      {done === undefined ? (
        <span />
      ) : done.asPredicted ? (
        <Check aria-hidden size={14} className="text-good" />
      ) : (
        <TriangleAlert aria-hidden size={14} className="text-warning" />
      )}
      <span aria-hidden className="min-w-0 text-sm text-soft">
        <OutcomeMarks outcome={outcome} />
      </span>
    </div>
  );
});
