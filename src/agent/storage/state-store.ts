import Database from 'better-sqlite3';
import type { Ballot } from '../consensus/types.ts';
import type {
  Key,
  KeyChange,
  KeyRecord,
  LevelChild,
  RangeQuery,
  RecordHeader,
  Space,
  StateMeta,
  StateStore,
} from '../machine/store.ts';
import { PlainRecords } from './plain-records.ts';
import { StateCompaction } from './state-compaction.ts';
import { listLevel, listSegments } from './state-levels.ts';
import { RowDamage } from './state-row.ts';
import { createStateSchema, NOBODY, readStoredMeta, writeStoredMeta } from './state-schema.ts';
import { StateSpace } from './state-space.ts';
import { asStorageFault, damaged, type StorageFault } from './storage-fault.ts';

export interface StateStoreOptions {
  /** For messages. */
  readonly file: string;
  /** Before a flush: what is promised, once everything that the state rests on is committed to the log. */
  readonly promised?: () => Ballot;
  /** The store failed or found damage: the agent must stop. */
  readonly onFailure: (fault: StorageFault) => void;
  /** Right after a flush: no transaction is open. */
  readonly afterFlush?: (meta: StateMeta) => void;
}

/**
 * The applied state in SQLite. Between flushes one long transaction takes every change; reads on the same connection
 * see them at once, and a crash leaves the state of the last flush, whole.
 */
export class SqliteStateStore implements StateStore {
  readonly database: Database.Database;
  readonly #options: StateStoreOptions;
  readonly #begin: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  #spaces: Record<Space, StateSpace>;
  #compactions: Record<Space, StateCompaction>;
  #plain: PlainRecords;
  #meta: StateMeta;
  #metaChanged = false;
  /** Changes were made that the meta does not speak of yet: not a moment that may be kept. */
  #betweenMoments = false;
  #failed = false;

  /** The database has the schema of a state file. */
  constructor(database: Database.Database, options: StateStoreOptions) {
    this.database = database;
    this.#options = options;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    const loaded = this.#load();
    this.#spaces = loaded.spaces;
    this.#compactions = loaded.compactions;
    this.#plain = loaded.plain;
    this.#meta = loaded.meta;
  }

  /** Without a file: for simulation. */
  static inMemory(): SqliteStateStore {
    const database = new Database(':memory:');
    createStateSchema(database);
    return new SqliteStateStore(database, { file: ':memory:', onFailure: () => {} });
  }

  /** The same state, in memory, as if it had just been flushed. */
  clone(): SqliteStateStore {
    this.flush();
    const database = new Database(this.database.serialize());
    return new SqliteStateStore(database, { file: ':memory:', onFailure: () => {} });
  }

  /** What a crash does: everything since the last flush is gone. */
  revertToFlush(): void {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    const loaded = this.#load();
    this.#spaces = loaded.spaces;
    this.#compactions = loaded.compactions;
    this.#plain = loaded.plain;
    this.#meta = loaded.meta;
    this.#metaChanged = false;
    this.#betweenMoments = false;
  }

  readMeta(): StateMeta {
    return { ...this.#meta };
  }

  writeMeta(meta: StateMeta): void {
    this.#meta = { ...meta };
    this.#metaChanged = true;
    this.#betweenMoments = false;
  }

  get appliedSlot(): number {
    return this.#meta.appliedSlot;
  }

  get(space: Space, key: Key): KeyRecord | undefined {
    return this.#guarded(() => this.#spaces[space].get(key));
  }

  getAt(space: Space, key: Key, revision: number): KeyRecord | undefined {
    return this.#guarded(() => this.#spaces[space].getAt(key, revision));
  }

  append(space: Space, change: KeyChange): void {
    this.#guarded(() => {
      this.#change();
      this.#spaces[space].append(change);
    });
  }

  range(space: Space, query: RangeQuery): KeyRecord[] {
    return this.#guarded(() => this.#spaces[space].range(query));
  }

  count(space: Space, start: Key, end: Key, revision?: number): number {
    return this.#guarded(() => this.#spaces[space].count(start, end, revision));
  }

  headers(space: Space, start: Key, end: Key, limit: number): RecordHeader[] {
    return this.#guarded(() => this.#spaces[space].headers(start, end, limit));
  }

  level(space: Space, path: Key, after: string, limit: number): LevelChild[] {
    return this.#guarded(() => listLevel(this.#spaces[space], path, after, limit));
  }

  segments(space: Space, path: Key, after: string, limit: number): string[] {
    return this.#guarded(() => listSegments(this.#spaces[space], path, after, limit));
  }

  deleted(space: Space, start: Key, end: Key, limit: number): KeyChange[] {
    return this.#guarded(() => this.#spaces[space].deleted(start, end, limit));
  }

  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[] {
    return this.#guarded(() => this.#spaces[space].history(key, beforeRevision, limit));
  }

  changes(space: Space, fromRevision: number, limit: number, bytesMax = 0): KeyChange[] {
    return this.#guarded(() => {
      if (fromRevision < this.#spaces[space].record.floor && this.#compactions[space].isPending) {
        this.#change();
        this.#compactions[space].finish();
      }
      return this.#spaces[space].changes(fromRevision, limit, bytesMax);
    });
  }

  compact(space: Space, floor: number): void {
    this.#guarded(() => {
      this.#change();
      this.#compactions[space].begin(floor);
    });
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.#guarded(() => this.#plain.get(key));
  }

  putPlain(key: Key, value: Uint8Array): void {
    this.#betweenMoments = true;
    this.#plain.put(key, value);
  }

  deletePlain(key: Key): void {
    this.#betweenMoments = true;
    this.#plain.delete(key);
  }

  rangePlain(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    return this.#guarded(() => this.#plain.range(start, end, limit));
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    return this.#plain.keys(start, end, limit);
  }

  flush(): void {
    this.#guarded(() => {
      const compacting = this.#compactions.user.isPending || this.#compactions.system.isPending;
      if (this.database.inTransaction || this.#metaChanged || this.#plain.hasPending || compacting) {
        this.#open();
        this.#compactions.user.step();
        this.#compactions.system.step();
        this.#plain.write();
        const { user, system } = this.#spaces;
        const promised = this.#options.promised?.() ?? NOBODY;
        const spaces = { user: user.record, system: system.record };
        writeStoredMeta(this.database, { meta: this.#meta, promised, spaces });
        this.#commit.run();
      }
      this.#metaChanged = false;
      this.#betweenMoments = false;
      this.#options.afterFlush?.(this.#meta);
    });
  }

  /** For storage itself, which does not know where the machine is: only what is a moment of the state may be kept. */
  flushIfWhole(): boolean {
    if (this.#betweenMoments || this.#failed) return false;
    this.flush();
    return true;
  }

  /** What was not flushed is lost, as by a crash. */
  close(): void {
    if (!this.database.open) return;
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.database.close();
  }

  #change(): void {
    this.#betweenMoments = true;
    this.#open();
  }

  #open(): void {
    if (!this.database.inTransaction) this.#begin.run();
  }

  #load() {
    const { meta, spaces: records } = readStoredMeta(this.database, this.#options.file);
    const spaces = {
      user: new StateSpace(this.database, 'user', records.user),
      system: new StateSpace(this.database, 'system', records.system),
    };
    const compactions = {
      user: new StateCompaction(this.database, 'user', spaces.user),
      system: new StateCompaction(this.database, 'system', spaces.system),
    };
    return { meta, spaces, compactions, plain: new PlainRecords(this.database) };
  }

  /** Nothing that fails or is found damaged here is ever served or retried: the agent stops. */
  #guarded<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      const { file, onFailure } = this.#options;
      const fault = error instanceof RowDamage ? damaged(file, error.message) : asStorageFault(file, error);
      this.#failed = true;
      onFailure(fault);
      throw fault;
    }
  }
}
