import { DoorOpen, LogOut } from 'lucide-react';
import { useState } from 'react';
import type { BarrierView } from '../../../contract/index.ts';
import { useActor, useActorRefusal } from '../../acting/acting-store.ts';
import { AsWhom } from '../../acting/as-whom.tsx';
import { ownerText } from '../../acting/participants.ts';
import { Button } from '../../ui/button.tsx';
import { DetailSection } from '../../ui/facts.tsx';
import { arrive, leave } from './barrier-actions.ts';
import { arriveRefusal, leaveRefusal, memberText } from './barrier-rules.ts';

/** What the chosen participant is at this barrier, and what it can do. */
export function TakePart({ barrier }: { readonly barrier: BarrierView }) {
  const actor = useActor();
  const refusal = useActorRefusal();
  const [busy, setBusy] = useState<'arrive' | 'leave'>();
  const { path } = barrier;
  const sessionId = actor?.sessionId ?? '';
  const name = ownerText(sessionId, actor?.owner ?? '');
  const run = async (what: 'arrive' | 'leave'): Promise<void> => {
    if (actor === undefined) return;
    setBusy(what);
    await (what === 'arrive' ? arrive(actor, path) : leave(actor, path));
    setBusy(undefined);
  };
  return (
    <DetailSection framed title="Take part" actions={<AsWhom />}>
      <p className={actor === undefined ? 'text-soft' : ''}>
        {actor === undefined ? 'Who arrives does so in the name of a session.' : memberText(barrier, sessionId, name)}
      </p>
      <div className="flex gap-2">
        <Button
          variant="primary"
          icon={DoorOpen}
          busy={busy === 'arrive'}
          refusal={refusal || arriveRefusal(barrier, sessionId, name)}
          onClick={() => void run('arrive')}
        >
          Arrive
        </Button>
        <Button
          icon={LogOut}
          busy={busy === 'leave'}
          refusal={refusal || leaveRefusal(barrier, sessionId, name)}
          onClick={() => void run('leave')}
        >
          Leave
        </Button>
      </div>
    </DetailSection>
  );
}
