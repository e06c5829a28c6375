/** What a page of a read is made of. */
export interface PageSource<T> {
  /** The items after `last`, at most `limit` of them. */
  readonly fetch: (last: T | undefined, limit: number) => readonly T[];
  readonly sizeBytes: (item: T) => number;
}

/** Below what clients of gRPC accept by default (4 MiB), with room for one more value of the largest size. */
const PAGE_BYTES_MAX = 2 * 1024 * 1024;
const ITEM_OVERHEAD_BYTES = 64;
const FIRST_FETCH = 32;
const FETCH_MAX = 1_000;

/**
 * Fetches in pieces, so that a page of huge values is cut off before it is in memory. `more` says that something follows.
 */
export function pageOf<T>(limit: number, source: PageSource<T>): { items: T[]; more: boolean } {
  const items: T[] = [];
  let bytes = 0;
  let fetch = FIRST_FETCH;
  for (;;) {
    // One more than asked tells whether something follows.
    const wanted = Math.min(fetch, limit + 1 - items.length);
    const piece = source.fetch(items.at(-1), wanted);
    for (const item of piece) {
      const size = source.sizeBytes(item) + ITEM_OVERHEAD_BYTES;
      if (items.length === limit || (items.length > 0 && bytes + size > PAGE_BYTES_MAX)) return { items, more: true };
      items.push(item);
      bytes += size;
    }
    if (piece.length < wanted) return { items, more: false };
    const average = bytes / items.length;
    fetch = Math.max(1, Math.min(FETCH_MAX, Math.ceil((PAGE_BYTES_MAX - bytes) / average)));
  }
}

export function clampLimit(limit: number, whenAbsent: number, max: number): number {
  return limit === 0 ? whenAbsent : Math.min(limit, max);
}
