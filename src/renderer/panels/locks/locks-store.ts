import { create } from 'zustand';
import type { LockTree, LockView } from '../../../contract/index.ts';
import { keepSame } from '../../ui/keep-same.ts';
import { NO_COUNTDOWNS, type ToldCountdowns } from './countdown.ts';

/** What is being asked of the person; one thing at a time. */
export type Asked =
  | { readonly kind: 'nothing' }
  /** What the path of a lock begins with: the filter takes the focus. */
  | { readonly kind: 'find' }
  | { readonly kind: 'acquire'; readonly path: string }
  /** As it was when one was asked: it may be free by now. */
  | { readonly kind: 'force'; readonly lock: LockView };

export interface LocksState {
  /** Undefined: not told yet. */
  readonly tree: LockTree | undefined;
  /** Why there is no stream now, if it ended with an error. */
  readonly error: unknown;
  /** Only locks whose path begins with it. */
  readonly prefix: string;
  /** Also those that nobody holds or wants, as far as they are remembered. */
  readonly withFree: boolean;
  readonly closed: ReadonlySet<string>;
  readonly countdowns: ToldCountdowns;
  readonly asked: Asked;
}

export const useLocks = create<LocksState>(() => ({
  tree: undefined,
  error: undefined,
  prefix: '',
  withFree: false,
  closed: new Set<string>(),
  countdowns: NO_COUNTDOWNS,
  asked: { kind: 'nothing' },
}));

export function locksTold(told: LockTree): void {
  useLocks.setState(({ tree }) => ({
    tree: { ...told, locks: [...keepSame(tree?.locks ?? [], told.locks, ({ path }) => path)] },
    error: undefined,
  }));
}

/** What is listed until the answer comes is that of the question before. */
export function listLocks(change: Partial<Pick<LocksState, 'prefix' | 'withFree'>>): void {
  useLocks.setState(change);
}

export function toggleLock(path: string, isOpen: boolean): void {
  useLocks.setState(({ closed }) => {
    const next = new Set(closed);
    if (isOpen) next.delete(path);
    else next.add(path);
    return { closed: next };
  });
}

export function ask(asked: Asked): void {
  useLocks.setState({ asked });
}

export function askNothing(): void {
  ask({ kind: 'nothing' });
}

export function useLock(path: string): LockView | undefined {
  return useLocks(({ tree }) => tree?.locks.find((lock) => lock.path === path));
}
