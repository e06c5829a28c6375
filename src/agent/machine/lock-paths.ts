import { pathViolation, shown } from './keys.ts';
import type { Key } from './store.ts';

/** The segment that makes a path a lock. */
export const LOCKABLE = '_lockable';

const END = `/${LOCKABLE}`;
const INSIDE = `${END}/`;

/**
 * The locks that a path names, top to bottom: every prefix that ends in a segment `_lockable`, the path itself included.
 * `/foo/_lockable/bar/_lockable/baz` names `/foo/_lockable` and `/foo/_lockable/bar/_lockable`.
 */
export function locksOf(path: Key): Key[] {
  const locks = locksAbove(path);
  if (isLock(path)) locks.push(path);
  return locks;
}

/** The locks below which a key lies, top to bottom. A lock's own path does not lie below itself. */
export function locksAbove(key: Key): Key[] {
  const locks: Key[] = [];
  for (let at = key.indexOf(INSIDE); at >= 0; at = key.indexOf(INSIDE, at + END.length)) {
    locks.push(key.slice(0, at + END.length));
  }
  return locks;
}

export function isGuarded(key: Key): boolean {
  return key.includes(INSIDE);
}

export function isLock(path: Key): boolean {
  return path.endsWith(END);
}

export function lockPathViolation(path: Key): string | undefined {
  const wrong = pathViolation(path);
  if (wrong !== undefined) return wrong;
  if (locksOf(path).length > 0) return undefined;
  return `${shown(path)} names no lock: it has no segment ${LOCKABLE}`;
}
