import {
  HistoryRequest,
  HistoryResponse,
  ListLevelRequest,
  ListLevelResponse,
  ReadPrefixRequest,
  ReadPrefixResponse,
  ReadRequest,
  ReadResponse,
} from '../../gen/synod/v1/user.ts';
import type { CellPort } from '../host/cell-port.ts';
import { spaceOf } from '../machine/keys.ts';
import type { KeyChange, KeyRecord } from '../machine/store.ts';
import { clampLimit, pageOf } from './pages.ts';
import { checkRevision, whenAnswerable } from './read-barrier.ts';
import type { CallContext, UnaryMethod } from './unary-call.ts';
import { keyRange, pathKey } from './validation.ts';
import { historyItem, keyBytes, keyOf, keyValue, optionalKeyValue } from './wire.ts';

const READ_LIMIT_DEFAULT = 1_000;
const READ_LIMIT_MAX = 10_000;
const HISTORY_LIMIT_DEFAULT = 100;
const HISTORY_LIMIT_MAX = 1_000;

export function readMethods(cell: CellPort) {
  return {
    read: readMethod(cell),
    readPrefix: readPrefixMethod(cell),
    listLevel: listLevelMethod(cell),
    history: historyMethod(cell),
  };
}

/** Also an operation of a batch. */
export function read(cell: CellPort, request: ReadRequest, call: CallContext): ReadResponse | Promise<ReadResponse> {
  const key = pathKey(request.key);
  const space = spaceOf(key);
  return whenAnswerable(cell, request.options, call, () => {
    checkRevision(cell, space, request.revision);
    const { state } = cell;
    const record = state.get(space, key, request.revision);
    return { item: optionalKeyValue(record), slot: state.appliedSlot, revision: state.revision(space) };
  });
}

function readMethod(cell: CellPort): UnaryMethod<ReadRequest, ReadResponse> {
  return {
    name: 'Read',
    request: ReadRequest,
    response: ReadResponse,
    handle: (request, call) => read(cell, request, call),
  };
}

function readPrefixMethod(cell: CellPort): UnaryMethod<ReadPrefixRequest, ReadPrefixResponse> {
  return {
    name: 'ReadPrefix',
    request: ReadPrefixRequest,
    response: ReadPrefixResponse,
    handle(request, call) {
      const { space, start, end } = keyRange(request, false);
      const { revision, keysOnly, descending } = request;
      return whenAnswerable(cell, request.options, call, () => {
        checkRevision(cell, space, revision);
        const { state } = cell;
        const count = state.count(space, start, end, revision);
        const told = { count, slot: state.appliedSlot, revision: state.revision(space) };
        if (request.countOnly) return { items: [], more: false, ...told };
        const next = continuedRange(start, end, keyOf(request.after), descending);
        const { items, more } = pageOf<KeyRecord>(clampLimit(request.limit, READ_LIMIT_DEFAULT, READ_LIMIT_MAX), {
          fetch: (last, limit) => {
            const rest = last === undefined ? next : continuedRange(next.start, next.end, last.key, descending);
            return rest === undefined ? [] : state.range(space, { ...rest, limit, descending, keysOnly, revision });
          },
          sizeBytes: (record) => record.key.length + record.value.length,
        });
        return { items: items.map(keyValue), more, ...told };
      });
    },
  };
}

/** What is left of a range once everything up to and including `after` has been told. */
export function continuedRange(start: string, end: string, after: string, descending: boolean) {
  if (after === '') return { start, end };
  // A single key has nothing after it.
  if (end === '') return after < start !== descending ? { start, end } : NOTHING;
  if (descending) return after > start ? { start, end: after < end ? after : end } : NOTHING;
  return after >= end ? NOTHING : { start: after >= start ? `${after}\0` : start, end };
}

/** A range that holds no key, because the first key of all is longer. */
const NOTHING = { start: '', end: '' };

function listLevelMethod(cell: CellPort): UnaryMethod<ListLevelRequest, ListLevelResponse> {
  return {
    name: 'ListLevel',
    request: ListLevelRequest,
    response: ListLevelResponse,
    handle(request, call) {
      const path = levelPath(request.path);
      const space = spaceOf(path);
      const limit = clampLimit(request.limit, READ_LIMIT_DEFAULT, READ_LIMIT_MAX);
      return whenAnswerable(cell, request.options, call, () => {
        const { state } = cell;
        const children = state.level(space, path, keyOf(request.after), limit + 1);
        const items = children.slice(0, limit).map(({ segment, descendants, record, sizeBytes }) => ({
          segment: keyBytes(segment),
          descendants,
          isKey: record !== undefined,
          version: record?.version ?? 0,
          modRevision: record?.modRevision ?? 0,
          sizeBytes,
        }));
        const more = children.length > limit;
        return { items, more, slot: state.appliedSlot, revision: state.revision(space) };
      });
    },
  };
}

/** The root may be empty or `/`; other paths may end with a slash, as people write directories. */
function levelPath(bytes: Buffer): string {
  const length = bytes.at(-1) === SLASH ? bytes.length - 1 : bytes.length;
  return length === 0 ? '' : pathKey(bytes.subarray(0, length));
}

const SLASH = 0x2f;

function historyMethod(cell: CellPort): UnaryMethod<HistoryRequest, HistoryResponse> {
  return {
    name: 'History',
    request: HistoryRequest,
    response: HistoryResponse,
    handle(request, call) {
      const key = pathKey(request.key);
      const space = spaceOf(key);
      return whenAnswerable(cell, request.options, call, () => {
        const { state } = cell;
        const { items, more } = pageOf<KeyChange>(clampLimit(request.limit, HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX), {
          fetch: (last, limit) => state.history(space, key, last?.modRevision ?? request.beforeRevision, limit),
          sizeBytes: (change) => change.key.length + change.value.length,
        });
        const floor = state.floor(space);
        return { items: items.map(historyItem), more, floor, slot: state.appliedSlot, revision: state.revision(space) };
      });
    },
  };
}
