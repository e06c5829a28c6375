import { crc32 } from 'node:zlib';
import type { Key, KeyChange, KeyRecord } from '../machine/store.ts';

/** A row of a keyspace's log, in the order of its columns. */
export type LogRow = readonly [
  position: number,
  previous: number,
  kind: number,
  revision: number,
  ordinal: number,
  createRevision: number,
  version: number,
  slot: number,
  stampMs: number,
  previousRevision: number,
  leaseId: string,
  headerChecksum: number,
  valueChecksum: number,
  key: Buffer,
  value: Buffer,
];

/** The value left out; `length(value)` of it stands in its place. */
export type HeaderRow = readonly [...RowHeader<LogRow>, sizeBytes: number];

type RowHeader<Row extends readonly unknown[]> = Row extends readonly [...infer Header, unknown] ? Header : never;

const HEADER_COLUMNS = [
  'position',
  'previous',
  'kind',
  'revision',
  'ordinal',
  'create_revision',
  'version',
  'slot',
  'stamp',
  'previous_revision',
  'lease',
  'header_checksum',
  'value_checksum',
  'key',
];

/** SQL for the columns of a row, for a log that goes by the name `l`. */
export const ROW_COLUMNS = [...HEADER_COLUMNS, 'value'].map((name) => `l.${name}`).join(', ');
export const HEADER_ROW_COLUMNS = `${HEADER_COLUMNS.map((name) => `l.${name}`).join(', ')}, length(l.value)`;

/** Without the key, which whoever asks has; handing it over again costs as much as finding the row. */
export type KeyedRow = readonly [...RowHeader<RowHeader<LogRow>>, value: Buffer];
export const KEYED_ROW_COLUMNS = [...HEADER_COLUMNS.slice(0, -1), 'value'].map((name) => `l.${name}`).join(', ');

export const PUT = 0;
export const DELETE = 1;

export const EMPTY_VALUE = new Uint8Array(0);

export function keyToBlob(key: Key): Buffer {
  return Buffer.from(key, 'latin1');
}

export function blobToKey(blob: Buffer): Key {
  return blob.toString('latin1');
}

export function headerChecksum(
  position: number,
  previous: number,
  kind: number,
  change: Omit<KeyChange, 'kind'>,
): number {
  const { modRevision, ordinal, createRevision, version, slot, stampMs, previousRevision, leaseId, key } = change;
  return crc32(
    `${position} ${previous} ${kind} ${modRevision} ${ordinal} ${createRevision} ${version} ${slot} ${stampMs} ${previousRevision} ${leaseId} ${key}`,
  );
}

/** Begins where the header's ends, so that a value is bound to its header. */
export function valueChecksum(header: number, value: Uint8Array): number {
  return crc32(value, header);
}

/** Thrown with what is wrong; the store adds which file. */
export class RowDamage extends Error {}

/** Throws unless the row is as it was written. */
export function changeOf(row: LogRow): KeyChange {
  const change = headerOf(row, row[14]);
  if (row[12] !== valueChecksum(row[11], row[14])) {
    throw new RowDamage(`revision ${row[3]} does not match its checksum`);
  }
  return change;
}

export function recordOf(row: LogRow): KeyRecord {
  const { key, value, createRevision, modRevision, version, leaseId } = changeOf(row);
  return { key, value, createRevision, modRevision, version, leaseId };
}

/** Throws unless the row was written for this key, and as it is. */
export function keyedRecordOf(key: Key, row: KeyedRow): KeyRecord {
  const [position, previous, kind, modRevision, ordinal, createRevision, version, slot, stampMs] = row;
  const [, , , , , , , , , previousRevision, leaseId, , checksum, value] = row;
  const header = {
    modRevision,
    ordinal,
    createRevision,
    version,
    slot,
    stampMs,
    previousRevision,
    leaseId,
    key,
    value,
  };
  if (
    kind !== PUT ||
    !Buffer.isBuffer(value) ||
    checksum !== valueChecksum(headerChecksum(position, previous, kind, header), value)
  ) {
    throw new RowDamage(`revision ${modRevision} does not match its checksum`);
  }
  return { key, value, createRevision, modRevision, version, leaseId };
}

/** As `recordOf`, with an empty value. */
export function headerRecordOf(row: HeaderRow): KeyRecord {
  const { key, value, createRevision, modRevision, version, leaseId } = headerOf(row, EMPTY_VALUE);
  return { key, value, createRevision, modRevision, version, leaseId };
}

function headerOf(row: LogRow | HeaderRow, value: Uint8Array): KeyChange {
  const keyBlob = row[13];
  if (!Buffer.isBuffer(keyBlob) || !ArrayBuffer.isView(value)) throw new RowDamage(`revision ${row[3]} is malformed`);
  const change: KeyChange = {
    key: blobToKey(keyBlob),
    kind: row[2] === PUT ? 'put' : 'delete',
    value,
    createRevision: row[5],
    modRevision: row[3],
    version: row[6],
    leaseId: row[10],
    ordinal: row[4],
    slot: row[7],
    stampMs: row[8],
    previousRevision: row[9],
  };
  if (row[11] !== headerChecksum(row[0], row[1], row[2], change)) {
    throw new RowDamage(`revision ${row[3]} does not match its checksum`);
  }
  return change;
}
