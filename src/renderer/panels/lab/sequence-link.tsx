import { Workflow } from 'lucide-react';
import { followSlot } from '../../navigation/followed-slot.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { SlotLink } from '../../ui/slot-link.tsx';

/** A slot, and the way to the messages by which it was agreed on. */
export function SlotWithMessages({ slot }: { readonly slot: number }) {
  return (
    <span className="inline-flex items-center gap-1">
      <SlotLink slot={slot} />
      {slot === 0 ? (
        <span className="w-7" />
      ) : (
        <IconButton
          icon={Workflow}
          label={`Messages of slot ${slot} between the participants`}
          onClick={() => {
            followSlot(slot);
            navigate('messages', { view: 'sequence', slot: String(slot) });
          }}
        />
      )}
    </span>
  );
}
