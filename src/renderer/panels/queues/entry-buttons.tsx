import { Check, CirclePause, CirclePlay, ListPlus, RotateCcw, Save, Trash2, XCircle } from 'lucide-react';
import type { EntryView, KeptSession } from '../../../contract/index.ts';
import { useActing } from '../../acting/acting-store.ts';
import { pause, resume } from '../../acting/participant-actions.ts';
import { isAlive, ownerText } from '../../acting/participants.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { WhyNot } from '../../ui/why-not.tsx';
import { requeue } from './entry-actions.ts';
import { ask, type Report } from './queues-store.ts';

/** What can be done with an entry as it stands. Whatever a worker says is said by the session that claimed it. */
export function EntryButtons({ path, entry }: { readonly path: string; readonly entry: EntryView }) {
  const refusal = useWriteRefusal();
  const { seq, state } = entry;
  return (
    <div className="flex flex-wrap gap-1.5">
      {state === 'claimed' ? <WorkerButtons path={path} entry={entry} /> : null}
      {state === 'dead' ? (
        <Button variant="primary" icon={RotateCcw} refusal={refusal} onClick={() => void requeue(path, seq)}>
          Requeue
        </Button>
      ) : null}
      <Button icon={ListPlus} refusal={refusal} onClick={() => ask({ kind: 'enqueue', path, after: [seq] })}>
        Add after it
      </Button>
      <Button
        variant="danger"
        icon={Trash2}
        refusal={refusal || (state === 'claimed' ? 'it is claimed: it can be taken out when that has ended' : '')}
        onClick={() => ask({ kind: 'remove', path, entry })}
      >
        Take out
      </Button>
    </div>
  );
}

function WorkerButtons({ path, entry }: { readonly path: string; readonly entry: EntryView }) {
  const { sessionId, worker } = entry;
  const ours = useActing((state) =>
    state.participants.find((session) => session.sessionId === sessionId && isAlive(session)),
  );
  const refusal =
    useWriteRefusal() ||
    (ours !== undefined ? '' : `only ${worker || 'its worker'} can say so, which is no participant of this window`);
  const report = (kind: Report) => (): void => ask({ kind: 'report', report: kind, path, entry });
  return (
    <>
      <Button variant="primary" icon={Check} refusal={refusal} onClick={report('complete')}>
        Complete
      </Button>
      <Button icon={Save} refusal={refusal} onClick={report('checkpoint')}>
        Checkpoint
      </Button>
      <Button icon={XCircle} refusal={refusal} onClick={report('fail')}>
        Fail
      </Button>
      {ours === undefined ? null : <PauseButton worker={ours} />}
      <div className="basis-full empty:hidden">
        <WhyNot refusal={refusal} />
      </div>
    </>
  );
}

/** A worker that dies does so without a word: paused for longer than its claim lasts, it has lost it. */
function PauseButton({ worker }: { readonly worker: KeptSession }) {
  const name = ownerText(worker.sessionId, worker.owner);
  return worker.state === 'paused' ? (
    <Button icon={CirclePlay} onClick={() => void resume(worker)}>
      Resume {name}
    </Button>
  ) : (
    <Button icon={CirclePause} title="As if its program stood still" onClick={() => void pause(worker)}>
      Pause {name}
    </Button>
  );
}
