import { type FormEvent, useEffect, useId, useMemo, useState } from 'react';
import type { BarrierView } from '../../../contract/index.ts';
import { useYourName } from '../../acting/your-name.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { breakBarrier, changeMembers, deleteBarrier } from './barrier-actions.ts';
import { arrivedText } from './barrier-words.ts';
import { askNothing, useBarriers } from './barriers-store.ts';
import { SessionPicker } from './session-picker.tsx';

/** Whatever is being asked about the chosen barrier. */
export function BarrierDialogs({ barrier }: { readonly barrier: BarrierView }) {
  const asked = useBarriers((state) => state.asked);
  // A question that nobody answered does not come back with this barrier or for another one.
  useEffect(() => askNothing, []);
  switch (asked) {
    case 'nothing':
      return null;
    case 'members':
      return <MembersDialog barrier={barrier} />;
    case 'break':
      return <BreakDialog barrier={barrier} />;
    case 'delete':
      return <DeleteDialog barrier={barrier} />;
  }
}

function MembersDialog({ barrier: { path, members } }: { readonly barrier: BarrierView }) {
  // As they were when one began: who comes or goes meanwhile is neither added nor removed by it.
  const [before] = useState(members);
  const [chosen, setChosen] = useState<readonly string[]>(() => before.map(({ sessionId }) => sessionId));
  const [isBusy, setBusy] = useState(false);
  const refusal = useWriteRefusal();
  const { add, remove } = useMemo(() => {
    const had = new Set(before.map(({ sessionId }) => sessionId));
    const has = new Set(chosen);
    return { add: chosen.filter((id) => !had.has(id)), remove: [...had].filter((id) => !has.has(id)) };
  }, [before, chosen]);
  const run = async (): Promise<void> => {
    setBusy(true);
    const done = await changeMembers(path, add, remove);
    setBusy(false);
    if (done !== undefined) askNothing();
  };
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      size="medium"
      title="Change the members"
      description="How many have to arrive is evaluated anew at once; that may release the barrier."
      footer={
        <>
          <span className="mr-auto self-center text-soft">
            {add.length} to add, {remove.length} to remove
          </span>
          <Button onClick={askNothing}>Cancel</Button>
          <Button
            variant="primary"
            busy={isBusy}
            refusal={refusal || (add.length + remove.length === 0 ? 'nothing is changed' : '')}
            onClick={() => void run()}
          >
            Change
          </Button>
        </>
      }
    >
      <SessionPicker label={`Members of ${path}`} members={before} chosen={chosen} onChange={setChosen} />
    </Dialog>
  );
}

function BreakDialog({ barrier }: { readonly barrier: BarrierView }) {
  const { path } = barrier;
  const [by, setBy] = useYourName();
  const [why, setWhy] = useState('');
  const [isBusy, setBusy] = useState(false);
  const refusal = useWriteRefusal();
  const formId = useId();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (by.trim() === '' || refusal !== '' || isBusy) return;
    setBusy(true);
    const done = await breakBarrier(path, by.trim(), why);
    setBusy(false);
    if (done !== undefined) askNothing();
  };
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      title="Break this barrier?"
      description={`Whoever waits at ${path} is told so, and nobody passes until it is reset. ${arrivedText(barrier)}.`}
      footer={
        <>
          <Button onClick={askNothing}>Cancel</Button>
          <Button
            variant="danger"
            type="submit"
            form={formId}
            busy={isBusy}
            refusal={refusal || (by.trim() === '' ? 'say who you are' : '')}
          >
            Break it
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        <Field label="Who you are" hint="It is recorded, and told to whoever waits">
          {(ids) => <TextInput {...ids} autoFocus value={by} onChange={(event) => setBy(event.target.value)} />}
        </Field>
        <Field label="Why">
          {(ids) => <TextInput {...ids} value={why} onChange={(event) => setWhy(event.target.value)} />}
        </Field>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ barrier }: { readonly barrier: BarrierView }) {
  const { path } = barrier;
  const armers = useBarriers((state) => state.barriers.filter(({ next }) => next === path).length);
  const [isBusy, setBusy] = useState(false);
  const refusal = useWriteRefusal();
  const run = async (): Promise<void> => {
    setBusy(true);
    const done = await deleteBarrier(path);
    setBusy(false);
    if (done === undefined) return;
    askNothing();
    replaceQuery({ path: '' });
  };
  return (
    <Dialog
      open
      onOpenChange={askNothing}
      title="Delete this barrier?"
      description={
        <>
          <span className="font-mono break-all">{path}</span>, {arrivedText(barrier)}. Whoever waits at it is told that
          it is gone.
          {armers === 0
            ? ''
            : ` ${armers} other ${armers === 1 ? 'barrier names' : 'barriers name'} it as the next one.`}
        </>
      }
      footer={
        <>
          <Button onClick={askNothing}>Cancel</Button>
          <Button variant="danger" busy={isBusy} refusal={refusal} onClick={() => void run()}>
            Delete
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
