import {
  type HistoryItem,
  type KeyValue,
  type WatchEvent,
  WatchEventKind,
  type WriteResponse,
} from '../../gen/synod/v1/user.ts';
import type { WriteOutcome } from '../host/cell-port.ts';
import type { KeyChange, KeyRecord } from '../machine/store.ts';
import { asBuffer } from './encoding.ts';

/** The only place that knows how records of the machine look to clients. */

/** Keys are byte strings: one character per byte. */
export function keyOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}

export function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

export function keyValue(record: KeyRecord): KeyValue {
  return {
    key: keyBytes(record.key),
    value: asBuffer(record.value),
    version: record.version,
    createRevision: record.createRevision,
    modRevision: record.modRevision,
    leaseId: record.leaseId,
  };
}

export function optionalKeyValue(record: KeyRecord | undefined): KeyValue | undefined {
  return record && keyValue(record);
}

export function writeResponse(
  { result, notAppliedBy }: WriteOutcome,
  nameOf: (agentId: string) => string,
): WriteResponse {
  return {
    succeeded: result.succeeded,
    slot: result.slot,
    revision: result.revision,
    current: optionalKeyValue(result.current),
    previous: optionalKeyValue(result.previous),
    deleted: result.deleted,
    results: result.results.map(({ items, count, more, previous }) => ({
      items: items.map(keyValue),
      count,
      more,
      previous: optionalKeyValue(previous),
    })),
    notAppliedBy: notAppliedBy.map(nameOf),
  };
}

export function historyItem(change: KeyChange): HistoryItem {
  return { kind: eventKind(change), item: keyValue(change), slot: change.slot, stampMs: change.stampMs };
}

export function watchEvent(change: KeyChange, previous: KeyRecord | undefined): WatchEvent {
  return { ...historyItem(change), previous: optionalKeyValue(previous) };
}

function eventKind(change: KeyChange): WatchEvent['kind'] {
  return change.kind === 'put' ? WatchEventKind.PUT : WatchEventKind.DELETE;
}
