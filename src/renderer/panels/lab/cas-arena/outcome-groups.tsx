import { memo } from 'react';
import { Badge } from '../../../ui/badge.tsx';
import { classes } from '../../../ui/classes.ts';
import { countText } from '../../../ui/numbers.ts';
import { setGroup, useArena } from './arena-store.ts';
import type { OutcomeGroup, Outcomes } from './model.ts';
import { OutcomeMarks } from './outcome-marks.tsx';

/** Equal outcomes, each with how many interleavings end so; choosing one lists only those. */
export function OutcomeGroups({ outcomes }: { readonly outcomes: Outcomes }) {
  const group = useArena((state) => state.group);
  return (
    <fieldset
      className="min-h-0 min-w-0 shrink overflow-x-hidden overflow-y-auto border-b border-line"
      style={{ maxHeight: '42%' }}
    >
      <legend className="sr-only">Outcomes</legend>
      <Choice
        place={-1}
        selected={group === -1}
        group={undefined}
        count={outcomes.count}
        kinds={outcomes.groups.length}
      />
      {outcomes.groups.map((one, place) => (
        <Choice
          // biome-ignore lint/suspicious/noArrayIndexKey: groups stand still for given rules
          key={place}
          place={place}
          selected={group === place}
          group={one}
          count={one.count}
          kinds={0}
        />
      ))}
    </fieldset>
  );
}

const Choice = memo(function Choice({
  place,
  selected,
  group,
  count,
  kinds,
}: {
  readonly place: number;
  readonly selected: boolean;
  readonly group: OutcomeGroup | undefined;
  readonly count: number;
  readonly kinds: number;
}) {
  return (
    <label
      className={classes(
        'flex h-7 items-center gap-2 px-3 has-[:focus-visible]:outline-2 has-[:focus-visible]:-outline-offset-2 has-[:focus-visible]:outline-focus',
        selected ? 'bg-selected' : 'hover:bg-hover',
      )}
    >
      <input
        type="radio"
        name="outcome"
        className="sr-only"
        checked={selected}
        onChange={() => setGroup(place, group?.first ?? 0)}
      />
      <span className="w-14 shrink-0 text-right font-medium">{countText(count)}</span>
      {group === undefined ? (
        <span className="truncate">
          interleavings in all, {kinds} {kinds === 1 ? 'outcome' : 'different outcomes'}
        </span>
      ) : (
        <>
          <OutcomeMarks outcome={group.outcome} />
          <span className="ml-auto shrink-0">
            {group.outcome.lost.length === 0 ? (
              <span className="font-mono text-sm text-faint">{group.outcome.value}</span>
            ) : (
              <Badge tone="bad">{group.outcome.lost.length} lost</Badge>
            )}
          </span>
        </>
      )}
    </label>
  );
});
