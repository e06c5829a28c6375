import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { navigate } from '../../../navigation/navigation-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field, TextInput } from '../../../ui/field.tsx';
import { encodeText } from '../bytes.ts';
import { pathProblem } from '../paths.ts';
import { createKey } from './key-actions.ts';
import { LeaseField, type LeaseWish, leaseProblem } from './lease-field.tsx';

/** A new key: written only if there is none of that path. */
export function CreateDialog({ path: initial, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const [path, setPath] = useState(initial);
  const [text, setText] = useState('');
  const [lease, setLease] = useState<LeaseWish>({ kind: 'none' });
  const [isBusy, setBusy] = useState(false);
  const [isTold, setTold] = useState(false);
  const refusal = useWriteRefusal();
  const formId = useId();
  const problem = pathProblem(path);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTold(true);
    if (problem !== '' || leaseProblem(lease) !== '' || refusal !== '' || isBusy) return;
    setBusy(true);
    const result = await createKey(path, encodeText(text), lease);
    setBusy(false);
    if (result === 'failed') return;
    onClose();
    // When somebody else was first, the open key shows both.
    navigate('keys', { path });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="medium"
      title="New key"
      description="It is written only if there is no key of that path yet."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} busy={isBusy} refusal={refusal}>
            Create
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
        <Field label="Path" hint="Segments are divided by /" error={isTold || !path.endsWith('/') ? problem : ''}>
          {(ids) => (
            <TextInput
              {...ids}
              mono
              autoFocus
              value={path}
              // The slash stands there already: who types a path as it is written everywhere begins with another.
              onChange={(event) => setPath(event.target.value.replace(/^\/{2,}/, '/'))}
            />
          )}
        </Field>
        <Field label="Value" hint="Text as it is; other bytes can be written once the key is there">
          {(ids) => (
            <textarea
              {...ids}
              spellCheck={false}
              rows={6}
              onKeyDown={submitOnCtrlEnter}
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="rounded-md border border-line-strong bg-surface px-2 py-1 font-mono"
            />
          )}
        </Field>
        <LeaseField wish={lease} onChange={setLease} />
      </form>
    </Dialog>
  );
}

/** Enter alone is a line of the value. */
function submitOnCtrlEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
