import { ArrowRight } from 'lucide-react';
import { useActing } from '../../../acting/acting-store.ts';
import { sessionText } from '../../../acting/participants.ts';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ClientMark } from '../client-mark.tsx';
import { stepClient, useArena } from './arena-store.ts';
import { amountOf, type ClientState, letterOf, type Result } from './race.ts';
import { resultText, STEP_WORDS } from './race-words.ts';
import { hasStarted, nextClient, nextStepOf, outcomeOfRun, type Run } from './run.ts';

const TONES: Readonly<Record<Result, Tone>> = { running: 'neutral', wrote: 'good', saw: 'warning', refused: 'bad' };

/** Each client with what it knows, and its next step. */
export function ClientCards({ run }: { readonly run: Run }) {
  const lost = outcomeOfRun(run)?.lost ?? [];
  return (
    <ul
      aria-label="Clients"
      className="grid gap-2 p-3"
      style={{ gridTemplateColumns: `repeat(${run.race.clients.length}, minmax(0, 1fr))` }}
    >
      {run.race.clients.map((client, index) => (
        <Card
          // biome-ignore lint/suspicious/noArrayIndexKey: a client is its number
          key={index}
          run={run}
          client={client}
          index={index}
          isLost={lost.includes(index)}
        />
      ))}
    </ul>
  );
}

function Card({
  run,
  client,
  index,
  isLost,
}: {
  readonly run: Run;
  readonly client: ClientState;
  readonly index: number;
  readonly isLost: boolean;
}) {
  const refusal = useWriteRefusal();
  const isBusy = useArena((state) => state.isBusy);
  const sessionId = useArena((state) => state.sessions[index] ?? '');
  const state = useActing(
    ({ participants }) => participants.find((session) => session.sessionId === sessionId)?.state ?? 'ended',
  );
  const step = nextStepOf(run, index);
  const turn = nextClient(run);
  const isItsTurn = hasStarted(run) && (run.order === undefined ? step !== undefined : turn === index);
  const letter = letterOf(index);
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-md border border-line bg-raised p-2.5">
      <div className="flex min-w-0 items-center gap-2">
        <ClientMark index={index} letter={letter} />
        <span
          className="truncate text-sm text-faint"
          title={sessionId === '' ? 'its session is opened with the first run' : `session ${sessionId}, ${state}`}
        >
          adds {amountOf(index)}
          {sessionId === '' || run.race.clients.length > 2 ? '' : ` · ${sessionText(sessionId)}`}
        </span>
        <span className="ml-auto shrink-0">
          <Badge tone={isLost ? 'bad' : TONES[client.result]}>
            {resultText(client.result, isLost, client.attempt)}
          </Badge>
        </span>
      </div>
      <div className="truncate">
        {client.read === undefined ? (
          <span className="text-faint">has read nothing yet</span>
        ) : (
          <>
            read <span className="font-mono">{client.read.value}</span>, version{' '}
            <span className="font-mono">{client.read.version}</span>
          </>
        )}
      </div>
      <Button
        icon={ArrowRight}
        variant={isItsTurn ? 'primary' : 'plain'}
        busy={isBusy}
        refusal={refusal || stepRefusal(run, step === undefined, isItsTurn)}
        aria-label={`${letter}: ${step === undefined ? 'finished' : STEP_WORDS[step]}`}
        onClick={() => void stepClient(index)}
      >
        {step === undefined ? 'Finished' : STEP_WORDS[step]}
      </Button>
    </li>
  );
}

function stepRefusal(run: Run, hasFinished: boolean, isItsTurn: boolean): string {
  if (isItsTurn) return '';
  if (!hasStarted(run)) return 'start the race first';
  return hasFinished ? 'it has finished' : 'in this interleaving it is not its turn; play by hand to choose';
}
