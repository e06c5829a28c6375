import { FolderOpen } from 'lucide-react';
import { navigate, replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { TabContent, Tabs } from '../../ui/tabs.tsx';
import { openDialog } from './dialogs-store.ts';
import { DeletedTab } from './history/deleted-tab.tsx';
import { HistoryTab } from './history/history-tab.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KeyHeader } from './key-header.tsx';
import { isSystem, lastSegmentOf, parentOf } from './paths.ts';
import { ExportProgress } from './transfer/export-progress.tsx';
import { useTree } from './tree/tree-store.ts';
import { useEditor } from './value/editor-store.ts';
import { ValueTab } from './value/value-tab.tsx';
import { WatchTab } from './watch/watch-tab.tsx';

const TABS = [
  { value: 'value', label: 'Value' },
  { value: 'history', label: 'History' },
  { value: 'deleted', label: 'Deleted below' },
  { value: 'watch', label: 'Watch' },
] as const;
type TabName = (typeof TABS)[number]['value'];

/** Everything about the path that is open. */
export function KeyPane({ path }: { readonly path: string }) {
  const asked = useNavigation((place) => place.query.tab ?? '');
  const tab: TabName = TABS.find(({ value }) => value === asked)?.value ?? 'value';
  const isKeyPath = path !== '/' && path !== '/_internal';
  const isNoKey = useEditor((state) => state.loaded?.version === 0 && state.draft === undefined);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <KeyHeader path={path} />
      {isKeyPath ? <KeyFacts /> : null}
      <ExportProgress />
      <Tabs
        label="About this path"
        value={tab}
        tabs={TABS}
        onChange={(next) => replaceQuery({ tab: next === 'value' ? '' : next })}
      >
        <TabContent value="value">{!isKeyPath || isNoKey ? <Folder path={path} /> : <ValueTab />}</TabContent>
        <TabContent value="history">
          {isKeyPath ? (
            <HistoryTab path={path} />
          ) : (
            <Empty title="A root has no history">Open a key: every kept revision of it is listed here.</Empty>
          )}
        </TabContent>
        <TabContent value="deleted">
          <DeletedTab path={path} />
        </TabContent>
        <TabContent value="watch">
          <WatchTab path={path} />
        </TabContent>
      </Tabs>
    </div>
  );
}

/** A path that is no key: what is below it, or that it may become one. */
function Folder({ path }: { readonly path: string }) {
  const below = useTree(({ tree, version }) =>
    version === 0 ? 0 : (tree.levels.get(parentOf(path))?.item(lastSegmentOf(path))?.descendants ?? 0),
  );
  const readOnly = isSystem(path);
  const isEmpty = useTree(({ tree, version }) => version > 0 && tree.rowCount === 0);
  if (path === '/' || path === '/_internal') {
    return (
      <Empty icon={FolderOpen} title={path === '/' ? 'All keys' : 'Keys of the cell itself'}>
        {isEmpty
          ? 'There are none yet. Once one is written, its value, its history and what changes are shown here.'
          : 'Choose a key on the left to see its value, its history and what changes.'}
      </Empty>
    );
  }
  return (
    <Empty
      icon={FolderOpen}
      title={below > 0 ? 'A folder' : 'There is no such key'}
      action={
        readOnly ? undefined : (
          <Button onClick={() => openDialog({ kind: 'create', path })}>Create a key of this path</Button>
        )
      }
    >
      {below > 0
        ? `${countText(below)} keys are below it; there is no key of this path itself.`
        : 'It may have been deleted: then its history still has it.'}
      {below > 0 ? null : (
        <button
          type="button"
          className="ml-1 text-accent underline"
          onClick={() => navigate('keys', { path, tab: 'history' })}
        >
          See its history
        </button>
      )}
    </Empty>
  );
}
