import { type FormEvent, useState } from 'react';
import { ActingAs } from '../../acting/acting-as.tsx';
import { useActor, useActorRefusal } from '../../acting/acting-store.ts';
import { AsWhom } from '../../acting/as-whom.tsx';
import { ownerText } from '../../acting/participants.ts';
import { act } from '../../activity/activity-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, TextInput } from '../../ui/field.tsx';
import { ErrorNote } from '../../ui/notes.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { acquire, acquisitionText } from './lock-actions.ts';
import { lockPathProblem, locksOf } from './lock-paths.ts';
import { askNothing } from './locks-store.ts';

/** Asks for the locks of a path in the name of whoever acts. */
export function AcquireDialog({ path: asked }: { readonly path: string }) {
  const actor = useActor();
  const acting = useActorRefusal();
  const [path, setPath] = useState(asked);
  const [isTry, setTry] = useState(false);
  const [lease, setLease] = useState('');
  const [adaptive, setAdaptive] = useState(false);
  const [delay, setDelay] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const pathProblem = lockPathProblem(path);
  const leaseProblem = secondsProblem(lease);
  const delayProblem = secondsProblem(delay);
  const wrong = pathProblem || leaseProblem || delayProblem;

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (actor === undefined || acting !== '' || wrong !== '' || busy) return;
    setBusy(true);
    setError(undefined);
    const form = { path, isTry, leaseTtlMs: msOf(lease), adaptive: adaptive && lease !== '', lockDelayMs: msOf(delay) };
    const acquired = await act(
      `Acquire ${path} as ${ownerText(actor.sessionId, actor.owner)}`,
      () =>
        acquire(actor, form).catch((failed: unknown) => {
          setError(failed);
          throw failed;
        }),
      acquisitionText,
    );
    setBusy(false);
    if (acquired === undefined) return;
    askNothing();
    navigate('locks', { path: locksOf(path).at(-1)! });
  };
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      title="Acquire a lock"
      description="Below a lock only its holder writes. It is held until it is released, or until its session ends."
      size="medium"
      footer={
        <>
          <Button onClick={askNothing}>Cancel</Button>
          <Button type="submit" form="acquire-lock" variant="primary" busy={busy} refusal={acting || wrong}>
            {isTry ? 'Try' : 'Acquire'}
          </Button>
        </>
      }
    >
      <form id="acquire-lock" className="flex flex-col gap-2" onSubmit={(event) => void submit(event)}>
        {actor === undefined ? (
          <AsWhom />
        ) : (
          <div className="flex items-center gap-2">
            <ActingAs />
            <span className="text-sm text-faint">acquires it, and holds it while its session lives.</span>
          </div>
        )}
        <Field label="Path" hint={takesText(path)} error={path === '' ? '' : pathProblem}>
          {(ids) => (
            <TextInput
              {...ids}
              mono
              autoFocus
              placeholder="/jobs/_lockable"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          )}
        </Field>
        <div className="flex items-center gap-3">
          <Segmented
            label="If it is held"
            value={isTry ? 'try' : 'wait'}
            choices={[
              { value: 'wait', label: 'Wait in line' },
              { value: 'try', label: 'Only try' },
            ]}
            onChange={(next) => setTry(next === 'try')}
          />
          <span className="text-sm text-faint">
            {isTry ? 'Refused at once if somebody holds it.' : 'It is granted when it is its turn.'}
          </span>
        </div>
        <div className="grid grid-cols-2 gap-3">
          <NumberField
            label="Lease of its own, in seconds"
            hint="Empty: as long as the session."
            error={leaseProblem}
            value={lease}
            onChange={setLease}
          />
          <NumberField
            label="Lock delay, in seconds"
            hint="Should its holder be lost, nobody gets it for so long."
            error={delayProblem}
            value={delay}
            onChange={setDelay}
          />
        </div>
        <Checkbox
          label="Adaptive: the agent may widen the lease while the cell is slow"
          checked={adaptive}
          disabled={lease === ''}
          onChange={setAdaptive}
        />
        {error === undefined ? null : <ErrorNote error={error} isWrite />}
      </form>
    </Dialog>
  );
}

function takesText(path: string): string {
  const locks = locksOf(path);
  if (locks.length < 2) return 'Every prefix that ends in _lockable is a lock.';
  return `Takes ${locks.length} locks together: ${locks.join(' and ')}.`;
}

function secondsProblem(text: string): string {
  return text === '' || (Number(text) > 0 && Number.isFinite(Number(text))) ? '' : 'A number of seconds, or nothing.';
}

function msOf(text: string): number {
  return text === '' ? 0 : Math.round(Number(text) * 1_000);
}
