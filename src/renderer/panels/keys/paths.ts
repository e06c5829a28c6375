/** The read-only keyspace of the cell itself. */
export const SYSTEM_ROOT = '/_internal';
const KEY_BYTES_MAX = 1_024;

/**
 * Order of the bytes of two texts in UTF-8, which is the order of the store. It is the order of code points, and differs
 * from that of JavaScript strings where surrogates meet characters behind them (U+E000 to U+FFFF).
 */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    if (a >= 0xd800 && b >= 0xd800) return rank(a) - rank(b);
    return a - b;
  }
  return left.length - right.length;
}

/** Surrogates stand for characters behind all others. */
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

export function segmentsOf(path: string): string[] {
  return path === '/' || path === '' ? [] : path.slice(1).split('/');
}

export function childOf(parent: string, segment: string): string {
  return parent === '/' ? `/${segment}` : `${parent}/${segment}`;
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

export function lastSegmentOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Every folder above a path, the root first. */
export function ancestorsOf(path: string): string[] {
  const ancestors = path === '/' ? [] : ['/'];
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) ancestors.push(path.slice(0, at));
  return ancestors;
}

/** What a watch or a range takes to see everything strictly below a path. */
export function prefixBelow(path: string): string {
  return path === '/' ? '/' : `${path}/`;
}

export function isWithin(path: string, scope: string): boolean {
  return scope === '/' || path === scope || path.startsWith(`${scope}/`);
}

export function isSystem(path: string): boolean {
  return isWithin(path, SYSTEM_ROOT);
}

/** A guard is a path segment that makes what is below it writable only by those who hold its lock. */
export function isGuarded(path: string): boolean {
  return path.includes('/_lockable/');
}

/** The innermost lock above a guarded key. */
export function guardOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/_lockable/') + '/_lockable'.length);
}

/** Why this cannot be the path of a key; empty: it can. The agent judges the same, this says it while one types. */
export function pathProblem(path: string): string {
  if (path === '') return 'A key is a path such as /jobs/1.';
  if (!path.startsWith('/')) return 'A path starts with /.';
  if (path === '/') return 'The root is not a key: name something below it.';
  if (path.endsWith('/')) return 'A path does not end with /.';
  if (path.includes('//')) return 'A path has no empty segments.';
  if (path.includes('\0')) return 'A path has no NUL.';
  if (segmentsOf(path).some((segment) => segment === '.' || segment === '..')) return 'A path has no . or .. in it.';
  if (isSystem(path)) return `Keys below ${SYSTEM_ROOT} belong to the cell itself.`;
  const bytes = new TextEncoder().encode(path).length;
  return bytes > KEY_BYTES_MAX ? `A path has at most ${KEY_BYTES_MAX} bytes, this one has ${bytes}.` : '';
}
