import { prefixEnd } from './keys.ts';
import type { Key } from './store.ts';
import type { WriteView } from './write-view.ts';

/**
 * Plain records as an index: their keys say everything. They have no history, so they cost little, and a range of them
 * finds what belongs together without reading the records themselves.
 */

const NOTHING = new Uint8Array(0);
/** No path has it: what is filed below a path is never mistaken for what lies below a longer one. */
export const SEPARATOR = '\0';

/** In the order of the numbers. */
export function padded(number: number): string {
  return String(number).padStart(16, '0');
}

export function addEntry(view: WriteView, key: Key): void {
  view.putPlain(key, NOTHING);
}

/** What follows `prefix` in its entries, in order; `limit` 0: all. */
export function entriesOf(view: WriteView, prefix: Key, limit = 0): string[] {
  return view.plainKeys(prefix, prefixEnd(prefix), limit).map((key) => key.slice(prefix.length));
}

export function countOf(view: WriteView, key: Key): number {
  const value = view.getPlain(key);
  return value === undefined ? 0 : Number(new TextDecoder().decode(value));
}

export function addToCount(view: WriteView, key: Key, difference: number): void {
  if (difference === 0) return;
  view.putPlain(key, new TextEncoder().encode(String(countOf(view, key) + difference)));
}
