import { LIMITS } from './limits.ts';
import { addEntry, addToCount, countOf, entriesOf, padded } from './plain-index.ts';
import type { Key } from './store.ts';
import type { WriteView } from './write-view.ts';

/**
 * Records that nobody uses any more, in the order in which that came about. They are kept for people to see how the last
 * use ended, but not for ever: programs name things after things that come and go.
 */
export interface Retired {
  /** A folder of plain records. */
  readonly index: Key;
  /** Its token belongs to this slot: only its record prevents a second grant in it. */
  readonly isNeeded: (view: WriteView, path: Key) => boolean;
  readonly forget: (view: WriteView, path: Key) => void;
}

/** `revision` is the system revision of the command, which the record remembers for `revive`. */
export function retire(view: WriteView, retired: Retired, revision: number, path: Key): void {
  addEntry(view, retired.index + padded(revision) + path);
  addToCount(view, countKey(retired), 1);
  const { retiredRecordsKept: kept, retiredRecordsStep: step } = LIMITS;
  if (countOf(view, countKey(retired)) < kept + step) return;
  for (const oldest of entriesOf(view, retired.index, step)) {
    const doomed = oldest.slice(padded(0).length);
    if (retired.isNeeded(view, doomed)) return;
    retired.forget(view, doomed);
    drop(view, retired, oldest);
  }
}

export function revive(view: WriteView, retired: Retired, revision: number, path: Key): void {
  drop(view, retired, padded(revision) + path);
}

function drop(view: WriteView, retired: Retired, entry: string): void {
  view.deletePlain(retired.index + entry);
  addToCount(view, countKey(retired), -1);
}

/** Not in the folder, but beside it. */
function countKey({ index }: Retired): Key {
  return `${index.slice(0, -1)}-count`;
}
