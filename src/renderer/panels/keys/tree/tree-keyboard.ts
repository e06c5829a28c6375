import { parentOf } from '../paths.ts';
import type { KeyTree } from './key-tree.ts';

export interface TreeKeyboardContext {
  readonly tree: KeyTree;
  /** Row that has the focus; undefined: none yet. */
  readonly index: number | undefined;
  /** Rows that fit on the screen. */
  readonly pageRows: number;
  /** Typed within the last second, the key that is handled now included; empty when it is no letter. */
  readonly typed: string;
}

export type TreeAction =
  | { readonly kind: 'focus'; readonly index: number }
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'close'; readonly path: string }
  | { readonly kind: 'select'; readonly path: string };

/** What a key does in a tree, by the pattern of the ARIA authoring practices. Undefined: nothing. */
export function treeAction(
  key: string,
  { tree, index = -1, pageRows, typed }: TreeKeyboardContext,
): TreeAction | undefined {
  const last = tree.rowCount - 1;
  if (last < 0) return undefined;
  const row = tree.row(index);
  const to = (target: number): TreeAction => ({ kind: 'focus', index: Math.max(0, Math.min(last, target)) });
  switch (key) {
    case 'ArrowDown':
      return to(index + 1);
    case 'ArrowUp':
      return to(index - 1);
    case 'Home':
      return to(0);
    case 'End':
      return to(last);
    case 'PageDown':
      return to(index + Math.max(1, pageRows - 1));
    case 'PageUp':
      return to(index - Math.max(1, pageRows - 1));
  }
  if (typed !== '') return typeAhead(tree, index, typed);
  if (row?.kind !== 'child') return undefined;
  switch (key) {
    case 'ArrowRight':
      if (row.item.descendants === 0) return undefined;
      return row.isOpen ? to(index + 1) : { kind: 'open', path: row.path };
    case 'ArrowLeft': {
      if (row.isOpen) return { kind: 'close', path: row.path };
      const parent = tree.indexOf(parentOf(row.path));
      return parent === undefined ? undefined : to(parent);
    }
    case 'Enter':
    case ' ':
      return { kind: 'select', path: row.path };
    default:
      return undefined;
  }
}

/** Rows that are looked at: loaded ones around the focus, so that a level of any size answers at once. */
const LOOKED_AT_MAX = 5_000;

/** The next loaded row that begins with what was typed, from the focus on and around the end. */
function typeAhead(tree: KeyTree, index: number, typed: string): TreeAction | undefined {
  const { rowCount } = tree;
  const wanted = typed.toLowerCase();
  // The first letter goes on to the next row; further letters may stay on this one.
  const from = typed.length === 1 ? index + 1 : Math.max(0, index);
  for (let step = 0; step < Math.min(rowCount, LOOKED_AT_MAX); step += 1) {
    const at = (from + step) % rowCount;
    const row = tree.row(at);
    if (row?.kind === 'child' && row.item.segment.toLowerCase().startsWith(wanted)) return { kind: 'focus', index: at };
  }
  return undefined;
}
