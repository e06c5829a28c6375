import type { ReactNode } from 'react';
import { PANELS } from '../panels/registry.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from '../ui/keys.tsx';
import { showShortcuts, useOverlays } from './palette-store.ts';
import { digitKeys, goKeys } from './panel-keys.ts';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'K'], 'Find or do: panels, participants, actions, keys'],
  [['g'], 'And then a letter: open a panel'],
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
      <div className="grid grid-cols-[minmax(0,1fr)_220px] gap-6 pb-2">
        <KeyList>
          {KEYS.map(([keys, what]) => (
            <Line key={what} keys={keys}>
              {what}
            </Line>
          ))}
        </KeyList>
        <KeyList>
          {PANELS.map((panel) => {
            const digit = digitKeys(panel);
            return (
              <Line key={panel.id} keys={goKeys(panel)}>
                <span className="flex items-center">
                  {panel.title}
                  <span className="ml-auto">{digit === undefined ? null : <Keys keys={digit} />}</span>
                </span>
              </Line>
            );
          })}
        </KeyList>
      </div>
    </Dialog>
  );
}

function KeyList({ children }: { readonly children: ReactNode }) {
  return <dl className="grid auto-rows-min grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1.5">{children}</dl>;
}

function Line({ keys, children }: { readonly keys: readonly string[]; readonly children: ReactNode }) {
  return (
    <div className="contents">
      <dt>
        <Keys keys={keys} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
