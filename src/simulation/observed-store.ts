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
} from '../agent/machine/store.ts';
import type { Appended } from './coordination-shadow.ts';

/** Any implementation of the store of which the simulated disk can keep a copy: in memory, or SQLite without a file. */
export interface CloneableStore extends StateStore {
  /** The state of now, as if it had just been flushed. */
  clone(): CloneableStore;
}

/** A state store of the running process: the harness sees every applied slot and every flush. */
export class ObservedStore implements StateStore {
  readonly inner: CloneableStore;
  readonly #onMeta: (meta: StateMeta, appended: readonly Appended[]) => void;
  readonly #onFlush: () => void;
  #appended: Appended[] = [];

  /** `onMeta` is told of every applied slot, and what was written for it. */
  constructor(
    inner: CloneableStore,
    onMeta: (meta: StateMeta, appended: readonly Appended[]) => void,
    onFlush: () => void,
  ) {
    this.inner = inner;
    this.#onMeta = onMeta;
    this.#onFlush = onFlush;
  }

  readMeta(): StateMeta {
    return this.inner.readMeta();
  }

  writeMeta(meta: StateMeta): void {
    this.inner.writeMeta(meta);
    const appended = this.#appended;
    this.#appended = [];
    this.#onMeta(meta, appended);
  }

  flush(): void {
    this.inner.flush();
    this.#onFlush();
  }

  get(space: Space, key: Key): KeyRecord | undefined {
    return this.inner.get(space, key);
  }

  getAt(space: Space, key: Key, revision: number): KeyRecord | undefined {
    return this.inner.getAt(space, key, revision);
  }

  append(space: Space, change: KeyChange): void {
    this.inner.append(space, change);
    this.#appended.push({ space, change });
  }

  range(space: Space, query: RangeQuery): KeyRecord[] {
    return this.inner.range(space, query);
  }

  count(space: Space, start: Key, end: Key, revision?: number): number {
    return this.inner.count(space, start, end, revision);
  }

  headers(space: Space, start: Key, end: Key, limit: number): RecordHeader[] {
    return this.inner.headers(space, start, end, limit);
  }

  level(space: Space, path: Key, after: string, limit: number): LevelChild[] {
    return this.inner.level(space, path, after, limit);
  }

  segments(space: Space, path: Key, after: string, limit: number): string[] {
    return this.inner.segments(space, path, after, limit);
  }

  deleted(space: Space, start: Key, end: Key, limit: number): KeyChange[] {
    return this.inner.deleted(space, start, end, limit);
  }

  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[] {
    return this.inner.history(space, key, beforeRevision, limit);
  }

  changes(space: Space, fromRevision: number, limit: number, bytesMax?: number): KeyChange[] {
    return this.inner.changes(space, fromRevision, limit, bytesMax);
  }

  compact(space: Space, floor: number): void {
    this.inner.compact(space, floor);
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.inner.getPlain(key);
  }

  putPlain(key: Key, value: Uint8Array): void {
    this.inner.putPlain(key, value);
  }

  deletePlain(key: Key): void {
    this.inner.deletePlain(key);
  }

  rangePlain(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    return this.inner.rangePlain(start, end, limit);
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    return this.inner.plainKeys(start, end, limit);
  }
}
