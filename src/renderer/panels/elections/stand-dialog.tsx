import { type FormEvent, useId, useState } from 'react';
import { useActor, useActorRefusal } from '../../acting/acting-store.ts';
import { AsWhom } from '../../acting/as-whom.tsx';
import { ownerText } from '../../acting/participants.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { pathProblem } from '../keys/paths.ts';
import { campaign } from './election-actions.ts';

/** Joins the line of an election, which is made by its first candidate. */
export function StandDialog({ onClose }: { readonly onClose: () => void }) {
  const [path, setPath] = useState('');
  const [value, setValue] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [isTold, setTold] = useState(false);
  const actor = useActor();
  const refusal = useActorRefusal();
  const formId = useId();
  const problem = pathProblem(path);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTold(true);
    if (problem !== '' || refusal !== '' || actor === undefined || isBusy) return;
    setBusy(true);
    const done = await campaign(actor, path, value);
    setBusy(false);
    if (done !== undefined) replaceQuery({ path, stand: '' });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Stand for election"
      description="Joins the line of the election at this path. Whoever comes first is elected at once."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} busy={isBusy} refusal={refusal}>
            {actor === undefined ? 'Stand' : `Stand as ${ownerText(actor.sessionId, actor.owner)}`}
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        <Field label="Election" hint="A path, such as /services/billing" error={isTold ? problem : ''}>
          {(ids) => (
            <TextInput {...ids} mono autoFocus value={path} onChange={(event) => setPath(event.target.value)} />
          )}
        </Field>
        <Field label="Value" hint="What is proclaimed once elected, such as an address">
          {(ids) => <TextInput {...ids} mono value={value} onChange={(event) => setValue(event.target.value)} />}
        </Field>
        <AsWhom />
      </form>
    </Dialog>
  );
}
