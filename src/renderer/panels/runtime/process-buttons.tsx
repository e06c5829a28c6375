import { Camera, Layers, Square, Timer } from 'lucide-react';
import { useControlRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { giveUpSnapshot, useProcessActions } from './process-actions.ts';
import { openProcessDialog, useProcessDialog } from './process-dialog-store.ts';
import { CallStackDialog, CpuProfileDialog, HeapSnapshotDialog } from './process-dialogs.tsx';

/** Ways to look into the process. */
export function ProcessButtons() {
  const refusal = useControlRefusal();
  const { profiling, snapshotBytes } = useProcessActions();
  const open = useProcessDialog((state) => state.open);
  const on = (name: typeof open) => (isOpen: boolean) => openProcessDialog(isOpen ? name : 'none');
  return (
    <section aria-label="Look inside" className="flex flex-col gap-1.5">
      <h2 className="font-medium">Look inside</h2>
      <Button icon={Layers} onClick={() => openProcessDialog('stack')}>
        Stack now…
      </Button>
      <Button icon={Timer} busy={profiling} refusal={refusal} onClick={() => openProcessDialog('profile')}>
        {profiling ? 'Profile is taken…' : 'CPU profile…'}
      </Button>
      {snapshotBytes === undefined ? (
        <Button icon={Camera} refusal={refusal} onClick={() => openProcessDialog('snapshot')}>
          Heap snapshot…
        </Button>
      ) : (
        <Button icon={Square} onClick={giveUpSnapshot}>
          Stop at {bytesText(snapshotBytes)}
        </Button>
      )}
      <CallStackDialog open={open === 'stack'} onOpenChange={on('stack')} />
      <CpuProfileDialog open={open === 'profile'} onOpenChange={on('profile')} />
      <HeapSnapshotDialog open={open === 'snapshot'} onOpenChange={on('snapshot')} />
    </section>
  );
}
