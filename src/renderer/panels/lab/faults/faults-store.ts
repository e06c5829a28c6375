import { create } from 'zustand';
import type { DemoState } from '../../../../contract/index.ts';
import { useCell } from '../../../cell/cell-store.ts';
import { type FaultDraft, FIRST_DRAFT } from './fault-plan.ts';
import { type Glimpse, type Happening, happeningsBetween } from './happenings.ts';
import { picked, type Target } from './targets.ts';

export interface FaultsState {
  readonly demo: DemoState | undefined;
  /** Why nothing is told of the demo cell any more. */
  readonly error: unknown;
  readonly target: Target;
  readonly draft: FaultDraft;
  /** Newest first. */
  readonly happenings: readonly Happening[];
  /** Older ones that are not kept. */
  readonly dropped: number;
}

const KEPT = 200;

export const useFaults = create<FaultsState>(() => ({
  demo: undefined,
  error: undefined,
  target: { kind: 'nothing' },
  draft: FIRST_DRAFT,
  happenings: [],
  dropped: 0,
}));

export function chooseTarget(target: Target): void {
  useFaults.setState({ target });
}

/** @param isMore beside what is chosen already */
export function pickTarget(one: Target, isMore: boolean): void {
  useFaults.setState(({ target }) => ({ target: picked(target, one, isMore) }));
}

export function changeDraft(change: Partial<FaultDraft>): void {
  useFaults.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}

let lastId = 0;

function happened(before: Glimpse, after: Glimpse): void {
  const told = happeningsBetween(before, after);
  if (told.length === 0) return;
  const atMs = Date.now();
  useFaults.setState(({ happenings, dropped }) => {
    const all = [...told.map((one): Happening => ({ ...one, atMs, id: ++lastId })).reverse(), ...happenings];
    return { happenings: all.slice(0, KEPT), dropped: dropped + Math.max(0, all.length - KEPT) };
  });
}

export function demoTold(demo: DemoState): void {
  const { demo: before } = useFaults.getState();
  const { view } = useCell.getState();
  useFaults.setState({ demo, error: undefined });
  happened({ view, demo: before }, { view, demo });
}

export function demoGone(error: unknown): void {
  // A stream that merely ended is opened again; what is shown stays.
  if (error !== undefined) useFaults.setState({ error });
}

/** Notes what becomes of the cell, until the returned function is called. */
export function noteCell(): () => void {
  return useCell.subscribe(({ view }, { view: before }) => {
    if (view === before) return;
    const { demo } = useFaults.getState();
    happened({ view: before, demo }, { view, demo });
  });
}
