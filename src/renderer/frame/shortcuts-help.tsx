import { PANELS } from '../panels/registry.ts';
import { Dialog } from '../ui/dialog.tsx';
import { showShortcuts, useOverlays } from './palette-store.ts';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'K'], 'Find or do: panels, participants, actions, keys'],
  [['?'], 'This list'],
  [['↑', '↓'], 'Move in lists, tables and trees'],
  [['←', '→'], 'Close and open a branch of a tree; move a border'],
  [['Enter'], 'Open what is marked'],
  [['Esc'], 'Close a dialog, a menu or the details'],
  [['Tab'], 'In Find or do: take over the marked path'],
];

/** Which keys do what. On macOS Cmd does what Ctrl does. */
export function ShortcutsHelp() {
  const open = useOverlays((state) => state.shortcuts);
  return (
    <Dialog
      open={open}
      onOpenChange={showShortcuts}
      title="Keyboard shortcuts"
      description="Everything can be reached with Tab as well. On macOS, Cmd does what Ctrl does."
      size="medium"
    >
      <div className="grid grid-cols-[minmax(0,1fr)_200px] gap-6 pb-2">
        <Keys rows={KEYS} />
        <Keys rows={PANELS.slice(0, 9).map(({ title }, index) => [['Ctrl', String(index + 1)], title] as const)} />
      </div>
    </Dialog>
  );
}

function Keys({ rows }: { readonly rows: typeof KEYS }) {
  return (
    <dl className="grid auto-rows-min grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      {rows.map(([keys, what]) => (
        <div key={what} className="contents">
          <dt className="flex gap-1">
            {keys.map((key) => (
              <kbd
                key={key}
                className="h-5 min-w-5 rounded-sm border border-line-strong bg-sunken px-1 text-center text-sm"
              >
                {key}
              </kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
