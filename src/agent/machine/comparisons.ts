import { compareBytes } from './bytes.ts';
import type { Comparison } from './commands.ts';
import { tokenOf } from './lock-guards.ts';
import type { KeyRecord } from './store.ts';
import type { WriteView } from './write-view.ts';

/** How many records are in memory at once while a range is compared by value. */
const PAGE_RECORDS = 64;

/**
 * Holds when it holds for every key of the range. As in etcd, no key at all counts as one absent key: version, revisions
 * and lease are 0 or empty, and a comparison with its value never holds, because it has none.
 */
export function comparisonHolds(view: WriteView, comparison: Comparison): boolean {
  let { start } = comparison;
  if (comparison.target === 'lockToken') return isOrdered(compare(tokenOf(view, start), comparison.number), comparison);
  const keysOnly = comparison.target !== 'value';
  for (let isFirst = true; ; isFirst = false) {
    const page = view.range('user', { start, end: comparison.end, limit: PAGE_RECORDS, keysOnly });
    if (isFirst && page.length === 0) return recordHolds(undefined, comparison);
    if (!page.every((record) => recordHolds(record, comparison))) return false;
    if (page.length < PAGE_RECORDS) return true;
    start = `${page.at(-1)!.key}\0`;
  }
}

function recordHolds(record: KeyRecord | undefined, comparison: Comparison): boolean {
  switch (comparison.target) {
    case 'value':
      return record !== undefined && isOrdered(compareBytes(record.value, comparison.value), comparison);
    case 'lease':
      return isOrdered(compare(record?.leaseId ?? '', comparison.leaseId), comparison);
    case 'lockToken':
      return false;
    default:
      return isOrdered(compare(record?.[comparison.target] ?? 0, comparison.number), comparison);
  }
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isOrdered(difference: number, { operator }: Comparison): boolean {
  switch (operator) {
    case 'equal':
      return difference === 0;
    case 'notEqual':
      return difference !== 0;
    case 'less':
      return difference < 0;
    case 'greater':
      return difference > 0;
  }
}
