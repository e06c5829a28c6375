import { useStore } from 'zustand';
import type { AgentStatus } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';
import { client } from '../../connection/connection-store.ts';
import { JournalPages, type JournalState } from './journal-pages.ts';

export const journal = new JournalPages(() => client().journal);

export function useJournal<T>(selector: (state: JournalState) => T): T {
  return useStore(journal.store, selector);
}

/** Tells the journal what the cell's stream says of it: nothing else makes it look again. */
export function journalMoved(status: AgentStatus | undefined): void {
  if (status === undefined) return;
  const { journalFloor: floor, journalEnd: end, chosenThrough, applied } = status;
  journal.moved({ floor, end, chosenThrough, applied });
}

export function reloadJournal(): void {
  journal.reload();
  journalMoved(useCell.getState().view?.status);
}
