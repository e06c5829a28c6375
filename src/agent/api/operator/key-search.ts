import type { KeyItem } from '../../../contract/index.ts';
import { INTERNAL_ROOT, prefixEnd, spaceOf } from '../../machine/keys.ts';
import type { Key, KeyRecord, Space } from '../../machine/store.ts';
import { keyItem } from './key-items.ts';
import { levelPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';
import type { OperatorPorts } from './ports.ts';
import { bytesOf, keyOf, pathOf } from './texts.ts';

export interface KeySearch {
  readonly scope: string;
  readonly mode: 'path' | 'value';
  readonly text: string;
  readonly ignoreCase: boolean;
  readonly system: boolean;
  readonly after: string;
  readonly limit: number;
}

export interface SearchPage {
  readonly items: KeyItem[];
  readonly scanned: number;
  readonly total: number;
  readonly scannedThrough: string;
}

/** One call keeps the loop so long; heartbeats wait meanwhile. Whoever searches asks on from where it stopped. */
const BUDGET_MS = 20;
const PAGE_KEYS_MIN = 8;
const PAGE_KEYS_MAX = 512;
const PAGE_BYTES = 512 * 1024;
const EXCERPT_CHARACTERS = 160;
const BEFORE_MATCH_CHARACTERS = 40;

interface Range {
  readonly start: Key;
  readonly end: Key;
}

/** Looks at a slice of a scope, in order of keys, and says how far it came. @throws CellError */
export function searchKeys(ports: OperatorPorts, search: KeySearch): SearchPage {
  const { state } = ports.api.cell;
  const { space, ranges } = scopeOf(search);
  const total = totalsOf(ports).of(space, ranges, search.after !== '');
  const find = finder(search);
  const items: KeyItem[] = [];
  let scanned = 0;
  let last = keyOf(search.after);
  const untilMs = performance.now() + BUDGET_MS;
  for (const range of ranges) {
    let page = PAGE_KEYS_MIN;
    for (;;) {
      const start = last >= range.start ? `${last}\0` : range.start;
      // A single key has nothing behind it.
      if (range.end === '' ? start !== range.start : start >= range.end) break;
      const records = state.range(space, { start, end: range.end, limit: page, keysOnly: search.mode === 'path' });
      let bytes = 0;
      for (const record of records) {
        const found = find(record);
        // Only the key was read so far.
        const whole =
          found === undefined || search.mode === 'value' ? record : (state.get(space, record.key) ?? record);
        if (found !== undefined) items.push(excerpt(whole, found));
        scanned += 1;
        bytes += record.key.length + whole.value.length;
        last = record.key;
        // Each match reads a value, and many large ones do not wait for the end of the page.
        const isLate = bytes >= PAGE_BYTES && performance.now() >= untilMs;
        if (isLate || items.length >= search.limit) return { items, scanned, total, scannedThrough: pathOf(last) };
      }
      if (records.length < page) break;
      if (performance.now() >= untilMs) return { items, scanned, total, scannedThrough: pathOf(last) };
      page = Math.max(
        PAGE_KEYS_MIN,
        Math.min(2 * page, PAGE_KEYS_MAX, Math.floor((PAGE_BYTES * records.length) / bytes)),
      );
    }
  }
  return { items, scanned, total, scannedThrough: '' };
}

/** Counting reads every key of a scope; one that is searched piece by piece is counted once, at its beginning. */
class Totals {
  readonly #ports: OperatorPorts;
  #newest: { readonly name: string; readonly revision: number; readonly total: number } | undefined;

  constructor(ports: OperatorPorts) {
    this.#ports = ports;
  }

  of(space: Space, ranges: readonly Range[], isContinued: boolean): number {
    const { state } = this.#ports.api.cell;
    const name = `${space} ${ranges[0]?.start}`;
    const revision = state.revision(space);
    const known = this.#newest;
    if (known?.name === name && (isContinued || known.revision === revision)) return known.total;
    const total = ranges.reduce((sum, { start, end }) => sum + state.count(space, start, end), 0);
    this.#newest = { name, revision, total };
    return total;
  }
}

const totalsOf = perAgent((ports) => new Totals(ports));

/** A path and what is below it: two ranges, because `/a-b` lies between `/a` and `/a/`. */
function scopeOf({ scope, system }: KeySearch): { readonly space: Space; readonly ranges: readonly Range[] } {
  const { key } = levelPath(scope);
  const path = key === '' && system ? INTERNAL_ROOT : key;
  const below = { start: `${path}/`, end: prefixEnd(`${path}/`) };
  return { space: spaceOf(path), ranges: path === '' ? [below] : [{ start: path, end: '' }, below] };
}

/** Where the text was found in the value, or 0 for a match of the path. */
type Finder = (record: KeyRecord) => number | undefined;

function finder({ mode, text, ignoreCase }: KeySearch): Finder {
  const folded = (whole: string): string => (ignoreCase ? whole.toLowerCase() : whole);
  const wanted = folded(text);
  const place = (at: number): number | undefined => (at === -1 ? undefined : at);
  if (mode === 'path') return ({ key }) => (folded(pathOf(key)).includes(wanted) ? 0 : undefined);
  const bytes = bytesOf({ text });
  return ({ value }) => {
    const whole = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    if (!ignoreCase && !whole.includes(bytes)) return undefined;
    return place(folded(whole.toString('utf8')).indexOf(wanted));
  };
}

function excerpt(record: KeyRecord, at: number): KeyItem {
  const item = keyItem(record);
  if (!('text' in item.value)) return { ...item, ...keyItem(record, EXCERPT_CHARACTERS) };
  const { text } = item.value;
  if (text.length <= EXCERPT_CHARACTERS) return item;
  const from = Math.max(0, Math.min(at - BEFORE_MATCH_CHARACTERS, text.length - EXCERPT_CHARACTERS));
  return { ...item, value: { text: text.slice(from, from + EXCERPT_CHARACTERS).toWellFormed() }, truncated: true };
}
