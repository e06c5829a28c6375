import { MemoryContents, type Moment } from './memory-contents.ts';
import { initialMeta } from './meta.ts';
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
} from './store.ts';

/** Contents of somebody else, as they were at a moment. */
interface Source {
  readonly contents: MemoryContents;
  readonly moment: Moment;
}

/**
 * The state of a machine in memory, for simulation and tests. `cloneFlushed` gives what a crash would leave. Values are
 * shared between clones and with whoever wrote them: nobody may change their bytes. A clone costs nothing before it is
 * looked into, so that a state may be flushed after every slot: of most of what is flushed nobody ever asks.
 */
export class MemoryStateStore implements StateStore {
  #meta: StateMeta = initialMeta();
  #flushedMeta: StateMeta = initialMeta();
  /** Where the contents come from, until somebody looks; afterwards they are its own. */
  #source: Source | undefined;
  #own = new MemoryContents();
  #flushed: Moment = this.#own.now;

  /** The state of now, as if it had just been flushed. */
  clone(): MemoryStateStore {
    return this.#cloneOf(this.#meta, this.#own.now);
  }

  /** The state as of the last `flush`. */
  cloneFlushed(): MemoryStateStore {
    return this.#cloneOf(this.#flushedMeta, this.#flushed);
  }

  flush(): void {
    this.#flushedMeta = { ...this.#meta };
    this.#flushed = this.#own.now;
  }

  readMeta(): StateMeta {
    return { ...this.#meta };
  }

  writeMeta(meta: StateMeta): void {
    this.#meta = { ...meta };
  }

  get(space: Space, key: Key): KeyRecord | undefined {
    return this.#contents.spaces[space].get(key);
  }

  getAt(space: Space, key: Key, revision: number): KeyRecord | undefined {
    return this.#contents.spaces[space].getAt(key, revision);
  }

  append(space: Space, change: KeyChange): void {
    this.#contents.append(space, change);
  }

  range(space: Space, query: RangeQuery): KeyRecord[] {
    return this.#contents.spaces[space].range(query);
  }

  count(space: Space, start: Key, end: Key, revision?: number): number {
    return this.#contents.spaces[space].count(start, end, revision);
  }

  headers(space: Space, start: Key, end: Key, limit: number): RecordHeader[] {
    return this.#contents.spaces[space].headers(start, end, limit);
  }

  level(space: Space, path: Key, after: string, limit: number): LevelChild[] {
    return this.#contents.spaces[space].level(path, after, limit);
  }

  segments(space: Space, path: Key, after: string, limit: number): string[] {
    return this.#contents.spaces[space].segments(path, after, limit);
  }

  deleted(space: Space, start: Key, end: Key, limit: number): KeyChange[] {
    return this.#contents.spaces[space].deleted(start, end, limit);
  }

  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[] {
    return this.#contents.spaces[space].history(key, beforeRevision, limit);
  }

  changes(space: Space, fromRevision: number, limit: number, bytesMax = 0): KeyChange[] {
    return this.#contents.spaces[space].changes(fromRevision, limit, bytesMax);
  }

  compact(space: Space, floor: number): void {
    this.#contents.compact(space, floor);
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.#contents.getPlain(key);
  }

  putPlain(key: Key, value: Uint8Array): void {
    this.#contents.putPlain(key, value);
  }

  deletePlain(key: Key): void {
    this.#contents.putPlain(key, undefined);
  }

  rangePlain(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    return this.plainKeys(start, end, limit).map((key) => ({ key, value: this.getPlain(key)! }));
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    return this.#contents.plainKeys(start, end, limit);
  }

  get #contents(): MemoryContents {
    if (this.#source !== undefined) {
      this.#own = this.#source.contents.copyAt(this.#source.moment);
      this.#flushed = this.#own.now;
      this.#source = undefined;
    }
    return this.#own;
  }

  #cloneOf(meta: StateMeta, moment: Moment): MemoryStateStore {
    const clone = new MemoryStateStore();
    clone.#meta = { ...meta };
    clone.#flushedMeta = { ...meta };
    clone.#source = this.#source ?? { contents: this.#own, moment };
    return clone;
  }
}
