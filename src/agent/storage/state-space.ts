import type Database from 'better-sqlite3';
import type { Key, KeyChange, KeyRecord, RangeQuery, RecordHeader, Space } from '../machine/store.ts';
import { type JoinedKeys, separateKeys } from './joined-keys.ts';
import { RecentKeys } from './recent-keys.ts';
import {
  blobToKey,
  changeOf,
  DELETE,
  HEADER_ROW_COLUMNS,
  type HeaderRow,
  headerChecksum,
  headerRecordOf,
  KEYED_ROW_COLUMNS,
  type KeyedRow,
  keyedRecordOf,
  keyToBlob,
  type LogRow,
  PUT,
  ROW_COLUMNS,
  RowDamage,
  recordOf,
  valueChecksum,
} from './state-row.ts';
import type { SpaceRecord } from './state-schema.ts';

type Insert = [...number[], string, number, number, Buffer, Uint8Array];

/** One keyspace in SQLite. Writes go into the transaction that the store has opened. */
export class StateSpace {
  readonly record: SpaceRecord;
  readonly #recent = new RecentKeys();
  readonly #insertLog: Database.Statement<Insert>;
  readonly #insertLive: Database.Statement<[Buffer, number]>;
  readonly #moveLive: Database.Statement<[number, Buffer]>;
  readonly #deleteLive: Database.Statement<[Buffer]>;
  readonly #livePosition: Database.Statement<[Buffer], number>;
  readonly #insertDead: Database.Statement<[Buffer, number]>;
  readonly #deleteDead: Database.Statement<[Buffer]>;
  readonly #deadPosition: Database.Statement<[Buffer], number>;
  readonly #rowAt: Database.Statement<[number], LogRow>;
  readonly #valueAt: Database.Statement<[number], KeyedRow>;
  readonly #headerOfLive: Database.Statement<[Buffer], HeaderRow>;
  readonly #rowsFrom: Database.Statement<[number], LogRow>;
  readonly #revisionFrom: Database.Statement<[number], [number, number]>;
  readonly #keysAt: Database.Statement<[Buffer, Buffer, Buffer, Buffer], [Buffer, number]>;
  readonly #keysAtDescending: Database.Statement<[Buffer, Buffer, Buffer, Buffer], [Buffer, number]>;
  readonly #countLive: Database.Statement<[Buffer, Buffer], number>;
  readonly #firstLive: Database.Statement<[Buffer, Buffer], Buffer>;
  readonly #liveKeys: Database.Statement<[Buffer, Buffer, number], JoinedKeys>;
  readonly #deadRows: Database.Statement<[Buffer, Buffer, number], number>;
  readonly #ranges: Record<'asc' | 'desc', Database.Statement<[Buffer, Buffer, number], LogRow>>;
  readonly #headerRanges: Record<'asc' | 'desc', Database.Statement<[Buffer, Buffer, number], HeaderRow>>;

  constructor(database: Database.Database, space: Space, record: SpaceRecord) {
    this.record = record;
    const log = `${space}_log`;
    const live = `${space}_live`;
    const dead = `${space}_dead`;
    this.#insertLog = database.prepare(`INSERT INTO ${log} VALUES (${Array(15).fill('?').join(', ')})`);
    this.#insertLive = database.prepare(`INSERT INTO ${live} VALUES (?, ?)`);
    this.#moveLive = database.prepare(`UPDATE ${live} SET position = ? WHERE key = ?`);
    this.#deleteLive = database.prepare(`DELETE FROM ${live} WHERE key = ?`);
    this.#livePosition = database.prepare<[Buffer], number>(`SELECT position FROM ${live} WHERE key = ?`).pluck();
    this.#insertDead = database.prepare(`INSERT INTO ${dead} VALUES (?, ?)`);
    this.#deleteDead = database.prepare(`DELETE FROM ${dead} WHERE key = ?`);
    this.#deadPosition = database.prepare<[Buffer], number>(`SELECT position FROM ${dead} WHERE key = ?`).pluck();
    this.#rowAt = database.prepare<[number], LogRow>(`SELECT ${ROW_COLUMNS} FROM ${log} l WHERE position = ?`).raw();
    this.#valueAt = database
      .prepare<[number], KeyedRow>(`SELECT ${KEYED_ROW_COLUMNS} FROM ${log} l WHERE position = ?`)
      .raw();
    const joined = `FROM ${live} c JOIN ${log} l ON l.position = c.position`;
    this.#headerOfLive = database
      .prepare<[Buffer], HeaderRow>(`SELECT ${HEADER_ROW_COLUMNS} ${joined} WHERE c.key = ?`)
      .raw();
    this.#rowsFrom = database
      .prepare<[number], LogRow>(`SELECT ${ROW_COLUMNS} FROM ${log} l WHERE position >= ? ORDER BY position`)
      .raw();
    this.#revisionFrom = database
      .prepare<[number], [number, number]>(
        `SELECT position, revision FROM ${log} WHERE position >= ? ORDER BY position LIMIT 1`,
      )
      .raw();
    const within = 'WHERE key >= ? AND key < ?';
    const keysAt = (order: string) =>
      database
        .prepare<[Buffer, Buffer, Buffer, Buffer], [Buffer, number]>(
          `SELECT key, position FROM ${live} ${within} UNION ALL SELECT key, position FROM ${dead} ${within} ORDER BY key ${order}`,
        )
        .raw();
    this.#keysAt = keysAt('ASC');
    this.#keysAtDescending = keysAt('DESC');
    this.#countLive = database.prepare<[Buffer, Buffer], number>(`SELECT count(*) FROM ${live} ${within}`).pluck();
    this.#firstLive = database
      .prepare<[Buffer, Buffer], Buffer>(`SELECT key FROM ${live} ${within} ORDER BY key LIMIT 1`)
      .pluck();
    this.#liveKeys = database
      .prepare<[Buffer, Buffer, number], JoinedKeys>(
        `SELECT CAST(group_concat(key, '') AS BLOB), group_concat(length(key)) FROM (SELECT key FROM ${live} ${within} ORDER BY key LIMIT ?)`,
      )
      .raw();
    this.#deadRows = database
      .prepare<[Buffer, Buffer, number], number>(`SELECT position FROM ${dead} ${within} ORDER BY key LIMIT ?`)
      .pluck();
    const range = <Row>(columns: string, order: string) =>
      database
        .prepare<[Buffer, Buffer, number], Row>(
          `SELECT ${columns} ${joined} WHERE c.key >= ? AND c.key < ? ORDER BY c.key ${order} LIMIT ?`,
        )
        .raw();
    this.#ranges = { asc: range<LogRow>(ROW_COLUMNS, 'ASC'), desc: range<LogRow>(ROW_COLUMNS, 'DESC') };
    this.#headerRanges = {
      asc: range<HeaderRow>(HEADER_ROW_COLUMNS, 'ASC'),
      desc: range<HeaderRow>(HEADER_ROW_COLUMNS, 'DESC'),
    };
  }

  get(key: Key): KeyRecord | undefined {
    const recent = this.#recent.get(key);
    if (recent?.record !== undefined) return recent.record;
    const position = recent?.position ?? this.#livePosition.get(keyToBlob(key)) ?? 0;
    if (position === 0) return undefined;
    const row = this.#valueAt.get(position);
    if (row === undefined) throw new RowDamage('the newest revision of a key is missing');
    const record = keyedRecordOf(key, row);
    if (recent === undefined) this.#recent.set(position, record);
    return record;
  }

  /** The live record without its value, and how long that is. */
  header(key: Key): { record: KeyRecord; sizeBytes: number } | undefined {
    const row = this.#headerOfLive.get(keyToBlob(key));
    return row && { record: headerRecordOf(row), sizeBytes: row[14] };
  }

  getAt(key: Key, revision: number): KeyRecord | undefined {
    const blob = keyToBlob(key);
    return this.#recordAt(key, this.#livePosition.get(blob) ?? this.#deadPosition.get(blob) ?? 0, revision);
  }

  append(change: KeyChange): void {
    const { key, modRevision, ordinal, createRevision, version, slot, stampMs, previousRevision, leaseId, value } =
      change;
    const blob = keyToBlob(key);
    const position = this.record.position;
    const kind = change.kind === 'put' ? PUT : DELETE;
    const previous = previousRevision === 0 ? this.#revive(blob) : this.#positionOf(key);
    const header = headerChecksum(position, previous, kind, change);
    this.#insertLog.run(
      position,
      previous,
      kind,
      modRevision,
      ordinal,
      createRevision,
      version,
      slot,
      stampMs,
      previousRevision,
      leaseId,
      header,
      valueChecksum(header, value),
      blob,
      value,
    );
    this.record.position += 1;
    if (kind === DELETE) {
      this.record.live -= this.#deleteLive.run(blob).changes;
      this.#insertDead.run(blob, position);
      this.record.dead += 1;
      this.#recent.delete(key);
      return;
    }
    if (previousRevision === 0) {
      this.#insertLive.run(blob, position);
      this.record.live += 1;
    } else {
      this.#moveLive.run(position, blob);
    }
    this.#recent.set(position, { key, value, createRevision, modRevision, version, leaseId });
  }

  range(query: RangeQuery): KeyRecord[] {
    const { start, end, limit, descending = false, keysOnly = false, revision = 0 } = query;
    if (revision !== 0) return this.#rangeAt(query, revision);
    if (end === '') {
      const record = keysOnly ? this.header(start)?.record : this.get(start);
      return record === undefined ? [] : [record];
    }
    const order = descending ? 'desc' : 'asc';
    const rows = limit === 0 ? -1 : limit;
    if (keysOnly) return this.#headerRanges[order].all(keyToBlob(start), keyToBlob(end), rows).map(headerRecordOf);
    return this.#ranges[order].all(keyToBlob(start), keyToBlob(end), rows).map(recordOf);
  }

  count(start: Key, end: Key, revision = 0): number {
    if (revision !== 0) return this.#rangeAt({ start, end, limit: 0, keysOnly: true }, revision).length;
    if (end === '') return this.#positionOf(start) === 0 ? 0 : 1;
    return this.#countLive.get(keyToBlob(start), keyToBlob(end)) ?? 0;
  }

  /** The first live key of [start, end). */
  firstKey(start: Key, end: Key): Key | undefined {
    const blob = this.#firstLive.get(keyToBlob(start), keyToBlob(end));
    return blob && blobToKey(blob);
  }

  /** Live keys of [start, end), in order. */
  liveKeys(start: Key, end: Key, limit: number): Key[] {
    return separateKeys(this.#liveKeys.get(keyToBlob(start), keyToBlob(end), limit));
  }

  headers(start: Key, end: Key, limit: number): RecordHeader[] {
    const rows = this.#headerRanges.asc.all(keyToBlob(start), keyToBlob(end), limit === 0 ? -1 : limit);
    return rows.map((row) => ({ record: headerRecordOf(row), sizeBytes: row[14] }));
  }

  /** The deletions of keys of [start, end) that are deleted now, in order of keys. */
  deleted(start: Key, end: Key, limit: number): KeyChange[] {
    const found: KeyChange[] = [];
    const { floor } = this.record;
    for (const position of this.#deadRows.iterate(keyToBlob(start), keyToBlob(end), -1)) {
      const row = this.#rowAt.get(position);
      if (row === undefined) throw new RowDamage('the newest revision of a key is missing');
      // Compaction deletes step by step.
      if (row[3] < floor) continue;
      found.push(changeOf(row));
      if (found.length === limit) break;
    }
    return found;
  }

  history(key: Key, beforeRevision: number, limit: number): KeyChange[] {
    const blob = keyToBlob(key);
    const found: KeyChange[] = [];
    for (const change of this.#chain(key, this.#livePosition.get(blob) ?? this.#deadPosition.get(blob) ?? 0)) {
      if (beforeRevision !== 0 && change.modRevision >= beforeRevision) continue;
      found.push(change);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Row by row: one that does not fit any more is the last that is read. */
  changes(fromRevision: number, limit: number, bytesMax: number): KeyChange[] {
    const found: KeyChange[] = [];
    /** How many of them are whole revisions. */
    let whole = 0;
    let revision = 0;
    let bytes = 0;
    for (const row of this.#rowsFrom.iterate(this.firstPosition(fromRevision))) {
      const change = changeOf(row);
      if (change.modRevision !== revision) whole = found.length;
      revision = change.modRevision;
      bytes += change.key.length + change.value.length;
      const fits = (limit === 0 || found.length < limit) && (bytesMax === 0 || bytes <= bytesMax);
      if (!fits && whole > 0) {
        found.length = whole;
        break;
      }
      found.push(change);
    }
    return found;
  }

  /** The first position whose revision is at least this: positions grow with revisions. */
  firstPosition(revision: number): number {
    let low = 1;
    let high = this.record.position;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#revisionFrom.get(middle);
      if (row === undefined || row[1] >= revision) high = middle;
      else low = row[0] + 1;
    }
    return low;
  }

  /** 0: not live. */
  #positionOf(key: Key): number {
    return this.#recent.get(key)?.position ?? this.#livePosition.get(keyToBlob(key)) ?? 0;
  }

  /** Where the key was deleted, if that is kept; it is dead no more. */
  #revive(blob: Buffer): number {
    if (this.record.dead === 0) return 0;
    const position = this.#deadPosition.get(blob);
    if (position === undefined) return 0;
    this.record.dead -= this.#deleteDead.run(blob).changes;
    return position;
  }

  /**
   * Kept revisions of a key, newest first. Compaction deletes rows step by step; what it will delete is not seen here
   * from the moment on at which it was asked for.
   */
  *#chain(key: Key, newest: number): Generator<KeyChange> {
    const { floor } = this.record;
    for (let position = newest; position !== 0; ) {
      const row = this.#rowAt.get(position);
      if (row === undefined) {
        if (position === newest) throw new RowDamage('the newest revision of a key is missing');
        return;
      }
      if (blobToKey(row[13]) !== key) throw new RowDamage(`revision ${row[3]} belongs to another key`);
      const revision = row[3];
      if (revision < floor && row[2] === DELETE) return;
      yield changeOf(row);
      if (revision <= floor) return;
      position = row[1];
    }
  }

  #recordAt(key: Key, newest: number, revision: number): KeyRecord | undefined {
    for (const change of this.#chain(key, newest)) {
      if (change.modRevision > revision) continue;
      if (change.kind === 'delete') return undefined;
      const { value, createRevision, modRevision, version, leaseId } = change;
      return { key, value, createRevision, modRevision, version, leaseId };
    }
    return undefined;
  }

  #rangeAt(query: RangeQuery, revision: number): KeyRecord[] {
    const { start, end, limit, descending, keysOnly } = query;
    const found: KeyRecord[] = [];
    const [from, to] = [keyToBlob(start), keyToBlob(end === '' ? `${start}\0` : end)];
    const keys = descending ? this.#keysAtDescending : this.#keysAt;
    for (const [blob, position] of keys.iterate(from, to, from, to)) {
      const record = this.#recordAt(blobToKey(blob), position, revision);
      if (record === undefined) continue;
      found.push(keysOnly ? { ...record, value: new Uint8Array(0) } : record);
      if (found.length === limit) break;
    }
    return found;
  }
}
