import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { KeyTree } from './key-tree.ts';
import { ROW_PX } from './tree-row.tsx';

/**
 * Keeps what is seen where it is when rows come or go above it: the first row on the screen that is still there stays in its
 * place.
 */
export function useAnchor(scroller: RefObject<HTMLDivElement | null>, tree: KeyTree, version: number): void {
  const anchor = useRef<{ readonly tree: KeyTree; readonly path: string; readonly offset: number } | undefined>(
    undefined,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a version is a change of the rows
  useLayoutEffect(() => {
    const element = scroller.current;
    const kept = anchor.current;
    // At the very top one wants to see what is new.
    if (element === null || element.scrollTop === 0 || kept?.tree !== tree) return;
    const index = tree.indexOf(kept.path);
    if (index === undefined) return;
    const wanted = index * ROW_PX + kept.offset;
    if (Math.abs(element.scrollTop - wanted) >= 1) element.scrollTop = wanted;
  }, [version, tree]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const note = (): void => {
      const first = Math.ceil(element.scrollTop / ROW_PX);
      const row = tree.row(first);
      anchor.current =
        row?.kind === 'child' ? { tree, path: row.path, offset: element.scrollTop - first * ROW_PX } : undefined;
    };
    element.addEventListener('scroll', note, { passive: true });
    note();
    return () => element.removeEventListener('scroll', note);
  }, [scroller, tree]);
}
