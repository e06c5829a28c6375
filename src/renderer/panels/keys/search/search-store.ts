import { create } from 'zustand';
import type { KeyItem } from '../../../../contract/index.ts';
import { client } from '../../../connection/connection-store.ts';

export interface SearchQuery {
  readonly text: string;
  readonly mode: 'path' | 'value';
  /** `/` is everything; the system keyspace has its own root. */
  readonly scope: string;
  readonly system: boolean;
}

export interface SearchState {
  /** What is being looked for, or was; undefined: nothing. */
  readonly query: SearchQuery | undefined;
  readonly items: readonly KeyItem[];
  readonly scanned: number;
  readonly total: number;
  /** Where to go on; empty: the scope has been searched to its end. */
  readonly after: string;
  readonly phase: 'idle' | 'running' | 'paused' | 'done' | 'cancelled' | 'failed';
  readonly error: unknown;
}

const NONE: SearchState = {
  query: undefined,
  items: [],
  scanned: 0,
  total: 0,
  after: '',
  phase: 'idle',
  error: undefined,
};

/** Results after which the search waits until somebody wants more. */
export const RESULTS_AT_ONCE = 1_000;
const PAGE = 200;

export const useSearch = create<SearchState>(() => NONE);

let running: AbortController | undefined;

/** Looks for a text from the beginning of the scope. */
export function search(query: SearchQuery): void {
  running?.abort();
  useSearch.setState({ ...NONE, query }, true);
  void run(RESULTS_AT_ONCE);
}

/** On from where it paused, was cancelled or failed. */
export function searchOn(): void {
  void run(useSearch.getState().items.length + RESULTS_AT_ONCE);
}

export function cancelSearch(): void {
  running?.abort();
  if (useSearch.getState().phase === 'running') useSearch.setState({ phase: 'cancelled' });
}

export function clearSearch(): void {
  running?.abort();
  useSearch.setState(NONE, true);
}

/** A call looks at a piece of the scope; they follow each other until enough was found or the end is reached. */
async function run(wanted: number): Promise<void> {
  const stop = new AbortController();
  running = stop;
  useSearch.setState({ phase: 'running', error: undefined });
  try {
    for (;;) {
      const { query, after, items } = useSearch.getState();
      if (query === undefined) return;
      if (items.length >= wanted) {
        useSearch.setState({ phase: 'paused' });
        return;
      }
      const found = await client().keys.search({ ...query, after, limit: PAGE }, { signal: stop.signal });
      if (stop.signal.aborted) return;
      useSearch.setState(({ items: before, scanned }) => ({
        items: found.items.length === 0 ? before : [...before, ...found.items],
        scanned: scanned + found.scanned,
        total: found.total,
        after: found.scannedThrough,
      }));
      if (found.scannedThrough === '') {
        useSearch.setState({ phase: 'done' });
        return;
      }
    }
  } catch (error) {
    if (!stop.signal.aborted) useSearch.setState({ phase: 'failed', error });
  }
}
