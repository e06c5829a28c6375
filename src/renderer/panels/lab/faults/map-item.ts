import type { MouseEvent } from 'react';
import { pickTarget } from './faults-store.ts';
import { type Target, targetKey } from './targets.ts';

/** How an agent or a link of the drawing takes part in the choice. */
export interface ItemProps {
  /** One of all, or gathered with others of its kind. */
  readonly role: 'radio' | 'checkbox';
  readonly isChecked: boolean;
  readonly isFocusable: boolean;
}

/** What makes a `g` something to choose: by a click, with Shift beside what is chosen already. */
export function itemAttributes(target: Target, { role, isChecked, isFocusable }: ItemProps) {
  return {
    role,
    'aria-checked': isChecked,
    tabIndex: isFocusable ? 0 : -1,
    'data-target': targetKey(target),
    onClick: (event: MouseEvent) => pickTarget(target, event.shiftKey || event.ctrlKey || event.metaKey),
  };
}
