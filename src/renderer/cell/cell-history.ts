import { create } from 'zustand';
import type { CellView, RuntimeSeries } from '../../contract/index.ts';
import { useCell } from './cell-store.ts';

/** What is drawn as a line over the last minutes. */
export interface CellSample {
  readonly atMs: number;
  /** Of the whole cell. */
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
}

/** How far back the small charts go. The long history is the agent's: see Runtime. */
export const CELL_HISTORY_MS = 180_000;
const STEP_MS = 1_000;

/** Views come up to ten times a second; one a second is kept, the newest of it. */
export function withSample(samples: readonly CellSample[], sample: CellSample): readonly CellSample[] {
  const last = samples.at(-1);
  // A clock that was set back, or another agent behind the same address: the old line says nothing any more.
  if (last !== undefined && sample.atMs < last.atMs) return [sample];
  const kept = samples.filter(({ atMs }) => sample.atMs - atMs <= CELL_HISTORY_MS);
  const sameStep = last !== undefined && Math.floor(last.atMs / STEP_MS) === Math.floor(sample.atMs / STEP_MS);
  return sameStep ? [...kept.slice(0, -1), sample] : [...kept, sample];
}

/** What the agent has kept, where this page saw nothing: before it was opened, and while it could not see the agent. */
export function withPast(samples: readonly CellSample[], series: RuntimeSeries): readonly CellSample[] {
  const steps = new Map(samples.map((sample) => [Math.floor(sample.atMs / STEP_MS), sample]));
  for (const [index, atMs] of series.atMs.entries()) {
    const step = Math.floor(atMs / STEP_MS);
    if (!steps.has(step)) steps.set(step, pastSample(series, index, atMs));
  }
  return [...steps.values()].sort((a, b) => a.atMs - b.atMs);
}

function pastSample({ columns }: RuntimeSeries, index: number, atMs: number): CellSample {
  const at = (column: string): number => columns[column]?.[index] ?? 0;
  return {
    atMs,
    writesPerSecond: at('appliedRequests'),
    readsPerSecond: at('reads'),
    commitP50Ms: at('commitP50Ms'),
    commitP99Ms: at('commitP99Ms'),
  };
}

export function addPast(series: RuntimeSeries): void {
  useCellHistory.setState(({ samples }) => ({ samples: withPast(samples, series) }));
}

export const useCellHistory = create<{ readonly samples: readonly CellSample[] }>(() => ({ samples: [] }));

/** Keeps what goes by, from whichever panel is open, until the returned function is called. */
export function recordCell(): () => void {
  return useCell.subscribe(({ view }, before) => {
    if (view === undefined || view === before.view) return;
    useCellHistory.setState(({ samples }) => ({ samples: withSample(samples, sampleOf(view)) }));
  });
}

function sampleOf({ atMs, appliedPerSecond, readsPerSecond, commitP50Ms, commitP99Ms }: CellView): CellSample {
  return { atMs, writesPerSecond: appliedPerSecond, readsPerSecond, commitP50Ms, commitP99Ms };
}
