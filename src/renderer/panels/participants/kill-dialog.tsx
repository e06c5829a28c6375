import { useState } from 'react';
import { act } from '../../activity/activity-store.ts';
import { useAgentName, useCell } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { WarningNote } from '../../ui/notes.tsx';
import type { Demo } from './demo.ts';
import { killMeaning } from './kill-meaning.ts';
import { type Asked, askNothing } from './participants-store.ts';

/** Ends a process of the demo cell as a crash would, after saying what that means for the majority. */
export function KillDialog({
  asked: { agentId, index },
  demo,
}: {
  readonly asked: Asked & { readonly kind: 'kill' };
  readonly demo: Demo;
}) {
  const name = useAgentName(agentId);
  const view = useCell((state) => state.view);
  const [busy, setBusy] = useState(false);
  if (view === undefined) return null;
  const { text, losesMajority } = killMeaning(view, agentId);
  const kill = async (): Promise<void> => {
    setBusy(true);
    await act(
      `Kill ${name}`,
      () => client().demo.killAgent({ index }),
      () => 'its process has ended',
    );
    setBusy(false);
    demo.reload();
    askNothing();
  };
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      title={`Kill ${name}?`}
      description="Its process ends at once, as in a crash. Its disk stays; it can be started again."
      footer={
        <>
          <Button onClick={askNothing}>Cancel</Button>
          <Button variant="danger" busy={busy} onClick={() => void kill()}>
            Kill
          </Button>
        </>
      }
    >
      {losesMajority ? <WarningNote>{text}</WarningNote> : <p>{text}</p>}
    </Dialog>
  );
}
