import type { LucideIcon } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { CellView } from '../../contract/index.ts';

/** One entry of the sidebar. A panel is one folder, and one line in `registry.ts`. */
export interface Panel {
  /** First part of the address: `#/keys`. */
  readonly id: string;
  readonly title: string;
  readonly icon: LucideIcon;
  /** Opens it when `g` was pressed before. */
  readonly letter: string;
  /** What it is for, in a few words: command palette and tooltip. */
  readonly about: string;
  /** In the sidebar it stands a little apart from the one before. */
  readonly beginsGroup?: boolean;
  /** What waits for a person there, as the cell tells it; undefined: nothing. */
  readonly waiting?: (view: CellView) => WaitingThere | undefined;
  /** Its code runs when it is first opened. */
  readonly component: LazyExoticComponent<ComponentType>;
  /** What the command palette offers besides opening it. Called each time the palette opens. */
  readonly commands?: () => readonly PanelCommand[];
}

export interface WaitingThere {
  readonly count: number;
  readonly words: string;
}

export interface PanelCommand {
  readonly label: string;
  readonly run: () => void;
}

/** The code of a panel by the name of its component, so that panels need no default export. */
export function panelCode<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): Pick<Panel, 'component'> {
  return { component: lazy(async () => ({ default: (await load())[name] })) };
}
