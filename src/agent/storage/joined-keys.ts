import type { Key } from '../machine/store.ts';
import { blobToKey, RowDamage } from './state-row.ts';

/**
 * Many keys in one row: all of their bytes, and their lengths with commas between. A row and a buffer for each would take
 * five times as long.
 */
export type JoinedKeys = readonly [keys: Buffer | null, lengths: string | null];

/** SQLite joins the rows of a sorted subquery in their order; nothing but that is promised, so it is checked. */
export function separateKeys(joined: JoinedKeys | undefined): Key[] {
  const [blob = null, lengths = null] = joined ?? [];
  if (blob === null || lengths === null) return [];
  const text = blobToKey(blob);
  const keys: Key[] = [];
  let at = 0;
  let last = '';
  for (const length of lengths.split(',')) {
    const end = at + Number(length);
    const key = text.slice(at, end);
    if (key <= last) throw new RowDamage('keys came out of their order');
    keys.push(key);
    last = key;
    at = end;
  }
  return keys;
}
