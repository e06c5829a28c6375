import type { EntryList, EntryState, EntryView } from '../../../contract/index.ts';

/** Entries of one queue behind a number, as `queues.entries` tells them. */
export type AskEntries = (after: number, limit: number, states: EntryState[]) => Promise<EntryList>;

export interface Dependency {
  readonly seq: number;
  /** `gone`: it was done long ago, or taken out, which counts as done. */
  readonly state: EntryState | 'gone';
}

const PAGE = 1_000;

/** How it stands with some entries. Those that stand together are asked for together. */
export async function statesOf(seqs: readonly number[], askEntries: AskEntries): Promise<readonly Dependency[]> {
  const wanted = [...seqs].sort((a, b) => a - b);
  const found = new Map<number, EntryState>();
  let at = 0;
  while (at < wanted.length) {
    const { entries, more } = await askEntries(wanted[at]! - 1, PAGE, []);
    for (const { seq, state } of entries) found.set(seq, state);
    const last = more ? (entries.at(-1)?.seq ?? wanted[at]!) : Number.POSITIVE_INFINITY;
    while (at < wanted.length && wanted[at]! <= last) at += 1;
  }
  return wanted.map((seq) => ({ seq, state: found.get(seq) ?? 'gone' }));
}

export interface Dependents {
  readonly entries: readonly EntryView[];
  /** Waiting entries that were looked at. */
  readonly searched: number;
  /** Where the search goes on; undefined: all were looked at. */
  readonly next: number | undefined;
}

export const NOT_SEARCHED: Dependents = { entries: [], searched: 0, next: 0 };

/** Goes on with looking for what waits for an entry, through one more page of what waits for anything. */
export async function searchDependents(seq: number, before: Dependents, askEntries: AskEntries): Promise<Dependents> {
  if (before.next === undefined) return before;
  const { entries, more } = await askEntries(before.next, PAGE, ['waiting']);
  return {
    entries: [...before.entries, ...entries.filter(({ after }) => after.includes(seq))],
    searched: before.searched + entries.length,
    next: more ? entries.at(-1)?.seq : undefined,
  };
}
