import { type FormEvent, useState } from 'react';
import type { LockView } from '../../../contract/index.ts';
import { useNameOfSession } from '../../acting/acting-store.ts';
import { useYourName } from '../../acting/your-name.ts';
import { act } from '../../activity/activity-store.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { ErrorNote, WarningNote } from '../../ui/notes.tsx';
import { askNothing, useLock, useLocks } from './locks-store.ts';

/** Takes a lock from its holder, or ends the delay after one that was lost; it goes on record with who and why. */
export function ForceDialog({ lock: asked }: { readonly lock: LockView }) {
  const { path, sessionId, owner } = asked;
  const lock = useLock(path);
  const holder = useNameOfSession(sessionId, owner);
  const refusal = useWriteRefusal();
  const [by, setBy] = useYourName();
  const [why, setWhy] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isDelay = asked.state === 'delayed';
  // What the filter leaves out is not told of.
  const isLeftOut = useLocks(({ prefix }) => !path.startsWith(prefix));
  // Whoever holds it next is not the one that was to lose it.
  const isAsAsked = lock === undefined ? isLeftOut : isSameHold(lock, asked);
  const gone = isAsAsked ? '' : isDelay ? 'the delay is over' : `${holder} does not hold it any more`;

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (refusal !== '' || gone !== '' || by.trim() === '' || busy) return;
    setBusy(true);
    setError(undefined);
    const done = await act(
      isDelay ? `End the delay of ${path}` : `Take ${path} from ${holder}`,
      () =>
        client()
          .locks.forceRelease({ path, by: by.trim(), why: why.trim() })
          .catch((failed: unknown) => {
            setError(failed);
            throw failed;
          }),
      ({ slot }) => `slot ${slot}`,
    );
    setBusy(false);
    if (done !== undefined) askNothing();
  };
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      title={isDelay ? 'End the delay?' : 'Release the lock by force?'}
      description={<span className="font-mono">{path}</span>}
      size="medium"
      footer={
        <>
          <Button onClick={askNothing}>Cancel</Button>
          <Button
            type="submit"
            form="force-release"
            variant="danger"
            busy={busy}
            refusal={refusal || gone || (by.trim() === '' ? 'say who you are' : '')}
          >
            {isDelay ? 'End the delay' : 'Release it'}
          </Button>
        </>
      }
    >
      <form id="force-release" className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        <WarningNote>
          {gone === '' || busy ? meaning(asked, lock ?? asked, holder) : `There is nothing to release: ${gone}.`}
        </WarningNote>
        <Field label="Who you are" hint="It goes on record with the lock.">
          {(ids) => <TextInput {...ids} autoFocus value={by} onChange={(event) => setBy(event.target.value)} />}
        </Field>
        <Field label="Why">
          {(ids) => <TextInput {...ids} value={why} onChange={(event) => setWhy(event.target.value)} />}
        </Field>
        {error === undefined ? null : <ErrorNote error={error} isWrite />}
      </form>
    </Dialog>
  );
}

function isSameHold(now: LockView, before: LockView): boolean {
  return now.state === before.state && now.fencingToken === before.fencingToken;
}

/** What it does to who holds it, and to who waits. */
function meaning(asked: LockView, { count, queue }: LockView, holder: string): string {
  const next = queue.length === 0 ? 'Nobody waits for it.' : 'Who is first in line gets it next, with a higher token.';
  if (asked.state === 'delayed') {
    return `The delay is there because its holder was lost, and may still be acting outside of the cell. ${next}`;
  }
  const all = count > 1 ? `, all ${count} acquisitions of it` : '';
  return (
    `${holder} loses it at once${all}, though its session lives on. The cell refuses what it writes below the lock from ` +
    `then on; what it does elsewhere stops only where its token is checked. ${next}`
  );
}
