import { type ReactNode, useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { addPast, CELL_HISTORY_MS, type CellSample, useCellHistory } from '../../cell/cell-history.ts';
import { useCell } from '../../cell/cell-store.ts';
import { answeringWords } from '../../cell/participant-words.ts';
import { useLoad } from '../../connection/load.ts';
import { countText, durationText } from '../../ui/numbers.ts';
import { Sparkline } from '../../ui/sparkline.tsx';

/** The line begins before this page was opened: the agent has kept it. */
function usePast(): void {
  const { data } = useLoad((client, signal) => {
    const nowMs = useCell.getState().view?.atMs ?? 0;
    return client.runtime.series({ sinceMs: nowMs - CELL_HISTORY_MS }, { signal });
  }, []);
  useEffect(() => {
    if (data !== undefined) addPast(data);
  }, [data]);
}

/** How many may fail, how much is written, and how long it takes. */
export function Figures() {
  usePast();
  const tolerance = useCell(useShallow(({ view }) => view!.health.tolerance));
  const now = useCell(
    useShallow(({ view }) => ({
      writes: view!.appliedPerSecond,
      reads: view!.readsPerSecond,
      p50: view!.commitP50Ms,
      p99: view!.commitP99Ms,
    })),
  );
  return (
    <div className="grid grid-cols-4 border-b border-line">
      <Figure
        label="Quorum"
        value={
          <>
            {tolerance.majority} of {tolerance.voters}
          </>
        }
        unit="voters"
      >
        <div className="text-sm text-soft">{answeringWords(tolerance)}</div>
      </Figure>
      <Figure label="Writes" value={countText(now.writes)} unit="per second, in the cell">
        <History
          label="Writes of the cell a second over the last three minutes"
          of={(sample) => sample.writesPerSecond}
        />
      </Figure>
      <Figure label="Reads" value={countText(now.reads)} unit="per second, on this agent">
        <History label="Reads a second over the last three minutes" of={(sample) => sample.readsPerSecond} />
      </Figure>
      <Figure
        label="Commit latency"
        value={now.p50 === 0 ? '–' : durationText(now.p50)}
        unit={now.p99 === 0 ? 'no writes on this agent lately' : `median; 99 % within ${durationText(now.p99)}`}
      >
        <History label="Median commit latency over the last three minutes" of={(sample) => sample.commitP50Ms} />
      </Figure>
    </div>
  );
}

function History({ label, of }: { readonly label: string; readonly of: (sample: CellSample) => number }) {
  const samples = useCellHistory((state) => state.samples);
  return (
    <Sparkline
      label={label}
      spanMs={CELL_HISTORY_MS}
      points={samples.map((sample) => ({ atMs: sample.atMs, value: of(sample) }))}
    />
  );
}

function Figure({
  label,
  value,
  unit,
  children,
}: {
  readonly label: string;
  readonly value: ReactNode;
  readonly unit: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={label} className="min-w-0 border-l border-line px-3 py-2 first:border-l-0">
      <h2 className="text-sm text-faint">{label}</h2>
      <div className="flex items-baseline gap-1.5 whitespace-nowrap">
        <span className="text-xl font-semibold">{value}</span>
        <span className="truncate text-sm text-soft">{unit}</span>
      </div>
      <div className="mt-1 h-6">{children}</div>
    </section>
  );
}
