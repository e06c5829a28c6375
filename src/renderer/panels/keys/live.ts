import { useRef } from 'react';
import { failureOf } from '../../connection/failure.ts';
import { useFollow } from '../../connection/follow.ts';
import { prefixBelow } from './paths.ts';
import { useReadQuorum } from './read-quorum.ts';
import type { KeyTree } from './tree/key-tree.ts';
import { missedChanges, receiveChanges, useTree } from './tree/tree-store.ts';
import { keyChanged } from './value/editor-store.ts';
import { useWatch, watched, watchRefused } from './watch/watch-store.ts';

/** Of each value, while only the tree looks: nothing of it is shown there. */
const TREE_VALUE_BYTES = 1;
/** While changes are listed. */
const LISTED_VALUE_BYTES = 4_096;

/**
 * The one stream of the panel: tree, open key and Watch tab all live on it. It begins where the tree was loaded, and after an
 * interruption where it stopped, so that nothing is missed and nothing counted twice.
 */
export function useKeysStream(): void {
  const tree = useTree((state) => state.tree);
  const watchFrom = useTree((state) => state.watchFrom);
  const isListed = useWatch((state) => state.isOpen);
  const generation = useWatch((state) => state.generation);
  const told = useRef<{ tree: KeyTree; revision: number }>({ tree, revision: 0 });
  if (told.current.tree !== tree) told.current = { tree, revision: 0 };
  useFollow(
    {
      open: (client, signal) => {
        const start = Math.max(told.current.revision, watchFrom ?? 0);
        told.current.revision = start;
        const { fromRevision, log } = useWatch.getState();
        const fromPast = fromRevision > 0 && log.revision === 0 ? fromRevision : start + 1;
        return client.keys.watch(
          {
            prefix: prefixBelow(tree.root),
            fromRevision: Math.min(fromPast, start + 1),
            valueBytesMax: isListed ? LISTED_VALUE_BYTES : TREE_VALUE_BYTES,
          },
          { signal },
        );
      },
      onEvent: ({ changes, revision }) => {
        watched(changes, revision);
        // The Watch tab may ask for the past, which the tree has seen.
        const fresh = changes.filter(({ item }) => item.modRevision > told.current.revision);
        told.current.revision = Math.max(told.current.revision, revision);
        if (fresh.length === 0) return;
        receiveChanges(fresh);
        keyChanged(fresh, useReadQuorum.getState().quorum);
      },
      onEnd: (error) => {
        if (error === undefined || failureOf(error).reason !== 'COMPACTED') return;
        const { fromRevision } = useWatch.getState();
        if (fromRevision > 0) watchRefused(failureOf(error).message);
        else missedChanges();
      },
    },
    [tree, generation, isListed],
    watchFrom !== undefined,
  );
}
