import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import { SortedKeys } from '../machine/sorted-keys.ts';
import type { Key } from '../machine/store.ts';
import { blobToKey, keyToBlob, RowDamage } from './state-row.ts';

/**
 * Records without history, written behind: stored replies and the entries of indexes come and go within milliseconds, and
 * those that are gone before the next flush never touch SQLite. All keys are kept in memory: nearly every look-up is
 * for a reply that is not there, and whoever is next in a line is asked for at every turn.
 */
export class PlainRecords {
  #pending = new Map<Key, Uint8Array | undefined>();
  #stored = new Set<Key>();
  /** Stored or pending. */
  #live = new SortedKeys();
  readonly #get: Database.Statement<[Buffer], [number, Buffer]>;
  readonly #put: Database.Statement<[Buffer, number, Uint8Array]>;
  readonly #delete: Database.Statement<[Buffer]>;
  readonly #keys: Database.Statement<[], Buffer>;

  constructor(database: Database.Database) {
    this.#get = database.prepare<[Buffer], [number, Buffer]>('SELECT checksum, value FROM plain WHERE key = ?').raw();
    this.#put = database.prepare('INSERT OR REPLACE INTO plain VALUES (?, ?, ?)');
    this.#delete = database.prepare('DELETE FROM plain WHERE key = ?');
    this.#keys = database.prepare<[], Buffer>('SELECT key FROM plain ORDER BY key').pluck();
    this.reset();
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
    this.#live.add(key);
  }

  delete(key: Key): void {
    if (this.#stored.has(key)) this.#pending.set(key, undefined);
    else this.#pending.delete(key);
    this.#live.delete(key);
  }

  /** `limit` 0: all. */
  range(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    return this.keys(start, end, limit).map((key) => ({ key, value: this.get(key) as Uint8Array }));
  }

  keys(start: Key, end: Key, limit: number): Key[] {
    const keys: Key[] = [];
    this.#live.ascend(start, end === '' ? `${start}\0` : end, (key) => keys.push(key) !== limit);
    return keys;
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
    const keys = this.#keys.all().map(blobToKey);
    this.#stored = new Set(keys);
    this.#live = SortedKeys.fromSorted(keys);
  }
}

function intact(key: Key, checksum: number, value: Buffer): Uint8Array {
  if (!Buffer.isBuffer(value) || crc32(value, crc32(keyToBlob(key))) !== checksum) {
    throw new RowDamage('a stored reply does not match its checksum');
  }
  return value;
}
