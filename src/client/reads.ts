import { whole } from './arguments.ts';
import type { Caller } from './caller.ts';
import type {
  History,
  HistoryOptions,
  Item,
  KeyRange,
  Level,
  ListOptions,
  Page,
  ReadOptions,
  ReadResult,
} from './types.ts';
import { change, item, pathBytes, readOptions, readResult, wireRange } from './wire.ts';

const PAGE_KEYS = 1_000;

export async function get(caller: Caller, key: string, options: ReadOptions): Promise<ReadResult> {
  const response = await caller.read({
    method: (stub) => stub.read,
    request: () => ({
      key: pathBytes(key),
      options: readOptions(options.quorum, caller.highestSlot),
      revision: whole(options.revision ?? 0, 'revision'),
    }),
    options,
  });
  return readResult(response);
}

export async function list(caller: Caller, range: KeyRange, options: ListOptions): Promise<Page> {
  const response = await caller.read({
    method: (stub) => stub.readPrefix,
    request: () => ({
      ...wireRange(range),
      limit: whole(options.limit ?? 0, 'limit'),
      after: pathBytes(options.after ?? ''),
      keysOnly: options.keysOnly ?? false,
      countOnly: options.countOnly ?? false,
      descending: options.descending ?? false,
      revision: whole(options.revision ?? 0, 'revision'),
      options: readOptions(options.quorum, caller.highestSlot),
    }),
    options,
  });
  return { ...response, items: response.items.map(item) };
}

/** All keys of a range, page by page, all as of one revision. Fails with COMPACTED when that is overtaken. */
export async function* scan(caller: Caller, range: KeyRange, options: ListOptions): AsyncGenerator<Item, number> {
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let page: ListOptions = { ...options, limit: Math.min(PAGE_KEYS, left) };
  for (;;) {
    const { items, more, revision } = await list(caller, range, page);
    yield* items;
    left -= items.length;
    const last = items.at(-1);
    if (!more || last === undefined || left <= 0) return page.revision || revision;
    page = { ...page, after: last.key, revision: page.revision || revision, limit: Math.min(PAGE_KEYS, left) };
  }
}

export async function level(caller: Caller, path: string, options: ListOptions): Promise<Level> {
  const response = await caller.read({
    method: (stub) => stub.listLevel,
    request: () => ({
      path: pathBytes(path),
      limit: whole(options.limit ?? 0, 'limit'),
      after: pathBytes(options.after ?? ''),
      options: readOptions(options.quorum, caller.highestSlot),
    }),
    options,
  });
  const items = response.items.map((child) => ({ ...child, segment: child.segment.toString('utf8') }));
  return { ...response, items };
}

export async function history(caller: Caller, key: string, options: HistoryOptions): Promise<History> {
  const response = await caller.read({
    method: (stub) => stub.history,
    request: () => ({
      key: pathBytes(key),
      limit: whole(options.limit ?? 0, 'limit'),
      beforeRevision: whole(options.beforeRevision ?? 0, 'beforeRevision'),
      options: readOptions(options.quorum, caller.highestSlot),
    }),
    options,
  });
  return { ...response, items: response.items.map(change) };
}
