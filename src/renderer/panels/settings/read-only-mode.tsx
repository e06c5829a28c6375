import { Lock, LockOpen } from 'lucide-react';
import { useState } from 'react';
import { useCell } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { setReadOnly } from './read-only.ts';
import { Section } from './section.tsx';

/** Enforced by the agent, whoever asks; programs that use the cell over gRPC are not touched. */
export function ReadOnlyMode() {
  const readOnly = useCell(({ view }) => view?.status.readOnly);
  const [busy, setBusy] = useState(false);
  const set = async (next: boolean): Promise<void> => {
    setBusy(true);
    await setReadOnly(next);
    setBusy(false);
  };
  return (
    <Section title="Read-only mode">
      <p className="mb-2 text-soft">
        {readOnly === true
          ? 'On: this agent refuses every change made from its pages, its REST API and its app.'
          : 'Off. When on, this agent refuses every change made from its pages, its REST API and its app.'}{' '}
        Programs that use the cell over gRPC are not touched.
      </p>
      <Button
        icon={readOnly === true ? LockOpen : Lock}
        busy={busy}
        disabled={readOnly === undefined}
        onClick={() => void set(readOnly !== true)}
      >
        {readOnly === true ? 'Allow changes again' : 'Refuse changes'}
      </Button>
    </Section>
  );
}
