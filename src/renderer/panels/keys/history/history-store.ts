import { create } from 'zustand';
import type { KeyChange } from '../../../../contract/index.ts';
import { client } from '../../../connection/connection-store.ts';

export interface HistoryState {
  readonly path: string;
  /** Newest first. */
  readonly changes: readonly KeyChange[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Revisions at and below are compacted. */
  readonly floor: number;
  readonly error: unknown;
  /** Mod revisions of at most two that are compared, the older first. */
  readonly compared: readonly number[];
}

const NONE: HistoryState = {
  path: '',
  changes: [],
  hasMore: false,
  isLoading: false,
  floor: 0,
  error: undefined,
  compared: [],
};
const PAGE = 100;
/** Of each value in the list: a glimpse. */
const GLIMPSE_BYTES = 160;

export const useHistory = create<HistoryState>(() => NONE);

/** The kept revisions of a key, from the newest. What is compared stays compared. */
export async function openHistory(path: string): Promise<void> {
  const before = useHistory.getState();
  useHistory.setState(before.path === path ? { ...before, isLoading: true } : { ...NONE, path, isLoading: true }, true);
  await load(path, 0);
}

export async function loadOlder(): Promise<void> {
  const { path, changes, hasMore, isLoading } = useHistory.getState();
  const oldest = changes.at(-1);
  if (!hasMore || isLoading || oldest === undefined) return;
  useHistory.setState({ isLoading: true });
  await load(path, oldest.item.modRevision);
}

async function load(path: string, beforeRevision: number): Promise<void> {
  try {
    const { items, more, floor } = await client().keys.history({
      path,
      beforeRevision,
      limit: PAGE,
      valueBytesMax: GLIMPSE_BYTES,
    });
    if (useHistory.getState().path !== path) return;
    useHistory.setState(({ changes }) => ({
      changes: beforeRevision === 0 ? items : [...changes, ...items],
      hasMore: more,
      floor,
      isLoading: false,
      error: undefined,
    }));
  } catch (error) {
    if (useHistory.getState().path === path) useHistory.setState({ error, isLoading: false });
  }
}

/** Chooses a revision to compare, or no longer. A third one takes the place of the one chosen first. */
export function toggleCompared(compared: readonly number[], modRevision: number): readonly number[] {
  if (compared.includes(modRevision)) return compared.filter((revision) => revision !== modRevision);
  return [...compared, modRevision].slice(-2);
}

export function compare(modRevision: number): void {
  useHistory.setState(({ compared }) => ({ compared: toggleCompared(compared, modRevision) }));
}

export function compareNothing(): void {
  useHistory.setState({ compared: [] });
}

/** The whole value of a key at a revision; a deleted key has none. */
export async function valueAt(path: string, revision: number): Promise<KeyChange['item'] | null> {
  const { item } = await client().keys.get({ path, revision, quorum: 'local' });
  return item;
}
