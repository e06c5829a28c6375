import type { QueueView } from '../../../contract/index.ts';
import { classes } from '../../ui/classes.ts';
import { countText } from '../../ui/numbers.ts';
import { OPEN_STATES, openCount, STATE_LOOKS } from './entry-states.ts';

/** What is open, by state. The words beside it say the same. */
export function CountBar({ counts }: { readonly counts: QueueView['counts'] }) {
  const open = openCount(counts);
  return (
    <div
      role="img"
      aria-label={open === 0 ? 'nothing is open' : countsText(counts)}
      className="flex h-1.5 w-full gap-px overflow-hidden rounded-sm bg-sunken"
    >
      {OPEN_STATES.filter((state) => counts[state] > 0).map((state) => (
        <div
          key={state}
          className={classes('min-w-1', STATE_LOOKS[state].fill)}
          style={{ flexGrow: counts[state], flexBasis: 0 }}
        />
      ))}
    </div>
  );
}

/** `3 ready, 1 dead`. */
export function countsText(counts: QueueView['counts']): string {
  return OPEN_STATES.filter((state) => counts[state] > 0)
    .map((state) => `${countText(counts[state])} ${state}`)
    .join(', ');
}
