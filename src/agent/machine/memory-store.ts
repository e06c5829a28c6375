import { MemorySpace } from './memory-space.ts';
import { initialMeta } from './meta.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { Key, KeyChange, KeyRecord, LevelChild, RangeQuery, Space, StateMeta, StateStore } from './store.ts';

/** How to get back to the last flush, newest last. */
type Undo =
  | { readonly kind: 'append'; readonly space: Space }
  /** Compaction builds a new space; the one before it is kept until the next flush. */
  | { readonly kind: 'compact'; readonly space: Space; readonly before: MemorySpace }
  | { readonly kind: 'plain'; readonly key: Key; readonly before: Uint8Array | undefined };

/**
 * The state of a machine in memory, for simulation and tests. `cloneFlushed` gives what a crash would leave. Values are
 * shared between clones and with whoever wrote them: nobody may change their bytes.
 */
export class MemoryStateStore implements StateStore {
  #meta: StateMeta = initialMeta();
  #spaces = { user: new MemorySpace(), system: new MemorySpace() };
  #plain = new Map<Key, Uint8Array>();
  #plainKeys = new SortedKeys();
  #flushedMeta: StateMeta = initialMeta();
  #undo: Undo[] = [];

  /** The state of now, as if it had just been flushed. */
  clone(): MemoryStateStore {
    const copy = this.#copyWith(MemorySpace.copyOf(this.#spaces.user), MemorySpace.copyOf(this.#spaces.system));
    copy.#meta = { ...this.#meta };
    copy.#flushedMeta = { ...this.#meta };
    return copy;
  }

  /** The state as of the last `flush`. */
  cloneFlushed(): MemoryStateStore {
    const copy = this.#copyWith(this.#flushedSpace('user'), this.#flushedSpace('system'));
    for (const undo of this.#undo.toReversed()) if (undo.kind === 'plain') copy.#restorePlain(undo.key, undo.before);
    copy.#meta = { ...this.#flushedMeta };
    copy.#flushedMeta = { ...this.#flushedMeta };
    return copy;
  }

  flush(): void {
    this.#flushedMeta = { ...this.#meta };
    this.#undo = [];
  }

  readMeta(): StateMeta {
    return { ...this.#meta };
  }

  writeMeta(meta: StateMeta): void {
    this.#meta = { ...meta };
  }

  get(space: Space, key: Key): KeyRecord | undefined {
    return this.#spaces[space].get(key);
  }

  getAt(space: Space, key: Key, revision: number): KeyRecord | undefined {
    return this.#spaces[space].getAt(key, revision);
  }

  append(space: Space, change: KeyChange): void {
    this.#spaces[space].append(change);
    this.#undo.push({ kind: 'append', space });
  }

  range(space: Space, query: RangeQuery): KeyRecord[] {
    return this.#spaces[space].range(query);
  }

  count(space: Space, start: Key, end: Key, revision?: number): number {
    return this.#spaces[space].count(start, end, revision);
  }

  level(space: Space, path: Key, after: string, limit: number): LevelChild[] {
    return this.#spaces[space].level(path, after, limit);
  }

  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[] {
    return this.#spaces[space].history(key, beforeRevision, limit);
  }

  changes(space: Space, fromRevision: number, limit: number, bytesMax = 0): KeyChange[] {
    return this.#spaces[space].changes(fromRevision, limit, bytesMax);
  }

  compact(space: Space, floor: number): void {
    const before = this.#spaces[space];
    this.#spaces[space] = before.compacted(floor);
    this.#undo.push({ kind: 'compact', space, before });
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.#plain.get(key);
  }

  putPlain(key: Key, value: Uint8Array): void {
    this.#undo.push({ kind: 'plain', key, before: this.#plain.get(key) });
    this.#restorePlain(key, value);
  }

  deletePlain(key: Key): void {
    const before = this.#plain.get(key);
    if (before === undefined) return;
    this.#undo.push({ kind: 'plain', key, before });
    this.#restorePlain(key, undefined);
  }

  rangePlain(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    return this.plainKeys(start, end, limit).map((key) => ({ key, value: this.#plain.get(key)! }));
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    const found: Key[] = [];
    this.#plainKeys.ascend(start, end === '' ? `${start}\0` : end, (key) => {
      found.push(key);
      return limit === 0 || found.length < limit;
    });
    return found;
  }

  #restorePlain(key: Key, value: Uint8Array | undefined): void {
    if (value === undefined) {
      this.#plain.delete(key);
      this.#plainKeys.delete(key);
    } else {
      if (!this.#plain.has(key)) this.#plainKeys.add(key);
      this.#plain.set(key, value);
    }
  }

  #copyWith(user: MemorySpace, system: MemorySpace): MemoryStateStore {
    const copy = new MemoryStateStore();
    copy.#spaces = { user, system };
    copy.#plain = new Map(this.#plain);
    copy.#plainKeys = SortedKeys.copyOf(this.#plainKeys);
    return copy;
  }

  /** The oldest space since the flush, minus what was appended to it since. */
  #flushedSpace(space: Space): MemorySpace {
    let appended = 0;
    for (const undo of this.#undo) {
      if (undo.kind === 'plain' || undo.space !== space) continue;
      if (undo.kind === 'compact') return withoutNewest(undo.before, appended);
      appended += 1;
    }
    return withoutNewest(this.#spaces[space], appended);
  }
}

function withoutNewest(space: MemorySpace, count: number): MemorySpace {
  const copy = MemorySpace.copyOf(space);
  for (let n = 0; n < count; n += 1) copy.removeNewest();
  return copy;
}
