import { Check, LoaderCircle, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { DemoAgent } from '../../../contract/index.ts';
import { act } from '../../activity/activity-store.ts';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { useLoad } from '../../connection/load.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, WarningNote } from '../../ui/notes.tsx';
import type { Demo } from './demo.ts';
import { type JoiningStep, joiningSteps } from './joining.ts';

/** One more agent: at a click where the cell runs on this machine, and always as a command. */
export function AddDialog({ demo }: { readonly demo: Demo }) {
  const close = (): void => replaceQuery({ add: '' });
  return (
    <Dialog
      open
      onOpenChange={close}
      title="Add an agent"
      description="A newcomer begins as a learner: it copies the journal and serves reads. The autopilot makes it a voter when that helps."
      size="medium"
      footer={<Button onClick={close}>Close</Button>}
    >
      <div className="flex flex-col gap-4">
        {demo.isDemo ? <AddHere demo={demo} /> : null}
        <JoinCommand />
      </div>
    </Dialog>
  );
}

function AddHere({ demo }: { readonly demo: Demo }) {
  const refusal = useWriteRefusal();
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState<DemoAgent>();
  const add = async (): Promise<void> => {
    setBusy(true);
    setAdded(undefined);
    const agent = await act(
      'Add an agent on this machine',
      () => client().demo.addAgent(),
      ({ pid }) => `process ${pid} started`,
    );
    setBusy(false);
    setAdded(agent);
    demo.reload();
  };
  return (
    <section aria-label="On this machine">
      <h3 className="font-semibold">On this machine</h3>
      <p className="mb-2 text-soft">Starts one more process of this demo cell.</p>
      <Button variant="primary" icon={UserPlus} busy={busy} refusal={refusal} onClick={() => void add()}>
        Start one more agent here
      </Button>
      {busy ? <Steps steps={[{ text: 'Starting a process', done: false }]} /> : null}
      {added === undefined ? null : <Joining agent={added} />}
    </section>
  );
}

/** How far the newcomer is, as the cell tells it. */
function Joining({ agent }: { readonly agent: DemoAgent }) {
  const participants = useCell(({ view }) => view?.participants) ?? [];
  return <Steps steps={joiningSteps(agent, participants)} />;
}

function Steps({ steps }: { readonly steps: readonly JoiningStep[] }) {
  return (
    <ol aria-label="Joining" aria-live="polite" className="mt-2 flex flex-col gap-1">
      {steps.map(({ text, done }) => (
        <li key={text} className="flex items-center gap-2">
          {done ? (
            <Check aria-hidden size={14} className="text-good" />
          ) : (
            <LoaderCircle aria-hidden size={14} className="animate-spin text-accent" />
          )}
          {text}
        </li>
      ))}
    </ol>
  );
}

function JoinCommand() {
  const { data, error, reload } = useLoad((operator, signal) => operator.cell.joinCommand(undefined, { signal }), []);
  return (
    <section aria-label="Anywhere else">
      <h3 className="font-semibold">By a command</h3>
      <p className="mb-2 text-soft">
        Start this with a state directory of its own. It joins by itself and tries until it does.
      </p>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      <div className="min-h-9 rounded-md bg-sunken px-3 py-2">
        {data === undefined ? null : (
          <Copyable mono isButton text={data.command} label="the command that joins this cell" />
        )}
      </div>
      {data?.insecureNeeded === true ? (
        <div className="mt-2">
          <WarningNote>
            There is no encryption and no authentication between agents: use --insecure only on a network that you
            trust.
          </WarningNote>
        </div>
      ) : null}
    </section>
  );
}
