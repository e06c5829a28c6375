import type { AppliedState } from '../../host/cell-port.ts';
import { prefixEnd } from '../../machine/keys.ts';
import type { KeyRecord } from '../../machine/store.ts';
import type { Reader } from '../../machine/system-records.ts';
import { pageOf } from '../pages.ts';

const PIECE = 256;

export interface Recorded<T> {
  readonly id: string;
  readonly value: T;
  readonly sizeBytes: number;
}

export interface PageOfRecords<T> {
  /** Keys of the system keyspace. */
  readonly start: string;
  readonly end: string;
  readonly limit: number;
  /** Undefined: it is not wanted. */
  readonly read: (stored: KeyRecord) => Recorded<T> | undefined;
}

/** What is wanted of a range, in the order of the keys; read in pieces, however much there is. */
export function recordPage<T>(
  state: Reader,
  page: PageOfRecords<T>,
): { readonly items: readonly Recorded<T>[]; readonly more: boolean } {
  return pageOfRest(wantedOf(state, page), page.limit);
}

/** The next ones of what is generated, which is asked for no more than that. */
export function pageOfRest<T>(
  rest: Generator<Recorded<T>, void>,
  limit: number,
): { readonly items: readonly Recorded<T>[]; readonly more: boolean } {
  return pageOf<Recorded<T>>(limit, {
    fetch: (_, count) => taken(rest, count),
    sizeBytes: ({ sizeBytes }) => sizeBytes,
  });
}

/** What follows `folder` in the entries of an index, in order, behind `after`; read in pieces. */
export function* indexed(
  state: Pick<AppliedState, 'plainKeys'>,
  folder: string,
  after: string,
): Generator<string, void> {
  const end = prefixEnd(folder);
  for (let start = after === '' ? folder : `${folder}${after}\0`; ; ) {
    const piece = state.plainKeys(start, end, PIECE);
    for (const key of piece) yield key.slice(folder.length);
    if (piece.length < PIECE) return;
    start = `${piece.at(-1)!}\0`;
  }
}

function* wantedOf<T>(state: Reader, page: PageOfRecords<T>): Generator<Recorded<T>, void> {
  for (const stored of storedIn(state, page)) {
    const found = page.read(stored);
    if (found !== undefined) yield found;
  }
}

function* storedIn(
  state: Reader,
  { start, end }: Pick<PageOfRecords<never>, 'start' | 'end'>,
): Generator<KeyRecord, void> {
  for (let next = start; next < end; ) {
    const piece = state.range('system', { start: next, end, limit: PIECE });
    yield* piece;
    if (piece.length < PIECE) return;
    next = `${piece.at(-1)!.key}\0`;
  }
}

function taken<T>(rest: Generator<T, void>, count: number): T[] {
  const items: T[] = [];
  while (items.length < count) {
    const next = rest.next();
    if (next.done) break;
    items.push(next.value);
  }
  return items;
}
