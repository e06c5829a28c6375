import { useState } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { useEditor } from './editor-store.ts';
import { changeLease } from './key-actions.ts';
import { LeaseField, type LeaseWish, leaseProblem } from './lease-field.tsx';

/** Writes the open key again with another lease, or with none. */
export function LeaseDialog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const loaded = useEditor((state) => (state.path === path ? state.loaded : undefined));
  const refusal = useWriteRefusal();
  const [isBusy, setBusy] = useState(false);
  const [wish, setWish] = useState<LeaseWish>(
    loaded === undefined || loaded.leaseId === '' ? { kind: 'new', ttlText: '60' } : { kind: 'none' },
  );
  const notNow = loaded?.isComplete === true ? '' : 'all of the value has to be loaded first';
  const run = async (): Promise<void> => {
    if (loaded === undefined) return;
    setBusy(true);
    await changeLease(loaded, wish);
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="medium"
      title="Change the lease"
      description={
        <>
          <span className="font-mono break-all">{path}</span> is written again with the same value
          {loaded?.leaseId ? `; now it ends with lease ${loaded.leaseId}` : '; now it has no lease'}.
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={isBusy}
            refusal={refusal || notNow || leaseProblem(wish)}
            onClick={() => void run()}
          >
            Write
          </Button>
        </>
      }
    >
      <LeaseField wish={wish} onChange={setWish} />
    </Dialog>
  );
}
