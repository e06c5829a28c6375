import { useState } from 'react';
import { useActor, useActorRefusal } from '../../../acting/acting-store.ts';
import { ActDialog } from '../../../activity/act-dialog.tsx';
import { Field, TextInput } from '../../../ui/field.tsx';
import { NumberField } from '../../../ui/number-field.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { claim } from '../entry-actions.ts';
import { askNothing } from '../queues-store.ts';

const USUAL_LEASE_SECONDS = '30';

/** As a worker: the first entry that can be done. */
export function ClaimDialog({ path }: { readonly path: string }) {
  const actor = useActor();
  const actorRefusal = useActorRefusal();
  const [worker, setWorker] = useState(actor?.owner ?? '');
  const [lasts, setLasts] = useState<'session' | 'lease'>('session');
  const [lease, setLease] = useState(USUAL_LEASE_SECONDS);
  const leaseProblem = lasts === 'session' || Number(lease) >= 0.5 ? '' : 'At least half a second.';
  return (
    <ActDialog
      title="Claim an entry"
      description={
        <>
          The first of <span className="font-mono break-all">{path}</span> that is ready, for {actor?.owner || 'nobody'}
          .
        </>
      }
      confirm="Claim"
      refusal={actorRefusal || leaseProblem}
      onClose={askNothing}
      run={(tell) => {
        const leaseTtlMs = lasts === 'session' ? 0 : Math.round(Number(lease) * 1_000);
        return claim(tell, path, worker.trim(), leaseTtlMs, { sessionId: actor!.sessionId });
      }}
    >
      <Field label="Worker" hint="Only this name is given what is assigned to it.">
        {(ids) => <TextInput {...ids} value={worker} onChange={(event) => setWorker(event.target.value)} />}
      </Field>
      <div className="flex flex-col items-start gap-1">
        <span className="text-sm font-medium text-soft">The claim lasts</span>
        <Segmented
          label="The claim lasts"
          value={lasts}
          choices={[
            { value: 'session', label: 'As long as the session' },
            { value: 'lease', label: 'As long as a lease is renewed' },
          ]}
          onChange={setLasts}
        />
      </div>
      {lasts === 'session' ? null : (
        <NumberField
          label="Lease in seconds"
          hint="Renewed by itself, until the participant is paused or ends."
          error={leaseProblem}
          className="w-24"
          value={lease}
          onChange={setLease}
        />
      )}
    </ActDialog>
  );
}
