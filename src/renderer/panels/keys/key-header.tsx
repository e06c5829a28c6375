import { Check, Copy, Download, Ellipsis, FilePlus2, FolderX, RefreshCw, Timer, Trash2 } from 'lucide-react';
import { Fragment, useState } from 'react';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Menu } from '../../ui/menu.tsx';
import { openDialog } from './dialogs-store.ts';
import { ancestorsOf, guardOf, isGuarded, isSystem, lastSegmentOf, prefixBelow, SYSTEM_ROOT } from './paths.ts';
import { READ_QUORUMS, readWith, useReadQuorum } from './read-quorum.ts';
import { exportScope } from './transfer/export-store.ts';
import { readKey, useEditor } from './value/editor-store.ts';

/** Folders at the beginning and at the end of a path that are named; those between are in a menu. */
const CRUMBS_FIRST = 2;
const CRUMBS_LAST = 4;

/** Where the open key stands, and what can be done with it. */
export function KeyHeader({ path }: { readonly path: string }) {
  const quorum = useReadQuorum((state) => state.quorum);
  const version = useEditor((state) => state.loaded?.version ?? 0);
  const isDirty = useEditor((state) => state.draft !== undefined);
  const cannotWrite = useWriteRefusal();
  const readOnly = isSystem(path) ? 'keys of the cell itself are read-only' : cannotWrite;
  const refusal = readOnly || (isDirty ? 'save or discard what you typed first' : '');
  const isRoot = path === '/';
  const noKey = version === 0 ? 'there is no key of this path' : '';
  const noFolder = isRoot ? 'the root is not deleted: choose a folder' : '';
  return (
    <div className="flex min-h-10 items-center gap-2 border-b border-line px-3 py-1">
      <Breadcrumb path={path} />
      <CopyPath path={path} />
      {isSystem(path) ? <Badge>read-only</Badge> : null}
      {isGuarded(path) ? (
        <button
          type="button"
          title="See who holds the lock"
          className="shrink-0 rounded-sm"
          onClick={() => navigate('locks', { path: guardOf(path) })}
        >
          <Badge tone="info">guarded by a lock</Badge>
        </button>
      ) : null}
      <span className="ml-auto flex shrink-0 items-center gap-1">
        <Select
          label="Quorum of reads"
          title="local: as this agent has it; majority: the newest; all: the newest, and every voter has it"
          value={quorum}
          choices={READ_QUORUMS}
          onChange={(next) => {
            readWith(next);
            if (useEditor.getState().phase !== 'none') void readKey(next);
          }}
          className="w-32"
        />
        <IconButton icon={RefreshCw} label="Read again" disabled={isRoot} onClick={() => void readKey(quorum)} />
        <IconButton
          icon={FilePlus2}
          label="New key here"
          refusal={refusal}
          onClick={() => openDialog({ kind: 'create', path: prefixBelow(path) })}
        />
        <IconButton
          icon={Trash2}
          label="Delete this key"
          refusal={refusal || noKey}
          onClick={() => openDialog({ kind: 'delete', path })}
        />
        <Menu
          trigger={<IconButton icon={Ellipsis} label="More about this path" />}
          items={[
            { label: 'Export it and what is below', icon: Download, onSelect: () => void exportScope(path) },
            {
              label: 'Change the lease…',
              icon: Timer,
              refusal: refusal || noKey,
              onSelect: () => openDialog({ kind: 'lease', path }),
            },
            null,
            {
              label: 'Delete everything below…',
              icon: FolderX,
              danger: true,
              refusal: refusal || noFolder,
              onSelect: () => openDialog({ kind: 'deleteTree', path }),
            },
          ]}
        />
      </span>
    </div>
  );
}

const COPIED_MS = 1_200;

function CopyPath({ path }: { readonly path: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(path);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return <IconButton icon={isCopied ? Check : Copy} label="Copy the path" onClick={() => void copy()} />;
}

function Breadcrumb({ path }: { readonly path: string }) {
  const folders = ancestorsOf(path);
  const isLong = folders.length > CRUMBS_FIRST + CRUMBS_LAST + 1;
  const first = isLong ? folders.slice(0, CRUMBS_FIRST) : folders;
  const hidden = isLong ? folders.slice(CRUMBS_FIRST, -CRUMBS_LAST) : [];
  const last = isLong ? folders.slice(-CRUMBS_LAST) : [];
  const crumb = (folder: string) => (
    <Fragment key={folder}>
      <button
        type="button"
        className="max-w-40 shrink-0 truncate rounded-sm px-0.5 text-soft hover:bg-hover hover:text-text"
        onClick={() => navigate('keys', { path: folder })}
      >
        {folder === '/' ? 'keys' : lastSegmentOf(folder)}
      </button>
      <span aria-hidden className="text-faint">
        /
      </span>
    </Fragment>
  );
  return (
    <nav aria-label="Path" className="flex min-w-0 items-center gap-0.5 overflow-hidden font-mono">
      {first.filter((folder) => !(folder === '/' && isSystem(path))).map(crumb)}
      {hidden.length === 0 ? null : (
        <span className="shrink-0 text-faint" title={`${hidden.length} folders between, in the tree`}>
          … {hidden.length} more … /
        </span>
      )}
      {last.map(crumb)}
      <span className="min-w-0 truncate font-semibold" aria-current="page">
        {path === '/' ? 'keys' : path === SYSTEM_ROOT ? SYSTEM_ROOT : lastSegmentOf(path)}
      </span>
    </nav>
  );
}
