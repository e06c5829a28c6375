import type { Key, LevelChild } from '../machine/store.ts';
import type { StateSpace } from './state-space.ts';

/** Children of `path` behind the segment `after`, in byte order of segments. */
export function listLevel(space: StateSpace, path: Key, after: string, limit: number): LevelChild[] {
  const children = scanLevel(space, { path, after, limit, isCounting: true });
  const headers = headersOf(space, path, children);
  return children.map(({ segment, descendants }, at) => {
    const header = headers[at];
    return { segment, descendants, record: header?.record, sizeBytes: header?.sizeBytes ?? 0 };
  });
}

/** Only their names. */
export function listSegments(space: StateSpace, path: Key, after: string, limit: number): string[] {
  return scanLevel(space, { path, after, limit, isCounting: false }).map(({ segment }) => segment);
}

/** In one go when nothing lies between, as in a folder without folders. */
function headersOf(space: StateSpace, path: Key, children: readonly Child[]): ReturnType<StateSpace['header']>[] {
  const [first, last] = [children[0], children.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (children.every(({ isKey, descendants }) => isKey && descendants === 0)) {
    const headers = space.headers(`${path}/${first.segment}`, `${path}/${last.segment}\0`, children.length);
    // What lies below a child before `after` may still stand between: `/a/x` comes behind `/a-b`.
    if (children.every(({ segment }, at) => headers[at]?.record.key === `${path}/${segment}`)) return headers;
  }
  return children.map(({ segment, isKey }) => (isKey ? space.header(`${path}/${segment}`) : undefined));
}

interface Scan {
  readonly path: Key;
  readonly after: string;
  readonly limit: number;
  /** Without it, `descendants` only says whether there are any. */
  readonly isCounting: boolean;
}

interface Child {
  readonly segment: string;
  isKey: boolean;
  descendants: number;
}

const itself = (key: Key): Key => key;

const PAGE_KEYS_MIN = 64;
const PAGE_KEYS_MAX = 4_096;

/**
 * Reads keys in pages, which costs far less than a query per child, and jumps over what lies below a child as soon as
 * that is more than a page. `0` is the byte after `/`: everything below a path lies in [path/, path0).
 */
function scanLevel(space: StateSpace, scan: Scan): Child[] {
  const { path, after, limit } = scan;
  const base = `${path}/`;
  const found = new Children();
  // A child that sorts directly behind `after` extends it by a byte; the smallest byte is NUL.
  let from = after === '' ? base : `${base}${after}\0`;
  let pageKeys = PAGE_KEYS_MIN;
  for (;;) {
    const keys = space.liveKeys(from, `${path}0`, pageKeys);
    const isLastPage = keys.length < pageKeys;
    pageKeys = Math.min(2 * pageKeys, PAGE_KEYS_MAX);
    from = `${keys.at(-1)}\0`;
    for (let at = 0; at < keys.length; ) {
      const key = keys[at] as Key;
      const slash = key.indexOf('/', base.length);
      const segment = slash === -1 ? key.slice(base.length) : key.slice(base.length, slash);
      if (limit > 0 && found.count === limit && segment > after && !found.has(segment)) {
        addEarlier(space, scan, segment, found);
        return found.first(limit);
      }
      // Not only `after` itself: `/a/x` comes behind `/a-b`, when `a` has long been listed.
      const child = segment > after ? found.of(segment) : undefined;
      if (slash === -1) {
        if (child !== undefined) child.isKey = true;
        at += 1;
        continue;
      }
      const next = firstFrom(keys, at, `${base}${segment}0`, itself);
      if (child !== undefined) child.descendants = next - at;
      if (next === keys.length && !isLastPage) {
        if (child !== undefined) child.descendants = descendantsOf(space, scan, segment);
        from = `${base}${segment}0`;
        pageKeys = PAGE_KEYS_MIN;
      }
      at = next;
    }
    if (isLastPage) return found.first(limit);
  }
}

/** In order of segments. Nearly always the next one is the last one, or comes behind it. */
class Children {
  readonly #children: Child[] = [];

  get count(): number {
    return this.#children.length;
  }

  has(segment: string): boolean {
    return this.#children[this.#placeOf(segment)]?.segment === segment;
  }

  /** Made when it is new. */
  of(segment: string): Child {
    const place = this.#placeOf(segment);
    const known = this.#children[place];
    if (known?.segment === segment) return known;
    const child: Child = { segment, isKey: false, descendants: 0 };
    if (place === this.#children.length) this.#children.push(child);
    else this.#children.splice(place, 0, child);
    return child;
  }

  /** 0: all of them. */
  first(limit: number): Child[] {
    return limit === 0 ? this.#children : this.#children.slice(0, limit);
  }

  /** Of the first child that is not before `segment`. */
  #placeOf(segment: string): number {
    const last = this.#children.at(-1);
    if (last === undefined || last.segment < segment) return this.#children.length;
    if (last.segment === segment) return this.#children.length - 1;
    return firstFrom(this.#children, 0, segment, (child) => child.segment);
  }
}

/**
 * `a` sorts before `a-b` as a segment, but `/a/x` sorts behind `/a-b` as a key, because `-` is below `/`. So when a scan
 * stops at the first key of `segment`, what lies below a shorter child may still be ahead; and only below children that
 * `segment` begins with, followed by a byte below `/`. The child at which it stopped may itself be such a shorter one.
 */
function addEarlier(space: StateSpace, scan: Scan, segment: string, found: Children): void {
  const key = `${scan.path}/${segment}`;
  const stoppedAt = found.of(segment);
  stoppedAt.isKey = space.firstKey(key, `${key}\0`) !== undefined;
  stoppedAt.descendants = descendantsOf(space, scan, segment);
  for (let length = 1; length < segment.length; length += 1) {
    if ((segment[length] as string) >= '/') continue;
    const shorter = segment.slice(0, length);
    if (shorter <= scan.after) continue;
    const descendants = descendantsOf(space, scan, shorter);
    if (descendants > 0) found.of(shorter).descendants = descendants;
  }
}

function descendantsOf(space: StateSpace, { path, isCounting }: Scan, segment: string): number {
  const [start, end] = [`${path}/${segment}/`, `${path}/${segment}0`];
  if (isCounting) return space.count(start, end);
  return space.firstKey(start, end) === undefined ? 0 : 1;
}

/** The index of the first item that is not below `bound`; items are in order, and those before `from` are below it. */
function firstFrom<T>(items: readonly T[], from: number, bound: string, textOf: (item: T) => string): number {
  let low = from;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (textOf(items[middle] as T) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
