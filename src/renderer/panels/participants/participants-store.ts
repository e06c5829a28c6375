import { create } from 'zustand';
import type { MemberActionName } from '../../../contract/index.ts';
import type { Sort, SortColumn } from './sort.ts';
import { nextSort } from './sort.ts';

/** What is being asked of the person; one thing at a time. */
export type Asked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'change'; readonly action: MemberActionName; readonly agentId: string }
  | { readonly kind: 'kill'; readonly agentId: string; readonly index: number };

export interface ParticipantsState {
  readonly sort: Sort;
  readonly asked: Asked;
}

export const useParticipants = create<ParticipantsState>(() => ({
  sort: { column: 'name', descending: false },
  asked: { kind: 'nothing' },
}));

export function sortBy(column: SortColumn): void {
  useParticipants.setState(({ sort }) => ({ sort: nextSort(sort, column) }));
}

export function ask(asked: Asked): void {
  useParticipants.setState({ asked });
}

export function askNothing(): void {
  ask({ kind: 'nothing' });
}
