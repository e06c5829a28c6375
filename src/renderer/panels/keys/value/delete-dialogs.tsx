import { useState } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { useLoad } from '../../../connection/load.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote } from '../../../ui/notes.tsx';
import { NumberField } from '../../../ui/number-field.tsx';
import { bytesText, countText } from '../../../ui/numbers.ts';
import { useEditor } from './editor-store.ts';
import { countTree, deleteKey, deleteTree } from './key-actions.ts';

interface DeleteProps {
  readonly path: string;
  readonly onClose: () => void;
}

/** One key: what goes is in sight, and its history brings it back. */
export function DeleteKeyDialog({ path, onClose }: DeleteProps) {
  const loaded = useEditor((state) => (state.path === path ? state.loaded : undefined));
  const refusal = useWriteRefusal();
  const [isBusy, setBusy] = useState(false);
  const version = loaded?.version ?? 0;
  const run = async (): Promise<void> => {
    setBusy(true);
    await deleteKey(path, version);
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete this key?"
      description={
        <>
          <span className="font-mono break-all">{path}</span>, version {version}, {bytesText(loaded?.sizeBytes ?? 0)}.
          It can be restored from its history until that is compacted.
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            busy={isBusy}
            refusal={refusal || (version === 0 ? 'it is not loaded' : '')}
            onClick={() => void run()}
          >
            Delete
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}

/** Many keys: who deletes them has to write down how many. */
export function DeleteTreeDialog({ path, onClose }: DeleteProps) {
  const refusal = useWriteRefusal();
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const { data: count, error, reload } = useLoad((_client, signal) => countTree(path, signal), [path]);
  const isRight = count !== undefined && count > 0 && typed.replace(/[\s,.\u202f]/g, '') === String(count);
  const run = async (): Promise<void> => {
    if (count === undefined || !isRight || refusal !== '' || isBusy) return;
    setBusy(true);
    const done = await deleteTree(path, count);
    setBusy(false);
    if (done) onClose();
    else {
      setTyped('');
      reload();
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete everything below this path?"
      description={
        <>
          <span className="font-mono break-all">{path}</span> itself, if it is a key, and everything below it, in one
          step. If anything is added or changed there before you press Delete, nothing is deleted.
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            busy={isBusy}
            refusal={refusal || (isRight ? '' : 'type the number of keys first')}
            onClick={() => void run()}
          >
            Delete {count === undefined ? '' : countText(count)} keys
          </Button>
        </>
      }
    >
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {count === undefined ? (
        <p aria-busy>Counting…</p>
      ) : count === 0 ? (
        <p>There are no keys here any more.</p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void run();
          }}
        >
          <NumberField
            label={`These are ${count} keys. Type that number to delete them`}
            isWhole
            autoFocus
            value={typed}
            onChange={setTyped}
          />
        </form>
      )}
    </Dialog>
  );
}
