import { useState } from 'react';
import type { EntryView } from '../../../../contract/index.ts';
import { ActDialog } from '../../../activity/act-dialog.tsx';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { replaceQuery } from '../../../navigation/navigation-store.ts';
import { NumberField } from '../../../ui/number-field.tsx';
import { countText } from '../../../ui/numbers.ts';
import { countsText } from '../count-bar.tsx';
import { deleteQueue, removeEntry } from '../entry-actions.ts';
import { openCount } from '../entry-states.ts';
import { askNothing, useQueues } from '../queues-store.ts';

/** One entry. */
export function RemoveDialog({ path, entry: { seq, state } }: { readonly path: string; readonly entry: EntryView }) {
  return (
    <ActDialog
      title={`Take entry ${seq} out?`}
      description={
        state === 'done'
          ? 'Its payload and result are gone then; it stays counted as done.'
          : `It is ${state}. Its payload and checkpoint are gone then, nobody does it any more, and what waits for it waits no longer.`
      }
      confirm="Take it out"
      danger
      refusal={useWriteRefusal()}
      run={(tell) => removeEntry(tell, path, seq)}
      onClose={askNothing}
    />
  );
}

/** A queue: who deletes what is not done yet has to write down how much that is. */
export function DeleteQueueDialog({ path }: { readonly path: string }) {
  const queue = useQueues((state) => state.queues.find((one) => one.path === path));
  const [typed, setTyped] = useState('');
  const writeRefusal = useWriteRefusal();
  const open = queue === undefined ? 0 : openCount(queue.counts);
  const isRight = open === 0 || typed.trim() === String(open);
  const refusal =
    writeRefusal ||
    (queue === undefined
      ? 'there is no such queue any more'
      : queue.counts.claimed > 0
        ? `${queue.counts.claimed} claimed: it can be deleted when these claims have ended`
        : isRight
          ? ''
          : 'type the number of open entries first');
  return (
    <ActDialog
      title="Delete this queue?"
      description={
        <>
          <span className="font-mono break-all">{path}</span> with all its entries, payloads and results
          {open === 0 ? '; nothing in it is open.' : `: ${queue === undefined ? '' : countsText(queue.counts)}.`}
        </>
      }
      confirm={open === 0 ? 'Delete' : `Delete with ${countText(open)} open`}
      danger
      refusal={refusal}
      run={async (tell) => {
        const done = await deleteQueue(tell, path);
        if (done) replaceQuery({ queue: '', states: '', after: '', entry: '' });
        return done;
      }}
      onClose={askNothing}
    >
      {open === 0 ? null : (
        <NumberField
          label={`These are ${open} open entries. Type that number to delete them`}
          isWhole
          autoFocus
          value={typed}
          onChange={setTyped}
        />
      )}
    </ActDialog>
  );
}
