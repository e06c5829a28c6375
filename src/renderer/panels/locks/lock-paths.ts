/** The segment that makes a path a lock. */
const LOCKABLE = '_lockable';
const END = `/${LOCKABLE}`;

/** The locks that a path names, top to bottom: every prefix that ends in `_lockable`, itself included. */
export function locksOf(path: string): string[] {
  const locks: string[] = [];
  for (let at = path.indexOf(END); at >= 0; at = path.indexOf(END, at + END.length)) {
    const end = at + END.length;
    if (end === path.length || path[end] === '/') locks.push(path.slice(0, end));
  }
  return locks;
}

/** Why this path names no lock; empty: it does. The agent judges the same, this says it while one types. */
export function lockPathProblem(path: string): string {
  if (!path.startsWith('/')) return 'A path starts with /.';
  if (path.endsWith('/') || path.includes('//')) return 'A path has no empty segments.';
  if (locksOf(path).length === 0) return `A lock is a path with a segment ${LOCKABLE}, such as /jobs/${LOCKABLE}.`;
  return '';
}
