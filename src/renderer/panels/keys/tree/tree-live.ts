import { ancestorsOf, isWithin } from '../paths.ts';
import { type ChangeLog, childChangeIn, type TreeChange } from './change-log.ts';
import type { KeyTree } from './key-tree.ts';
import type { Level } from './level.ts';

/** Above this many changes at once it is cheaper to load again what is shown. */
export const APPLIED_AT_ONCE_MAX = 2_000;

export interface LiveEffect {
  /** Levels whose number of children may have changed where they are not loaded. */
  readonly uncounted: ReadonlySet<Level>;
  /** Deepest shown paths that changed: they are marked. */
  readonly touched: ReadonlySet<string>;
  /** Too much: everything loaded is old, and what is shown has to be loaded again. */
  readonly isReloadNeeded: boolean;
}

/** Brings loaded levels up to date with changes that were watched. */
export function applyChanges(tree: KeyTree, log: ChangeLog, changes: readonly TreeChange[]): LiveEffect {
  const uncounted = new Set<Level>();
  const touched = new Set<string>();
  if (changes.length > APPLIED_AT_ONCE_MAX) {
    log.forgetThrough(changes.at(-1)!.slot);
    invalidate(tree, uncounted);
    return { uncounted, touched, isReloadNeeded: true };
  }
  for (const change of changes) {
    log.push(change);
    if (!isWithin(change.path, tree.root)) continue;
    touched.add(touchedPath(tree, change.path));
    for (const folder of ancestorsOf(change.path)) {
      const level = tree.levels.get(folder);
      if (level === undefined || level.phase === 'unloaded' || level.phase === 'loading') continue;
      const child = childChangeIn(folder, change);
      const chunk = level.chunks[level.chunkIndexOf(child.segment)];
      const mayCount = change.isCreated || change.kind === 'delete';
      if (chunk?.items === undefined && mayCount) uncounted.add(level);
      level.apply(child);
    }
  }
  tree.changed();
  return { uncounted, touched, isReloadNeeded: false };
}

/** Nothing that is loaded can be trusted: changes may have been missed. */
export function invalidate(tree: KeyTree, uncounted: Set<Level> = new Set()): Set<Level> {
  for (const level of tree.levels.values()) {
    level.invalidate();
    if (level.chunks.length > 1) uncounted.add(level);
  }
  return uncounted;
}

/** The path itself or the closest folder above it that is shown closed. */
function touchedPath(tree: KeyTree, path: string): string {
  for (const folder of ancestorsOf(path)) {
    if (isWithin(folder, tree.root) && !tree.isOpen(folder)) return folder;
  }
  return path;
}
