import { KeyRound } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { Empty, ErrorNote } from '../../../ui/notes.tsx';
import { openDialog } from '../dialogs-store.ts';
import { reopenRoot, useTree } from './tree-store.ts';
import { TreeView } from './tree-view.tsx';

/** The tree, or why there is none. */
export function TreePane({
  selected,
  onSelect,
}: {
  readonly selected: string;
  readonly onSelect: (path: string) => void;
}) {
  const root = useTree((state) => state.root);
  const phase = useTree(({ tree, version }) => (version < 0 ? 'unloaded' : tree.level(tree.root).phase));
  const isEmpty = useTree(({ tree, version }) => version > 0 && phase === 'ready' && tree.rowCount === 0);
  const error = useTree(({ tree }) => tree.level(tree.root).error);
  if (phase === 'failed') return <ErrorNote error={error} onRetry={reopenRoot} />;
  if (isEmpty) {
    return (
      <Empty
        icon={KeyRound}
        title="No keys yet"
        action={
          root === '/' ? (
            <Button onClick={() => openDialog({ kind: 'create', path: '/' })}>Write the first one</Button>
          ) : undefined
        }
      >
        Keys are paths such as /config/color. They are listed here as a tree.
      </Empty>
    );
  }
  return <TreeView selected={selected} onSelect={onSelect} />;
}
