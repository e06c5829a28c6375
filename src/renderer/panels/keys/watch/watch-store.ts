import { create } from 'zustand';
import type { KeyChange } from '../../../../contract/index.ts';
import { emptyLog, type WatchLog, withChanges } from './watch-log.ts';

/** The changes that the Watch tab shows. They come over the one stream of the panel. */
export interface WatchState {
  readonly isOpen: boolean;
  readonly log: WatchLog;
  /** What is on the screen while it stands still; undefined: it does not. */
  readonly paused: WatchLog | undefined;
  /** Where the stream is to begin; 0: now. */
  readonly fromRevision: number;
  /** Grows when the stream has to begin anew. */
  readonly generation: number;
  /** Why it does not begin where it was asked to. */
  readonly problem: string;
}

export const useWatch = create<WatchState>(() => ({
  isOpen: false,
  log: emptyLog('/'),
  paused: undefined,
  fromRevision: 0,
  generation: 0,
  problem: '',
}));

const FLUSH_MS = 150;
let pending: KeyChange[] = [];
let through = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Begins to show what changes in a scope, from a revision on; 0: from now on. */
export function beginWatch(scope: string, fromRevision: number): void {
  forget();
  useWatch.setState(({ generation }) => ({
    isOpen: true,
    log: emptyLog(scope),
    paused: undefined,
    fromRevision,
    generation: generation + 1,
    problem: '',
  }));
}

export function endWatch(): void {
  forget();
  useWatch.setState(({ generation }) => ({ isOpen: false, fromRevision: 0, generation: generation + 1 }));
}

export function pauseWatch(pause: boolean): void {
  useWatch.setState(({ log }) => ({ paused: pause ? log : undefined }));
}

/** The past that was asked for is not kept any more: it goes on from now. */
export function watchRefused(problem: string): void {
  useWatch.setState({ problem, fromRevision: 0 });
}

export function watched(changes: readonly KeyChange[], revision: number): void {
  if (!useWatch.getState().isOpen) return;
  for (const change of changes) pending.push(change);
  through = Math.max(through, revision);
  timer ??= setTimeout(flush, FLUSH_MS);
}

function flush(): void {
  const changes = pending;
  pending = [];
  timer = undefined;
  useWatch.setState(({ log }) => ({ log: withChanges(log, changes, through) }));
}

function forget(): void {
  clearTimeout(timer);
  timer = undefined;
  pending = [];
  through = 0;
}
