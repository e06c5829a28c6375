import { useShallow } from 'zustand/react/shallow';
import { useCell } from '../cell/cell-store.ts';
import { openPanel } from '../navigation/navigation-store.ts';
import type { Panel } from '../panels/panel.ts';
import { Badge } from '../ui/badge.tsx';
import { classes } from '../ui/classes.ts';
import { countText } from '../ui/numbers.ts';
import { digitKeys, goKeys } from './panel-keys.ts';

/** `g o, Ctrl 1`. */
function keysText(panel: Panel): string {
  const digit = digitKeys(panel);
  return [goKeys(panel), ...(digit === undefined ? [] : [digit])].map((keys) => keys.join(' ')).join(', ');
}

export function Sidebar({ panels, current }: { readonly panels: readonly Panel[]; readonly current: string }) {
  return (
    <nav aria-label="Panels" className="w-40 overflow-y-auto border-r border-line bg-canvas p-2 max-[959px]:w-12">
      <ul className="flex flex-col gap-0.5">
        {panels.map((panel) => (
          <li key={panel.id} className={panel.beginsGroup === true ? 'mt-2 border-t border-line pt-2' : undefined}>
            <PanelButton panel={panel} isCurrent={panel.id === current} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function PanelButton({ panel, isCurrent }: { readonly panel: Panel; readonly isCurrent: boolean }) {
  const { id, title, icon: Icon, about, waiting } = panel;
  const there = useCell(useShallow(({ view }) => (view === undefined ? undefined : waiting?.(view))));
  return (
    <button
      type="button"
      title={`${there === undefined ? about : `Waits for a person: ${there.words}`} (${keysText(panel)})`}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={() => openPanel(id)}
      className={classes(
        'relative flex h-7 w-full items-center gap-2 rounded-md px-2 text-left',
        isCurrent ? 'bg-selected font-medium text-text' : 'text-soft hover:bg-hover hover:text-text',
      )}
    >
      <Icon aria-hidden size={15} className="shrink-0" />
      <span className="truncate max-[959px]:sr-only">{title}</span>
      {there === undefined ? null : (
        <span className="ml-auto max-[959px]:absolute max-[959px]:-top-1 max-[959px]:-right-1">
          <Badge tone="warning">
            <span aria-hidden>{countText(there.count)}</span>
            <span className="sr-only">wait for a person: {there.words}</span>
          </Badge>
        </span>
      )}
    </button>
  );
}
