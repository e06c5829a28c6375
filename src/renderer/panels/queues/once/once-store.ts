import { create } from 'zustand';
import type { OnceList, OnceWork } from '../../../../contract/index.ts';
import { keepSame } from '../../../ui/keep-same.ts';
import type { OnceFilter } from './once-words.ts';

/** What is being asked of the person; one thing at a time. */
export type OnceAsked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'claim'; readonly path: string }
  | { readonly kind: 'record' | 'abandon' | 'forget'; readonly work: OnceWork }
  | { readonly kind: 'resolve'; readonly work: OnceWork; readonly isDone: boolean };

/** Works as they were asked for: while others are asked for, these stay in sight and say what they are. */
export interface ListedWorks extends OnceList {
  readonly prefix: string;
  readonly state: OnceFilter;
  readonly after: string;
}

export interface OnceState {
  /** Undefined until it is told. */
  readonly listed: ListedWorks | undefined;
  readonly problem: unknown;
  readonly asked: OnceAsked;
}

export const useOnce = create<OnceState>(() => ({
  listed: undefined,
  problem: undefined,
  asked: { kind: 'nothing' },
}));

export function onceTold(list: ListedWorks): void {
  useOnce.setState(({ listed }) => ({
    listed: { ...list, works: [...keepSame(listed?.works ?? [], list.works, ({ path }) => path)] },
    problem: undefined,
  }));
}

export function onceEnded(problem: unknown): void {
  useOnce.setState({ problem });
}

/** Nobody looks any more: what was told grows old. */
export function forgetOnce(): void {
  useOnce.setState({ listed: undefined, problem: undefined });
}

export function askOnce(asked: OnceAsked): void {
  useOnce.setState({ asked });
}

export function askOnceNothing(): void {
  askOnce({ kind: 'nothing' });
}
