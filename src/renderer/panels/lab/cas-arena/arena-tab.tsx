import { ListChecks, Shapes, Square } from 'lucide-react';
import { useWriteRefusal } from '../../../cell/cell-store.ts';
import { useLoad } from '../../../connection/load.ts';
import { Button } from '../../../ui/button.tsx';
import { countText } from '../../../ui/numbers.ts';
import { Split } from '../../../ui/split.tsx';
import { LeftThings } from '../left-things.tsx';
import { ArenaRun } from './arena-run.tsx';
import { ArenaSetup } from './arena-setup.tsx';
import { ARENA_OWNER, runMany, stopRunning, useArena } from './arena-store.ts';
import { InterleavingList } from './interleaving-list.tsx';
import { isOfRace, removeLeftRace, useLeftRace } from './left-race.ts';
import { OutcomeGroups } from './outcome-groups.tsx';
import { OutcomeLegend } from './outcome-marks.tsx';
import { type Listed, useListed } from './use-outcomes.ts';

/** Real clients that race on one real key, in any order of their steps. */
export function ArenaTab() {
  const sessions = useArena((state) => state.sessions);
  const clients = useArena((state) => state.rules.clients);
  const listed = useListed();
  const left = useLeftKeys();
  return (
    <>
      <ArenaSetup />
      <LeftThings prefix={ARENA_OWNER} known={sessions} keys={left} removeKeys={removeLeftRace} />
      <Split
        name="interleavings"
        initial={420}
        min={340}
        max={720}
        first={
          <section aria-label="Interleavings and their outcomes" className="flex min-h-0 flex-1 flex-col">
            <Batch listed={listed} />
            <OutcomeGroups outcomes={listed.outcomes} />
            <OutcomeLegend clients={clients} />
            <Verdict />
            <InterleavingList listed={listed} />
          </section>
        }
        second={<ArenaRun />}
      />
    </>
  );
}

/** What the cell made of what was run, beside what had been worked out. */
function Verdict() {
  const done = useArena((state) => state.done);
  const otherwise = [...done.values()].filter(({ asPredicted }) => !asPredicted).length;
  const asWorkedOut = otherwise === 0 ? 'all ended as worked out' : `${countText(otherwise)} ended otherwise`;
  return (
    <p className="flex h-7 shrink-0 items-center border-b border-line bg-canvas px-3 text-sm text-soft">
      {done.size === 0 ? 'None has been run yet.' : `${countText(done.size)} run: ${asWorkedOut}.`}
    </p>
  );
}

/** Beyond, it would take hours, and one of each outcome shows the same. */
const RUN_ALL_MAX = 2_000;

function Batch({ listed: { count, indexAt, outcomes } }: { readonly listed: Listed }) {
  const isBegun = useArena((state) => state.isBegun);
  const isBusy = useArena((state) => state.isBusy);
  const batch = useArena((state) => state.batch);
  const writeRefusal = useWriteRefusal();
  const refusal = writeRefusal || (isBegun ? (isBusy ? 'a step is under way' : '') : 'begin first');
  const tooMany = count > RUN_ALL_MAX ? `${countText(count)} are too many to run; run one of each outcome` : '';
  const all = (): void => void runMany(Array.from({ length: count }, (_, place) => indexAt(place)));
  const each = (): void => void runMany(outcomes.groups.map(({ first }) => first));
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      {batch === undefined ? (
        <>
          <Button icon={ListChecks} refusal={refusal || tooMany} onClick={all}>
            Run all {countText(count)}
          </Button>
          <Button icon={Shapes} refusal={refusal} onClick={each}>
            Run one of each outcome
          </Button>
        </>
      ) : (
        <>
          <Button icon={Square} onClick={stopRunning}>
            Stop
          </Button>
          <span role="status" className="text-soft">
            {countText(batch.done)} of {countText(batch.total)} run
          </span>
        </>
      )}
    </div>
  );
}

/** The key of an earlier race, if it is there still. */
function useLeftKeys(): readonly string[] {
  const race = useLeftRace((state) => state.race);
  const { data } = useLoad(
    (client, signal) => client.keys.get({ path: race!.path }, { signal }),
    [race],
    race !== undefined,
  );
  return race !== undefined && data !== undefined && isOfRace(data.item, race) ? [race.path] : [];
}
