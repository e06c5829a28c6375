/**
 * The rows of `now`, where one that says what it said before is the object it was: only what changed is drawn anew.
 */
export function keepSame<T>(before: readonly T[], now: readonly T[], idOf: (row: T) => string | number): readonly T[] {
  const known = new Map(before.map((row) => [idOf(row), row]));
  return now.map((row) => {
    const old = known.get(idOf(row));
    return old !== undefined && JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
}
