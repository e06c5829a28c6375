/** Every subset, the empty one first. */
export function* subsetsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let mask = 0; mask < 2 ** items.length; mask++) {
    yield items.filter((_, index) => (mask & (1 << index)) !== 0);
  }
}
