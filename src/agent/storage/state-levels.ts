import type { Key, LevelChild } from '../machine/store.ts';
import type { StateSpace } from './state-space.ts';

/** Children of `path` behind the segment `after`, in byte order of segments. Skips from child to child. */
export function listLevel(space: StateSpace, path: Key, after: string, limit: number): LevelChild[] {
  const children: LevelChild[] = [];
  let previous = after;
  while (limit === 0 || children.length < limit) {
    const segment = nextSegment(space, path, previous);
    if (segment === undefined) break;
    previous = segment;
    const child = `${path}/${segment}`;
    const header = space.header(child);
    children.push({
      segment,
      descendants: space.count(`${child}/`, `${child}0`),
      record: header?.record,
      sizeBytes: header?.sizeBytes ?? 0,
    });
  }
  return children;
}

/** `0` is the byte after `/`: everything below a path lies in [path/, path0). */
function nextSegment(space: StateSpace, path: Key, previous: string): string | undefined {
  const base = `${path}/`;
  const end = `${path}0`;
  // A child that sorts directly behind `previous` extends it by a byte; the smallest byte is NUL.
  let from = previous === '' ? base : `${base}${previous}\0`;
  for (;;) {
    const key = space.firstKey(from, end);
    if (key === undefined) return undefined;
    const slash = key.indexOf('/', base.length);
    const segment = slash === -1 ? key.slice(base.length) : key.slice(base.length, slash);
    if (segment > previous) return shorterSegment(space, base, segment, previous) ?? segment;
    // Already listed: `/a/x` comes behind `/a-b`, and `a` before both. On behind it and everything below it.
    from = slash === -1 ? `${key}\0` : `${key.slice(0, slash)}0`;
  }
}

/**
 * `a` sorts before `a-b` as a segment, but `/a/x` sorts behind `/a-b` as a key, because `-` is below `/`. So a shorter
 * child may lie further on, at every byte below `/`.
 */
function shorterSegment(space: StateSpace, base: Key, segment: string, previous: string): string | undefined {
  for (let length = 1; length < segment.length; length += 1) {
    if (segment[length]! >= '/') continue;
    const shorter = segment.slice(0, length);
    if (shorter > previous && space.firstKey(`${base}${shorter}/`, `${base}${shorter}0`) !== undefined) return shorter;
  }
  return undefined;
}
