import {
  CompareTarget,
  type Comparison as WireComparison,
  type Operation as WireOperation,
  CompareOperator as WireOperator,
} from '../gen/synod/v1/journal.ts';
import {
  type HistoryItem,
  type KeyValue,
  PutRequest,
  ReadRequest,
  type ReadResponse,
  WatchEventKind,
  type ReadOptions as WireReadOptions,
  ReadQuorum as WireReadQuorum,
  type WatchEvent as WireWatchEvent,
  WriteQuorum as WireWriteQuorum,
  type WriteResponse,
} from '../gen/synod/v1/user.ts';
import { SynodError } from './errors.ts';
import type {
  Change,
  CompareOperator,
  Comparison,
  Item,
  KeyRange,
  Operation,
  ReadQuorum,
  ReadResult,
  Value,
  WatchEvent,
  WriteQuorum,
  WriteResult,
} from './types.ts';

/** The only place that knows how the library's types look on the wire. */

export function bytes(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

const NONE = Buffer.alloc(0);

export function item(record: KeyValue): Item {
  return { ...record, key: record.key.toString('utf8') };
}

function optionalItem(record: KeyValue | undefined): Item | undefined {
  return record && item(record);
}

export function readQuorum(quorum: ReadQuorum | undefined): WireReadQuorum {
  switch (quorum) {
    case 'local':
      return WireReadQuorum.LOCAL;
    case 'all':
      return WireReadQuorum.ALL;
    default:
      return WireReadQuorum.MAJORITY;
  }
}

export function writeQuorum(quorum: WriteQuorum | undefined): WireWriteQuorum {
  return quorum === 'all' ? WireWriteQuorum.ALL : WireWriteQuorum.MAJORITY;
}

export function readOptions(quorum: ReadQuorum | undefined, minSlot: number): WireReadOptions {
  return { quorum: readQuorum(quorum), minSlot };
}

/** The first key after all keys with this prefix; empty when there is none. */
export function prefixEnd(prefix: Buffer): Buffer {
  for (let length = prefix.length; length > 0; length--) {
    const last = prefix[length - 1]!;
    if (last < 0xff) return Buffer.concat([prefix.subarray(0, length - 1), Buffer.of(last + 1)]);
  }
  return NONE;
}

/** As the requests for reading and watching take it. */
export function wireRange(range: KeyRange): { prefix: Buffer; start: Buffer; end: Buffer } {
  if (typeof range === 'string') return { prefix: bytes(range), start: NONE, end: NONE };
  if ('prefix' in range) return { prefix: bytes(range.prefix), start: NONE, end: NONE };
  return { prefix: NONE, start: bytes(range.start), end: bytes(range.end ?? '') };
}

/** As commands take it: an empty end means just `start`. */
export function wireInterval(range: KeyRange): { start: Buffer; end: Buffer } {
  const { prefix, start, end } = wireRange(range);
  if (prefix.length === 0) return { start, end };
  return { start: prefix, end: prefixEnd(prefix) };
}

export function readResult(response: ReadResponse): ReadResult {
  return { item: optionalItem(response.item), slot: response.slot, revision: response.revision };
}

export function writeResult(response: WriteResponse): WriteResult {
  return {
    succeeded: response.succeeded,
    slot: response.slot,
    revision: response.revision,
    current: optionalItem(response.current),
    previous: optionalItem(response.previous),
    deleted: response.deleted,
    results: response.results.map(({ items, count, more, previous }) => ({
      items: items.map(item),
      count,
      more,
      previous: optionalItem(previous),
    })),
    notAppliedBy: response.notAppliedBy,
  };
}

export function change(entry: HistoryItem): Change {
  return {
    kind: entry.kind === WatchEventKind.DELETE ? 'delete' : 'put',
    item: item(entry.item!),
    slot: entry.slot,
    stampMs: entry.stampMs,
  };
}

export function watchEvent(event: WireWatchEvent): WatchEvent {
  return { ...change(event), previous: optionalItem(event.previous) };
}

const OPERATORS: Record<CompareOperator, WireOperator> = {
  '=': WireOperator.EQUAL,
  '!=': WireOperator.NOT_EQUAL,
  '<': WireOperator.LESS,
  '>': WireOperator.GREATER,
};

export function wireComparison(comparison: Comparison): WireComparison {
  const operator = OPERATORS[comparison.op ?? '='];
  if (operator === undefined) {
    throw new SynodError('INVALID_ARGUMENT', `"${comparison.op}" does not compare: use =, !=, < or >`);
  }
  const about = {
    key: bytes(comparison.key),
    rangeEnd: bytes(comparison.rangeEnd ?? ''),
    operator,
    value: NONE,
    number: 0,
    leaseId: '',
  };
  if ('value' in comparison) return { ...about, target: CompareTarget.VALUE, value: bytes(comparison.value) };
  if ('version' in comparison) return { ...about, target: CompareTarget.VERSION, number: comparison.version };
  if ('createRevision' in comparison) {
    return { ...about, target: CompareTarget.CREATE_REVISION, number: comparison.createRevision };
  }
  if ('modRevision' in comparison) {
    return { ...about, target: CompareTarget.MOD_REVISION, number: comparison.modRevision };
  }
  if ('lockToken' in comparison) return { ...about, target: CompareTarget.LOCK_TOKEN, number: comparison.lockToken };
  return { ...about, target: CompareTarget.LEASE, leaseId: comparison.leaseId };
}

export function wireOperation(operation: Operation): WireOperation {
  switch (operation.kind) {
    case 'put': {
      const { key, value, leaseId = '' } = operation;
      const put = { key: bytes(key), value: bytes(value), leaseId, returnPrevious: false, fencingToken: 0 };
      return { kind: { $case: 'put', value: put } };
    }
    case 'delete':
      return {
        kind: { $case: 'delete', value: { key: bytes(operation.key), returnPrevious: false, fencingToken: 0 } },
      };
    case 'deleteRange': {
      const value = { ...wireInterval(operation.range), returnPrevious: false, fencingToken: 0 };
      return { kind: { $case: 'deleteRange', value } };
    }
    case 'read': {
      const { range, limit = 0, keysOnly = false, countOnly = false } = operation;
      return { kind: { $case: 'read', value: { ...wireInterval(range), limit, keysOnly, countOnly } } };
    }
  }
}

/** A gRPC message (length prefix and all) that puts a value, as load generators other than this library send it. */
export function encodedPut(key: string, value: Value): Uint8Array {
  return framed(PutRequest.encode(PutRequest.fromPartial({ key: bytes(key), value: bytes(value) })).finish());
}

/** The same for a majority read. */
export function encodedRead(key: string): Uint8Array {
  const options = readOptions('majority', 0);
  return framed(ReadRequest.encode(ReadRequest.fromPartial({ key: bytes(key), options })).finish());
}

function framed(request: Uint8Array): Uint8Array {
  const message = Buffer.alloc(5 + request.length);
  message.writeUInt32BE(request.length, 1);
  message.set(request, 5);
  return message;
}
