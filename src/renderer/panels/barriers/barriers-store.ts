import { create } from 'zustand';
import type { BarrierList, BarrierView } from '../../../contract/index.ts';
import { keepSame } from '../../ui/keep-same.ts';
import { type BarrierEnding, withEndings } from './barrier-history.ts';

/** What is being asked of the person about the chosen barrier; one thing at a time. */
export type Asked = 'nothing' | 'members' | 'break' | 'delete';

export interface BarriersState {
  readonly barriers: readonly BarrierView[];
  /** Something has been told since the panel was opened first. */
  readonly isTold: boolean;
  /** Why nothing is told now. */
  readonly problem: unknown;
  /** By path. */
  readonly endings: ReadonlyMap<string, readonly BarrierEnding[]>;
  readonly text: string;
  readonly asked: Asked;
}

export const useBarriers = create<BarriersState>(() => ({
  barriers: [],
  isTold: false,
  problem: undefined,
  endings: new Map(),
  text: '',
  asked: 'nothing',
}));

const pathOf = ({ path }: BarrierView): string => path;

export function barriersTold({ barriers: told }: BarrierList): void {
  useBarriers.setState((before) => {
    const barriers = keepSame(before.barriers, told, pathOf);
    const endings = new Map(before.endings);
    const unchanged = new Set(before.barriers);
    for (const barrier of barriers) {
      if (unchanged.has(barrier)) continue;
      endings.set(barrier.path, withEndings(endings.get(barrier.path) ?? [], barrier));
    }
    return { barriers, endings, isTold: true, problem: undefined };
  });
}

export function barriersEnded(problem: unknown): void {
  useBarriers.setState({ problem });
}

export function ask(asked: Asked): void {
  useBarriers.setState({ asked });
}

export function askNothing(): void {
  ask('nothing');
}
