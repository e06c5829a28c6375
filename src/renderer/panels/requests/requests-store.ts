import { create } from 'zustand';
import type { CallView } from '../../../contract/index.ts';
import { type CallFilter, type ListedCall, mergeCalls, NO_FILTER } from './call-list.ts';

export interface RequestsTold {
  readonly running: readonly CallView[];
  readonly runningCount: number;
  readonly recent: readonly CallView[];
}

export interface RequestsState {
  readonly running: readonly ListedCall[];
  readonly runningCount: number;
  readonly recent: readonly ListedCall[];
  /** Something has been told since the panel was opened. */
  readonly isTold: boolean;
  readonly filter: CallFilter;
  /** How many of each kind are asked for. */
  readonly limit: number;
  readonly includeOwn: boolean;
  /** The list stands still, so that it can be read. */
  readonly isPaused: boolean;
}

export const LIMITS = [200, 500, 1_000] as const;

export const useRequests = create<RequestsState>(() => ({
  running: [],
  runningCount: 0,
  recent: [],
  isTold: false,
  filter: NO_FILTER,
  limit: LIMITS[0],
  includeOwn: false,
  isPaused: false,
}));

export function requestsTold({ running, runningCount, recent }: RequestsTold, nowMs: number): void {
  useRequests.setState((before) => ({
    running: mergeCalls(before.running, running, nowMs),
    runningCount,
    recent: mergeCalls(before.recent, recent, nowMs),
    isTold: true,
  }));
}

export function setFilter(change: Partial<CallFilter>): void {
  useRequests.setState(({ filter }) => ({ filter: { ...filter, ...change } }));
}
