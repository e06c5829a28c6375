import { KeyRound, type LucideIcon, MessagesSquare, UserPlus } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { act } from '../../activity/activity-store.ts';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { beginWith, stepsLeft, useBegun } from './first-steps.ts';

const FIRST_KEY = '/greeting';

/** What to try in a cell that held nothing when this page came, or that could not lose anybody. */
export function TryFirst() {
  const facts = useCell(
    useShallow(({ view }) => ({
      revision: view?.status.revision ?? 0,
      participants: view?.participants.length ?? 0,
      voters: view?.health.tolerance.voters ?? 0,
    })),
  );
  const begun = useBegun();
  const refusal = useWriteRefusal();
  useEffect(() => beginWith(facts), [facts]);
  const steps = stepsLeft(facts, begun);
  if (steps.length === 0) return null;
  return (
    <section aria-label="What to try first">
      <h2 className="mb-1 font-semibold">{facts.revision === 0 ? 'What to try first' : 'What to try next'}</h2>
      <ol className="flex flex-col gap-2">
        {steps.includes('write') ? (
          <Step
            icon={KeyRound}
            action={
              <Button refusal={refusal} onClick={() => void writeFirstKey()}>
                Write {FIRST_KEY}
              </Button>
            }
          >
            Write a first key and open it in Keys.
          </Step>
        ) : null}
        {steps.includes('messages') ? (
          <Step icon={MessagesSquare} action={<Button onClick={() => navigate('messages')}>Open Messages</Button>}>
            Watch the messages by which the agents agreed on it.
          </Step>
        ) : null}
        {steps.includes('add') ? (
          <Step
            icon={UserPlus}
            action={<Button onClick={() => navigate('participants', { add: 'yes' })}>Add an agent</Button>}
          >
            {facts.voters < 3
              ? 'With fewer than three voters the cell survives no failure: add agents.'
              : 'Add one more agent, and see it catch up.'}
          </Step>
        ) : null}
      </ol>
    </section>
  );
}

/** Created only: a key of somebody else is never overwritten. */
async function writeFirstKey(): Promise<void> {
  const done = await act(
    `Write ${FIRST_KEY}`,
    () => client().keys.compareAndWrite({ path: FIRST_KEY, expected: { version: 0 }, value: { text: 'hello' } }),
    ({ succeeded, revision }) => (succeeded ? `revision ${revision}` : 'it exists already; nothing was changed'),
    ({ succeeded }) => succeeded,
  );
  if (done !== undefined) navigate('keys', { path: FIRST_KEY });
}

function Step({
  icon: Icon,
  action,
  children,
}: {
  readonly icon: LucideIcon;
  readonly action: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <li className="rounded-md border border-line bg-raised p-2.5">
      <div className="flex items-start gap-2">
        <Icon aria-hidden size={15} className="mt-0.5 shrink-0 text-accent" />
        <span className="min-w-0">{children}</span>
      </div>
      <div className="mt-1.5 flex justify-end">{action}</div>
    </li>
  );
}
