import type { DemoFaultInput, DemoFaultPreview } from '../../../../contract/index.ts';
import { useCell } from '../../../cell/cell-store.ts';
import { useLoad } from '../../../connection/load.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Gauge } from '../../../ui/gauge.tsx';
import { ErrorNote } from '../../../ui/notes.tsx';
import { useFaults } from './faults-store.ts';

export interface Preview {
  readonly data: DemoFaultPreview | undefined;
  readonly error: unknown;
  readonly reload: () => void;
}

/** Worked out by the agent, anew whenever what is planned or what it is planned for has changed. */
export function usePreview(input: DemoFaultInput | undefined): Preview {
  const demo = useFaults((state) => state.demo);
  const cell = useCell(({ view }) =>
    view === undefined
      ? ''
      : `${view.status.leaderId} ${view.participants.map(({ role, suspect }) => `${role}${suspect}`).join(' ')}`,
  );
  return useLoad(
    (client, signal) => client.demo.previewFault(input!, { signal }),
    [JSON.stringify(input), demo, cell],
    input !== undefined,
  );
}

/** What it would do to the majority, before it is done. */
export function FaultPreview({
  preview: { data, error, reload },
  isRepeat,
  nameOf,
}: {
  readonly preview: Preview;
  /** It would take the place of what is in effect already. */
  readonly isRepeat: boolean;
  readonly nameOf: (id: string) => string;
}) {
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />;
  if (data === undefined) return <div className="h-32" />;
  const { voters, majority, reachableNow, reachableThen, losesMajority, affectsLeader, keep, lose, says } = data;
  return (
    <section
      aria-label="What it would do"
      className="flex flex-col gap-2 rounded-md border border-line bg-canvas p-2.5"
    >
      <div className="grid grid-cols-[36px_minmax(0,1fr)_48px] items-center gap-x-2 gap-y-1">
        <Reach label="now" reachable={reachableNow} voters={voters} majority={majority} />
        <Reach label="then" reachable={reachableThen} voters={voters} majority={majority} />
      </div>
      <p className="text-sm text-faint">Voters in touch with each other; the mark is the majority, {majority}.</p>
      <p className="min-h-10">{says}</p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
        <dt className="text-soft">Keep a majority</dt>
        <dd className="break-words font-medium">{keep.length === 0 ? 'nobody' : keep.map(nameOf).join(', ')}</dd>
        <dt className="text-soft">Lose it</dt>
        <dd className="break-words font-medium">{lose.length === 0 ? 'nobody' : lose.map(nameOf).join(', ')}</dd>
      </dl>
      <div className="flex min-h-5 flex-wrap gap-1.5">
        <Badge tone={losesMajority ? 'bad' : reachableThen < majority ? 'bad' : 'good'}>
          {reachableThen < majority ? 'no majority: no writes' : 'keeps a majority'}
        </Badge>
        {affectsLeader ? <Badge tone="warning">expect an election</Badge> : null}
        {isRepeat ? <Badge tone="info">in effect now: its time begins anew</Badge> : null}
      </div>
    </section>
  );
}

function Reach({
  label,
  reachable,
  voters,
  majority,
}: {
  readonly label: string;
  readonly reachable: number;
  readonly voters: number;
  readonly majority: number;
}) {
  const isEnough = reachable >= majority;
  return (
    <>
      <span className="text-sm text-soft">{label}</span>
      <Gauge
        words={`${label}: ${reachable} of ${voters} voters in touch, ${majority} needed`}
        left={reachable}
        total={voters}
        needed={majority}
        tone={isEnough ? 'good' : 'bad'}
      />
      <span className="text-right text-sm">
        {reachable} of {voters}
      </span>
    </>
  );
}
