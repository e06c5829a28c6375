import { FilePlus2, RefreshCw, Upload } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { useConnection } from '../../connection/connection-store.ts';
import { navigate, useNavigation } from '../../navigation/navigation-store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Split } from '../../ui/split.tsx';
import { openDialog } from './dialogs-store.ts';
import { KeyPane } from './key-pane.tsx';
import { KeysDialogs } from './keys-dialogs.tsx';
import { useKeysStream } from './live.ts';
import { isSystem, lastSegmentOf, parentOf, prefixBelow, SYSTEM_ROOT } from './paths.ts';
import { useReadQuorum } from './read-quorum.ts';
import { SearchBox } from './search/search-box.tsx';
import { SearchResults } from './search/search-results.tsx';
import { useSearch } from './search/search-store.ts';
import { TreePane } from './tree/tree-pane.tsx';
import { closeTree, focusPath, openTree, reloadTree, revealPath, useTree } from './tree/tree-store.ts';
import { closeKey, openKey, readKey, useEditor } from './value/editor-store.ts';

/** Browse, search, read and change the keys of the cell. */
export function KeysPanel() {
  const path = useNavigation((place) => place.query.path ?? '') || '/';
  const root = isSystem(path) ? SYSTEM_ROOT : '/';
  useOpenPath(path, root);
  useKeysStream();
  const revision = useCell(({ view }) => view?.status.revision ?? 0);
  const refusal = useWriteRefusal();
  const isDirty = useEditor((state) => state.draft !== undefined);
  const unsaved = isDirty ? 'save or discard what you typed first' : '';
  const isSearching = useSearch((state) => state.query !== undefined);
  const list = useRef<HTMLDivElement>(null);
  const left = useRef<HTMLDivElement>(null);
  const open = useCallback((next: string) => {
    const { tab = '' } = useNavigation.getState().query;
    navigate('keys', { path: next, tab });
  }, []);
  return (
    <>
      <PanelHeader title="Keys" about={`revision ${revision}`}>
        <Segmented
          label="Keyspace"
          value={root}
          choices={[
            { value: '/', label: 'Keys' },
            { value: SYSTEM_ROOT, label: 'System' },
          ]}
          onChange={(next) => navigate('keys', { path: next })}
        />
        <IconButton icon={RefreshCw} label="Load the tree again" onClick={reloadTree} />
        <Button icon={Upload} refusal={refusal || unsaved} onClick={() => openDialog({ kind: 'import' })}>
          Import
        </Button>
        <Button
          variant="primary"
          icon={FilePlus2}
          refusal={refusal || unsaved}
          onClick={() => openDialog({ kind: 'create', path: newKeyPrefix(path) })}
        >
          New key
        </Button>
      </PanelHeader>
      <Split
        name="keys"
        initial={360}
        min={240}
        first={
          <div ref={left} className="flex min-h-0 flex-1 flex-col">
            <SearchBox
              root={root}
              folder={path}
              onLeave={() => (list.current ?? left.current?.querySelector<HTMLElement>('[role=tree]'))?.focus()}
            />
            {isSearching ? (
              <SearchResults list={list} selected={path} onSelect={open} />
            ) : (
              <TreePane selected={path} onSelect={open} />
            )}
          </div>
        }
        second={<KeyPane path={path} />}
      />
      <KeysDialogs />
    </>
  );
}

/** Beside a key, and within a folder. */
function newKeyPrefix(path: string): string {
  if (isSystem(path)) return '/';
  const { tree } = useTree.getState();
  const isFolder = (tree.levels.get(parentOf(path))?.item(lastSegmentOf(path))?.descendants ?? 0) > 0;
  return prefixBelow(path === '/' || isFolder ? path : parentOf(path));
}

/** Tree and key follow the address. Opening reads, and never writes. */
function useOpenPath(path: string, root: string): void {
  const epoch = useConnection((state) => state.epoch);
  const { quorum } = useReadQuorum.getState();
  useEffect(() => {
    // Asked for once the agent has answered at all.
    if (epoch === 0) return;
    openTree(root);
    return closeTree;
  }, [root, epoch]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the quorum alone reads by itself
  useEffect(() => {
    if (epoch === 0) return;
    if (path === root) closeKey();
    // What is typed survives a lost connection.
    else if (useEditor.getState().path === path) void readKey(quorum);
    else openKey(path, quorum);
    if (useTree.getState().focused !== path && path !== root) {
      focusPath(path);
      void revealPath(path);
    }
  }, [path, root, epoch]);
}
