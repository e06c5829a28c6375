import type { LockView } from '../../../contract/index.ts';
import { locksOf } from './lock-paths.ts';

/** A line of the tree: a lock below the nearest lock above it. */
export interface LockRow {
  readonly lock: LockView;
  /** What its path adds to that of the lock above it. */
  readonly label: string;
  /** The lock above it, if it is listed; else empty. */
  readonly parent: string;
  readonly depth: number;
  /** Locks that stand below it, at any depth. */
  readonly below: number;
  readonly isOpen: boolean;
  /** Among those beside it, from 0. */
  readonly position: number;
  readonly siblings: number;
}

/** The locks as a tree, in the order of their paths; what is below a closed one is left out. */
export function lockRows(locks: readonly LockView[], closed: ReadonlySet<string>): readonly LockRow[] {
  const listed = new Set(locks.map(({ path }) => path));
  const children = new Map<string, LockView[]>();
  for (const lock of locks) {
    const parent = parentAmong(lock.path, listed);
    const beside = children.get(parent);
    if (beside === undefined) children.set(parent, [lock]);
    else beside.push(lock);
  }
  const rows: LockRow[] = [];
  const add = (parent: string, depth: number, isShown: boolean): number => {
    const beside = children.get(parent) ?? [];
    let count = 0;
    for (const [position, lock] of beside.entries()) {
      const isOpen = !closed.has(lock.path);
      const at = rows.length;
      const row = { lock, label: lock.path.slice(parent.length), parent, depth, isOpen, position };
      if (isShown) rows.push({ ...row, below: 0, siblings: beside.length });
      const below = add(lock.path, depth + 1, isShown && isOpen);
      if (isShown) rows[at] = { ...rows[at]!, below };
      count += 1 + below;
    }
    return count;
  };
  add('', 0, true);
  return rows;
}

function parentAmong(path: string, listed: ReadonlySet<string>): string {
  return locksOf(path).findLast((above) => above !== path && listed.has(above)) ?? '';
}

export type TreeStep =
  | { readonly kind: 'go'; readonly path: string }
  | { readonly kind: 'open' | 'close'; readonly path: string };

/** What the keys to the sides do, by the pattern of the ARIA authoring practices. Undefined: nothing. */
export function sideStep(key: string, rows: readonly LockRow[], at: number): TreeStep | undefined {
  const row = rows[at];
  if (row === undefined) return undefined;
  const { path } = row.lock;
  if (key === 'ArrowRight' && row.below > 0) {
    return row.isOpen ? { kind: 'go', path: rows[at + 1]!.lock.path } : { kind: 'open', path };
  }
  if (key !== 'ArrowLeft') return undefined;
  if (row.below > 0 && row.isOpen) return { kind: 'close', path };
  return row.parent === '' ? undefined : { kind: 'go', path: row.parent };
}
