import { create } from 'zustand';
import type { ElectionList, ElectionView } from '../../../contract/index.ts';
import { keepSame } from '../../ui/keep-same.ts';
import { type SeenTenure, withTenures } from './tenures.ts';

export interface ElectionsState {
  readonly elections: readonly ElectionView[];
  /** Something has been told since the panel was opened first. */
  readonly isTold: boolean;
  /** Why nothing is told now. */
  readonly problem: unknown;
  /** By path. */
  readonly tenures: ReadonlyMap<string, readonly SeenTenure[]>;
  readonly text: string;
  readonly withVacant: boolean;
}

export const useElections = create<ElectionsState>(() => ({
  elections: [],
  isTold: false,
  problem: undefined,
  tenures: new Map(),
  text: '',
  withVacant: true,
}));

const pathOf = ({ path }: ElectionView): string => path;

export function electionsTold({ elections: told }: ElectionList): void {
  useElections.setState((before) => {
    const elections = keepSame(before.elections, told, pathOf);
    const tenures = new Map(before.tenures);
    const unchanged = new Set(before.elections);
    for (const election of elections) {
      if (unchanged.has(election)) continue;
      tenures.set(election.path, withTenures(tenures.get(election.path) ?? [], election));
    }
    return { elections, tenures, isTold: true, problem: undefined };
  });
}

export function electionsEnded(problem: unknown): void {
  useElections.setState({ problem });
}
