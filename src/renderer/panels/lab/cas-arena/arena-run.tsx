import { FastForward, Play, RotateCcw, SkipForward, Square } from 'lucide-react';
import { useMemo } from 'react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/notes.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { BeginOrEnd } from './arena-setup.tsx';
import {
  chosenOrder,
  finishRun,
  playByHand,
  runChosen,
  startByHand,
  startChosen,
  stepClient,
  stopRunning,
  useArena,
} from './arena-store.ts';
import { ClientCards } from './client-cards.tsx';
import { predict } from './model.ts';
import { OutcomeMarks } from './outcome-marks.tsx';
import { letterOf, type Outcome, outcomeKey } from './race.ts';
import { lostText, outcomeText } from './race-words.ts';
import { keyNow, nextClient, notStarted, outcomeOfRun, type Run } from './run.ts';
import { TraceTable } from './trace-table.tsx';

/** One run: the interleaving that is chosen, or whatever a person plays by hand. */
export function ArenaRun() {
  const isBegun = useArena((state) => state.isBegun);
  const isByHand = useArena((state) => state.isByHand);
  const chosen = useArena((state) => state.chosen);
  const rules = useArena((state) => state.rules);
  const run = useArena((state) => state.run);
  const isBusy = useArena((state) => state.isBusy);
  const waiting = useMemo(
    () => notStarted(rules, isByHand ? undefined : chosenOrder({ chosen, rules })),
    [isByHand, rules, chosen],
  );
  const shown = run ?? waiting;
  return (
    <section aria-label="Run" className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-11 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <Segmented
          label="Who says who steps"
          value={isByHand ? 'hand' : 'order'}
          choices={[
            {
              value: 'order',
              label: `Interleaving ${chosen + 1}`,
              ...(isBusy ? { refusal: 'a step is under way' } : {}),
            },
            { value: 'hand', label: 'By hand', ...(isBusy ? { refusal: 'a step is under way' } : {}) },
          ]}
          onChange={(next) => playByHand(next === 'hand')}
        />
        <Controls run={run} />
      </div>
      {isBegun ? null : <NotBegun />}
      {isBegun ? <ClientCards run={shown} /> : null}
      {isBegun && run === undefined && isByHand ? (
        <Empty title="No race is on" action={<StartByHand />}>
          A start writes the start value; then each client takes its steps when you say so.
        </Empty>
      ) : null}
      {isBegun && (run !== undefined || !isByHand) ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
        <div tabIndex={0} className="min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2">
          <TraceTable run={shown} />
        </div>
      ) : null}
      {run === undefined ? null : <ResultLine run={run} />}
    </section>
  );
}

function NotBegun() {
  const path = useArena((state) => state.path);
  const clients = useArena((state) => state.rules.clients);
  return (
    <Empty title="Nothing has been written yet" action={<BeginOrEnd />}>
      Begin opens {clients} sessions, one per client, and writes the key <code className="font-mono">{path}</code> of
      this cell. The end deletes the key and ends the sessions. If this window is closed before, the sessions end by
      themselves and the key stays.
    </Empty>
  );
}

function StartByHand() {
  const refusal = useWriteRefusal();
  const isBusy = useArena((state) => state.isBusy);
  return (
    <Button variant="primary" icon={Play} busy={isBusy} refusal={refusal} onClick={() => void startByHand()}>
      Start
    </Button>
  );
}

function Controls({ run }: { readonly run: Run | undefined }) {
  const isBegun = useArena((state) => state.isBegun);
  const isByHand = useArena((state) => state.isByHand);
  const isBusy = useArena((state) => state.isBusy);
  const writeRefusal = useWriteRefusal();
  if (!isBegun) return null;
  const refusal = writeRefusal || (isBusy ? 'a step is under way' : '');
  const next = run === undefined ? undefined : nextClient(run);
  return (
    <div className="ml-auto flex items-center gap-2">
      {isByHand ? (
        run === undefined ? null : (
          <Button icon={RotateCcw} refusal={refusal} onClick={() => void startByHand()}>
            Start over
          </Button>
        )
      ) : (
        <>
          {run !== undefined && next !== undefined ? (
            <>
              <Button icon={SkipForward} refusal={refusal} onClick={() => void stepClient(next)}>
                Next step: {letterOf(next)}
              </Button>
              <Button icon={FastForward} refusal={refusal} onClick={() => void finishRun()}>
                To the end
              </Button>
            </>
          ) : (
            <Button icon={SkipForward} refusal={refusal} onClick={() => void startChosen()}>
              Step through
            </Button>
          )}
          {isBusy ? (
            <Button icon={Square} onClick={stopRunning}>
              Stop
            </Button>
          ) : (
            <Button variant="primary" icon={Play} refusal={refusal} onClick={() => void runChosen()}>
              Run it
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function ResultLine({ run }: { readonly run: Run }) {
  const key = keyNow(run);
  const outcome = outcomeOfRun(run);
  return (
    <div
      role="status"
      className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line bg-canvas px-3 py-1"
    >
      <span>
        {outcome === undefined ? 'The key holds' : 'Final value'}{' '}
        <span className="font-mono font-semibold">{key?.value}</span>
      </span>
      {outcome === undefined ? (
        <span className="text-soft">It goes on.</span>
      ) : (
        <>
          <Badge tone={outcome.lost.length === 0 ? 'good' : 'bad'}>{lostText(outcome)}</Badge>
          <span className="text-soft">
            <OutcomeMarks outcome={outcome} />
          </span>
          <Expected run={run} outcome={outcome} />
        </>
      )}
    </div>
  );
}

function Expected({ run: { rules, order }, outcome }: { readonly run: Run; readonly outcome: Outcome }) {
  if (order === undefined) return null;
  const expected = predict(rules, order);
  return outcomeKey(expected) === outcomeKey(outcome) ? (
    <span className="text-good">as worked out before</span>
  ) : (
    <span className="text-warning">
      worked out before: {outcomeText(expected)}, {expected.value}. Somebody else wrote the key meanwhile.
    </span>
  );
}
