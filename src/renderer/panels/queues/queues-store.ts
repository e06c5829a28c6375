import { create } from 'zustand';
import type { EntryList, EntryState, EntryView, QueueList, QueueView } from '../../../contract/index.ts';
import { keepSame } from '../../ui/keep-same.ts';

/** What is being asked of the person; one thing at a time. */
export type Asked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'enqueue'; readonly path: string; readonly after: readonly number[] }
  | { readonly kind: 'claim'; readonly path: string }
  | { readonly kind: 'report'; readonly report: Report; readonly path: string; readonly entry: EntryView }
  | { readonly kind: 'remove'; readonly path: string; readonly entry: EntryView }
  | { readonly kind: 'delete'; readonly path: string };

/** What a worker says of its entry. */
export type Report = 'checkpoint' | 'complete' | 'fail';

/** Entries as they were asked for: while others are asked for, these stay in sight and say what they are. */
export interface ListedEntries extends EntryList {
  readonly after: number;
  readonly states: readonly EntryState[];
}

export interface QueuesState {
  readonly isTold: boolean;
  readonly queues: readonly QueueView[];
  readonly problem: unknown;
  /** Of the queue that is looked at; undefined until they are told. */
  readonly listed: ListedEntries | undefined;
  readonly listProblem: unknown;
  readonly asked: Asked;
}

export const useQueues = create<QueuesState>(() => ({
  isTold: false,
  queues: [],
  problem: undefined,
  listed: undefined,
  listProblem: undefined,
  asked: { kind: 'nothing' },
}));

export function queuesTold({ queues }: QueueList): void {
  useQueues.setState((before) => ({
    isTold: true,
    queues: keepSame(before.queues, queues, ({ path }) => path),
    problem: undefined,
  }));
}

export function queuesEnded(problem: unknown): void {
  useQueues.setState({ problem });
}

export function entriesTold(list: ListedEntries): void {
  useQueues.setState(({ listed }) => ({
    listed: { ...list, entries: [...keepSame(listed?.entries ?? [], list.entries, ({ seq }) => seq)] },
    listProblem: undefined,
  }));
}

export function entriesEnded(listProblem: unknown): void {
  useQueues.setState({ listProblem });
}

/** Another queue is looked at: what was told of the one before is not of this one. */
export function forgetEntries(): void {
  useQueues.setState({ listed: undefined, listProblem: undefined });
}

export function ask(asked: Asked): void {
  useQueues.setState({ asked });
}

export function askNothing(): void {
  ask({ kind: 'nothing' });
}
