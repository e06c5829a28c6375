import { Crosshair, X } from 'lucide-react';
import { followSlot, useFollowedSlot } from '../navigation/followed-slot.ts';
import { IconButton } from '../ui/button.tsx';
import { SlotLink } from '../ui/slot-link.tsx';

/** The slot that is followed in every panel, and the way out; nothing while none is. */
export function FollowedSlotChip() {
  const slot = useFollowedSlot((state) => state.slot);
  if (slot === 0) return null;
  return (
    <section
      aria-label="Followed slot"
      className="flex h-7 items-center gap-2 rounded-md bg-info-soft pl-2 whitespace-nowrap text-accent"
    >
      <Crosshair aria-hidden size={14} />
      <span>Following slot</span>
      <SlotLink slot={slot} />
      <IconButton icon={X} label={`Stop following slot ${slot}`} onClick={() => followSlot(0)} />
    </section>
  );
}
