import { create } from 'zustand';
import type { KeyChange } from '../../../../contract/index.ts';
import { client } from '../../../connection/connection-store.ts';
import { isWithin } from '../paths.ts';

export interface DeletedState {
  readonly path: string;
  /** In the order of their paths; undefined until the first page is told. */
  readonly changes: readonly KeyChange[] | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Revisions at and below are compacted. */
  readonly floor: number;
  readonly error: unknown;
}

const NONE: DeletedState = {
  path: '',
  changes: undefined,
  hasMore: false,
  isLoading: false,
  floor: 0,
  error: undefined,
};
export const PAGE_DELETED = 1_000;

export const useDeleted = create<DeletedState>(() => NONE);

/** Of the last key that was told, also when it is not listed; empty: from the beginning. */
let loadedThrough = '';

/** The deleted keys at and below a path, from the first. */
export async function openDeleted(path: string): Promise<void> {
  loadedThrough = '';
  useDeleted.setState({ ...NONE, path }, true);
  await loadMoreDeleted();
}

/** One more page; a page of which nothing lies below the path is followed by the next one. */
export async function loadMoreDeleted(): Promise<void> {
  const { path, isLoading } = useDeleted.getState();
  if (isLoading) return;
  useDeleted.setState({ isLoading: true, error: undefined });
  const isCurrent = (): boolean => useDeleted.getState().path === path && useDeleted.getState().isLoading;
  try {
    for (;;) {
      const after = loadedThrough;
      const { items, more, floor } = await client().keys.deleted({ prefix: path, after, limit: PAGE_DELETED });
      if (!isCurrent() || after !== loadedThrough) return;
      loadedThrough = items.at(-1)?.item.path ?? after;
      const found = items.filter(({ item }) => isWithin(item.path, path));
      if (found.length === 0 && more) continue;
      useDeleted.setState(({ changes }) => ({
        changes: [...(changes ?? []), ...found],
        hasMore: more,
        isLoading: false,
        floor,
      }));
      return;
    }
  } catch (error) {
    if (isCurrent()) useDeleted.setState({ error, isLoading: false });
  }
}

/** It was written again: it is not deleted any more. */
export function isRestored(path: string): void {
  useDeleted.setState(({ changes }) => ({ changes: changes?.filter(({ item }) => item.path !== path) }));
}
