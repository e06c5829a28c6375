import { Crosshair, ListTree, MessagesSquare } from 'lucide-react';
import { followSlot, useFollowedSlot } from '../navigation/followed-slot.ts';
import { navigate } from '../navigation/navigation-store.ts';
import { classes } from './classes.ts';
import { Menu } from './menu.tsx';

/** A slot anywhere: click it to follow it, in this panel and in every other. */
export function SlotLink({
  slot,
  inOrder = true,
}: {
  readonly slot: number;
  /** Whether Tab stops here: in a list of many, only in the row that is selected. */
  readonly inOrder?: boolean;
}) {
  const followed = useFollowedSlot((state) => state.slot === slot);
  if (slot === 0) return <span className="text-faint">–</span>;
  return (
    <Menu
      trigger={
        <button
          type="button"
          tabIndex={inOrder ? undefined : -1}
          aria-label={`Slot ${slot}${followed ? ', followed' : ''}`}
          className={classes(
            '-mx-1 rounded-sm px-1 font-mono hover:bg-hover',
            followed && 'bg-accent text-on-accent hover:bg-accent-strong',
          )}
        >
          {slot}
        </button>
      }
      items={[
        {
          label: followed ? 'Stop following' : 'Follow this slot everywhere',
          icon: Crosshair,
          onSelect: () => followSlot(followed ? 0 : slot),
        },
        null,
        {
          label: 'Messages about it',
          icon: MessagesSquare,
          onSelect: () => {
            followSlot(slot);
            navigate('messages', { slot: String(slot) });
          },
        },
        {
          label: 'Its entry in the journal',
          icon: ListTree,
          onSelect: () => {
            followSlot(slot);
            navigate('journal', { slot: String(slot) });
          },
        },
      ]}
    />
  );
}
