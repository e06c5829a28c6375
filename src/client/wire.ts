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
import { given, invalidArgument, isBytes, oneOf, textBytes, whole } from './arguments.ts';
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

/** @throws SynodError INVALID_ARGUMENT for what is no value: it would be stored as something that nobody meant */
export function bytes(value: Value): Buffer {
  if (typeof value === 'string') return textBytes(value, 'a value');
  if (!isBytes(value)) throw invalidArgument(`a value is text or a Uint8Array, not ${given(value)}`);
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Of a key, a prefix, or the name of a lock, a queue and so on. */
export function pathBytes(path: string): Buffer {
  if (typeof path !== 'string') throw invalidArgument(`a path is text such as /jobs/1, not ${given(path)}`);
  return textBytes(path, 'a path');
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
    case 'majority':
    case undefined:
      return WireReadQuorum.MAJORITY;
    default:
      throw invalidArgument(`the quorum of a read is local, majority or all, not ${given(quorum)}`);
  }
}

export function writeQuorum(quorum: WriteQuorum | undefined): WireWriteQuorum {
  const word = oneOf(quorum ?? 'majority', ['majority', 'all'], 'the quorum of a write');
  return word === 'all' ? WireWriteQuorum.ALL : WireWriteQuorum.MAJORITY;
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
  if (typeof range === 'string') return { prefix: pathBytes(range), start: NONE, end: NONE };
  const isRange = typeof range === 'object' && range !== null && ('prefix' in range || 'start' in range);
  if (!isRange) throw invalidArgument(`a range is a prefix, { prefix } or { start, end }, not ${given(range)}`);
  if ('prefix' in range) return { prefix: pathBytes(range.prefix), start: NONE, end: NONE };
  return { prefix: NONE, start: pathBytes(range.start), end: pathBytes(range.end ?? '') };
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

/** `written`: of the one key that was written. No agent sends back what it was just given. */
export function writeResult(response: WriteResponse, written?: Uint8Array): WriteResult {
  const current = optionalItem(response.current);
  return {
    succeeded: response.succeeded,
    slot: response.slot,
    revision: response.revision,
    current: response.succeeded && current && written ? { ...current, value: Buffer.from(written) } : current,
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
    throw invalidArgument(`"${comparison.op}" does not compare: use =, !=, < or >`);
  }
  const about = {
    key: pathBytes(comparison.key),
    rangeEnd: pathBytes(comparison.rangeEnd ?? ''),
    operator,
    value: NONE,
    number: 0,
    leaseId: '',
  };
  if ('value' in comparison) return { ...about, target: CompareTarget.VALUE, value: bytes(comparison.value) };
  const number = (compared: number, what: string, target: CompareTarget): WireComparison => {
    return { ...about, target, number: whole(compared, what) };
  };
  if ('version' in comparison) return number(comparison.version, 'version', CompareTarget.VERSION);
  if ('createRevision' in comparison) {
    return number(comparison.createRevision, 'createRevision', CompareTarget.CREATE_REVISION);
  }
  if ('modRevision' in comparison) return number(comparison.modRevision, 'modRevision', CompareTarget.MOD_REVISION);
  if ('lockToken' in comparison) return number(comparison.lockToken, 'lockToken', CompareTarget.LOCK_TOKEN);
  if ('leaseId' in comparison) return { ...about, target: CompareTarget.LEASE, leaseId: comparison.leaseId };
  throw invalidArgument(
    `a comparison says what of ${(comparison as Comparison).key} it compares: ` +
      'value, version, createRevision, modRevision, leaseId or lockToken',
  );
}

export function wireOperation(operation: Operation): WireOperation {
  switch (operation.kind) {
    case 'put': {
      const { key, value, leaseId = '' } = operation;
      const put = { key: pathBytes(key), value: bytes(value), leaseId, returnPrevious: false, fencingToken: 0 };
      return { kind: { $case: 'put', value: put } };
    }
    case 'delete':
      return {
        kind: { $case: 'delete', value: { key: pathBytes(operation.key), returnPrevious: false, fencingToken: 0 } },
      };
    case 'deleteRange': {
      const value = { ...wireInterval(operation.range), returnPrevious: false, fencingToken: 0 };
      return { kind: { $case: 'deleteRange', value } };
    }
    case 'read': {
      const { range, limit = 0, keysOnly = false, countOnly = false } = operation;
      return {
        kind: { $case: 'read', value: { ...wireInterval(range), limit: whole(limit, 'limit'), keysOnly, countOnly } },
      };
    }
    default: {
      const { kind } = operation as { readonly kind: unknown };
      throw invalidArgument(`an operation is put, delete, deleteRange or read, not ${given(kind)}`);
    }
  }
}

/** A gRPC message (length prefix and all) that puts a value, as load generators other than this library send it. */
export function encodedPut(key: string, value: Value): Uint8Array {
  return framed(PutRequest.encode(PutRequest.fromPartial({ key: pathBytes(key), value: bytes(value) })).finish());
}

/** The same for a majority read. */
export function encodedRead(key: string): Uint8Array {
  const options = readOptions('majority', 0);
  return framed(ReadRequest.encode(ReadRequest.fromPartial({ key: pathBytes(key), options })).finish());
}

function framed(request: Uint8Array): Uint8Array {
  const message = Buffer.alloc(5 + request.length);
  message.writeUInt32BE(request.length, 1);
  message.set(request, 5);
  return message;
}
