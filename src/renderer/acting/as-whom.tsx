import { UserPlus } from 'lucide-react';
import { useWriteRefusal } from '../cell/cell-store.ts';
import { Button } from '../ui/button.tsx';
import { askForParticipant, useActing, useActor } from './acting-store.ts';
import { ownerText } from './participants.ts';

/** Where something is done in a name: in whose, or the way to have one. */
export function AsWhom() {
  const actor = useActor();
  const hasParticipants = useActing((state) => state.participants.length > 0);
  const refusal = useWriteRefusal();
  if (actor !== undefined) {
    return (
      <span className="text-sm text-soft">
        as <strong className="font-semibold text-text">{ownerText(actor.sessionId, actor.owner)}</strong>
      </span>
    );
  }
  return (
    <span className="flex items-center gap-2 text-sm text-soft">
      {hasParticipants ? 'The chosen participant has ended.' : 'Nobody acts yet.'}
      <Button icon={UserPlus} refusal={refusal} onClick={() => askForParticipant()}>
        New participant…
      </Button>
    </span>
  );
}
