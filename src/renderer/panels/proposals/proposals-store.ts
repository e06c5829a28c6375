import { create } from 'zustand';
import type { ProposalList, ProposalView } from '../../../contract/index.ts';
import { keepSame } from '../../ui/keep-same.ts';

export interface ProposalsState {
  readonly proposals: readonly ProposalView[];
  /** There are older ones that were not asked for. */
  readonly more: boolean;
  /** Something has been told since the panel was opened first. */
  readonly isTold: boolean;
  /** Why nothing is told now. */
  readonly problem: unknown;
  readonly text: string;
  readonly withDecided: boolean;
  /** How many are asked for. */
  readonly limit: number;
}

const LIMIT = 200;
/** More are never told at once. */
export const LIMIT_MAX = 1_000;

export const useProposals = create<ProposalsState>(() => ({
  proposals: [],
  more: false,
  isTold: false,
  problem: undefined,
  text: '',
  withDecided: true,
  limit: LIMIT,
}));

export function proposalsTold({ proposals: told, more }: ProposalList): void {
  useProposals.setState((before) => ({
    proposals: keepSame(before.proposals, told, ({ proposal }) => proposal),
    more,
    isTold: true,
    problem: undefined,
  }));
}

export function proposalsEnded(problem: unknown): void {
  useProposals.setState({ problem });
}
