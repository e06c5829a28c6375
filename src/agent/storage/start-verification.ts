import type Database from 'better-sqlite3';
import type { Slot } from '../consensus/types.ts';
import { type Acceptor, isIntact, type JournalRow, SELECT_JOURNAL } from './log-schema.ts';
import type { Mark } from './mark.ts';
import { damaged } from './storage-fault.ts';

export interface FoundJournal {
  readonly acceptor: Acceptor;
  /** Last slot that has an entry, or floor - 1. */
  readonly last: Slot;
}

/**
 * Whether the journal is what it was: gap-free from its floor, every row with its checksum, and at least as new as the
 * mark says. An agent whose journal is not may have promised and accepted what it does not know any more: its vote
 * would let a majority forget an acknowledged write.
 */
export function verifyJournal(database: Database.Database, file: string, acceptor: Acceptor, mark: Mark): FoundJournal {
  verifyPages(database, file);
  let { sequence, chosenThrough } = acceptor;
  let last = acceptor.floor - 1;
  const rows = database.prepare<[], JournalRow>(`${SELECT_JOURNAL} ORDER BY slot`).raw();
  for (const row of rows.iterate()) {
    const [slot, , , chosen, writtenBy] = row;
    if (!isIntact(row)) throw damaged(file, `journal slot ${slot} does not match its checksum`);
    if (slot !== last + 1) throw damaged(file, `journal slots ${last + 1} to ${slot - 1} are missing`);
    last = slot;
    sequence = Math.max(sequence, writtenBy);
    chosenThrough = Math.max(chosenThrough, chosen);
  }
  if (chosenThrough > last) {
    throw damaged(file, `journal slots ${last + 1} to ${chosenThrough} are missing, which were known chosen`);
  }
  if (sequence < mark.sequence) {
    const { round } = acceptor.promised;
    const lost = `${mark.sequence - sequence} commits that were durable are missing`;
    const promise = mark.promised.round > round ? `, among them the promise of round ${mark.promised.round}` : '';
    const slots = mark.end > last ? `, among them journal slots up to ${mark.end}` : '';
    throw damaged(file, `${lost}${promise}${slots}; an older copy may have been restored`);
  }
  return { acceptor: { ...acceptor, sequence, chosenThrough }, last };
}

/** The structure of every page: SQLite finds a flipped bit there only when it comes across it. */
export function verifyPages(database: Database.Database, file: string): void {
  const finding = database.prepare<[], string>('PRAGMA quick_check(1)').pluck().get();
  if (finding !== 'ok') throw damaged(file, `damaged (${finding})`);
}

/**
 * What the journal still owes to the applied state. Applied entries above the recorded bound of the chosen prefix are
 * not trusted: they were applied here before the overwrite that made them the chosen ones was durable, so after a power
 * failure an older entry may stand in their place; nobody may ever be sent that as chosen. Where the state reaches
 * beyond the journal's end, a gap would follow. In both cases the journal begins anew behind the applied slot.
 */
export function floorBehindState(found: FoundJournal, applied: Slot, files: { log: string; state: string }): Slot {
  const { floor, chosenThrough } = found.acceptor;
  if (applied + 1 < floor) {
    throw damaged(files.state, `slots ${applied + 1} to ${floor - 1} are missing; the journal begins behind them`);
  }
  return applied > chosenThrough ? applied + 1 : floor;
}

/** The end of the journal is max(last entry, applied slot), at every place where it is compared. */
export function verifyEnd(found: FoundJournal, applied: Slot, mark: Mark, file: string): void {
  const end = Math.max(found.last, applied);
  if (end < mark.end) throw damaged(file, `journal slots ${end + 1} to ${mark.end} are missing, which were durable`);
}
