import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { Key } from '../machine/store.ts';
import { blobToKey, keyToBlob, RowDamage } from './state-row.ts';

/**
 * Records without history, written behind: stored replies come and go within milliseconds, and those that are trimmed
 * before the next flush never touch SQLite. The keys that did are kept in memory, because nearly every look-up is for a
 * reply that is not there; windows keep them few.
 */
export class PlainRecords {
  #pending = new Map<Key, Uint8Array | undefined>();
  #stored: Set<Key>;
  readonly #get: Database.Statement<[Buffer], [number, Buffer]>;
  readonly #put: Database.Statement<[Buffer, number, Uint8Array]>;
  readonly #delete: Database.Statement<[Buffer]>;
  readonly #range: Database.Statement<[Buffer, Buffer, number], [Buffer, number, Buffer]>;
  readonly #keysOf: Database.Statement<[Buffer, Buffer, number], Buffer>;
  readonly #keys: Database.Statement<[], Buffer>;

  constructor(database: Database.Database) {
    this.#get = database.prepare<[Buffer], [number, Buffer]>('SELECT checksum, value FROM plain WHERE key = ?').raw();
    this.#put = database.prepare('INSERT OR REPLACE INTO plain VALUES (?, ?, ?)');
    this.#delete = database.prepare('DELETE FROM plain WHERE key = ?');
    this.#range = database
      .prepare<[Buffer, Buffer, number], [Buffer, number, Buffer]>(
        'SELECT key, checksum, value FROM plain WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
      )
      .raw();
    this.#keysOf = database
      .prepare<[Buffer, Buffer, number], Buffer>(
        'SELECT key FROM plain WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
      )
      .pluck();
    this.#keys = database.prepare<[], Buffer>('SELECT key FROM plain').pluck();
    this.#stored = this.#loadKeys();
  }

  get(key: Key): Uint8Array | undefined {
    const pending = this.#pending.get(key);
    if (pending !== undefined || this.#pending.has(key)) return pending;
    if (!this.#stored.has(key)) return undefined;
    const row = this.#get.get(keyToBlob(key));
    if (row === undefined) throw new RowDamage('a stored reply is missing');
    return intact(key, row[0], row[1]);
  }

  put(key: Key, value: Uint8Array): void {
    this.#pending.set(key, value);
  }

  delete(key: Key): void {
    if (this.#stored.has(key)) this.#pending.set(key, undefined);
    else this.#pending.delete(key);
  }

  range(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    this.write();
    const rows = this.#range.all(keyToBlob(start), keyToBlob(end === '' ? `${start}\0` : end), limit || -1);
    return rows.map(([blob, checksum, value]) => {
      const key = blobToKey(blob);
      return { key, value: intact(key, checksum, value) };
    });
  }

  keys(start: Key, end: Key, limit: number): Key[] {
    this.write();
    return this.#keysOf.all(keyToBlob(start), keyToBlob(end === '' ? `${start}\0` : end), limit || -1).map(blobToKey);
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Into the open transaction. */
  write(): void {
    for (const [key, value] of this.#pending) {
      const blob = keyToBlob(key);
      if (value === undefined) {
        this.#delete.run(blob);
        this.#stored.delete(key);
      } else {
        this.#put.run(blob, crc32(value, crc32(blob)), value);
        this.#stored.add(key);
      }
    }
    this.#pending.clear();
  }

  /** What is stored is all there is: after a rollback. */
  reset(): void {
    this.#pending.clear();
    this.#stored = this.#loadKeys();
  }

  #loadKeys(): Set<Key> {
    const keys = new Set<Key>();
    for (const blob of this.#keys.iterate()) keys.add(blobToKey(blob));
    return keys;
  }
}

function intact(key: Key, checksum: number, value: Buffer): Uint8Array {
  if (!Buffer.isBuffer(value) || crc32(value, crc32(keyToBlob(key))) !== checksum) {
    throw new RowDamage('a stored reply does not match its checksum');
  }
  return value;
}
