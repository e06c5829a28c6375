import { create } from 'zustand';
import type { ReadQuorum } from '../../../contract/index.ts';

/** With which quorum keys are read in this window; kept while it is open. */
export const useReadQuorum = create<{ readonly quorum: ReadQuorum }>(() => ({ quorum: 'majority' }));

export function readWith(quorum: ReadQuorum): void {
  useReadQuorum.setState({ quorum });
}

/** For choices. */
export const READ_QUORUMS: readonly { readonly value: ReadQuorum; readonly label: string }[] = [
  { value: 'local', label: 'local read' },
  { value: 'majority', label: 'majority read' },
  { value: 'all', label: 'all read' },
];
