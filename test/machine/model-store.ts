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
} from '../../src/agent/machine/store.ts';

const NO_VALUE = new Uint8Array(0);

function record(change: KeyChange | undefined): KeyRecord | undefined {
  if (change === undefined || change.kind === 'delete') return undefined;
  const { key, value, createRevision, modRevision, version, leaseId } = change;
  return { key, value, createRevision, modRevision, version, leaseId };
}

/** What a store must do, written for reading only: one list of changes per keyspace, and everything derived from it. */
export class ModelStore implements StateStore {
  #meta: StateMeta;
  #changes: Record<Space, KeyChange[]> = { user: [], system: [] };
  #plain = new Map<Key, Uint8Array>();
  #flushed: { meta: StateMeta; changes: Record<Space, KeyChange[]>; plain: Map<Key, Uint8Array> };

  constructor(meta: StateMeta) {
    this.#meta = { ...meta };
    this.#flushed = this.#copy();
  }

  #copy() {
    return {
      meta: { ...this.#meta },
      changes: { user: [...this.#changes.user], system: [...this.#changes.system] },
      plain: new Map(this.#plain),
    };
  }

  flush(): void {
    this.#flushed = this.#copy();
  }

  crash(): void {
    const { meta, changes, plain } = this.#flushed;
    this.#meta = { ...meta };
    this.#changes = { user: [...changes.user], system: [...changes.system] };
    this.#plain = new Map(plain);
  }

  readMeta(): StateMeta {
    return { ...this.#meta };
  }

  writeMeta(meta: StateMeta): void {
    this.#meta = { ...meta };
  }

  append(space: Space, change: KeyChange): void {
    this.#changes[space].push(change);
  }

  get(space: Space, key: Key): KeyRecord | undefined {
    return this.getAt(space, key, Number.MAX_SAFE_INTEGER);
  }

  getAt(space: Space, key: Key, revision: number): KeyRecord | undefined {
    return record(this.#changes[space].findLast((change) => change.key === key && change.modRevision <= revision));
  }

  range(space: Space, query: RangeQuery): KeyRecord[] {
    const end = query.end === '' ? `${query.start}\0` : query.end;
    const keys = [...new Set(this.#changes[space].map((change) => change.key))]
      .filter((key) => key >= query.start && key < end)
      .sort();
    if (query.descending) keys.reverse();
    const found = keys
      .map((key) => this.getAt(space, key, query.revision || Number.MAX_SAFE_INTEGER))
      .filter((item) => item !== undefined)
      .map((item) => (query.keysOnly ? { ...item, value: NO_VALUE } : item));
    return query.limit === 0 ? found : found.slice(0, query.limit);
  }

  count(space: Space, start: Key, end: Key, revision = 0): number {
    return this.range(space, { start, end, limit: 0, revision }).length;
  }

  headers(space: Space, start: Key, end: Key, limit: number): RecordHeader[] {
    return this.range(space, { start, end, limit }).map((item) => ({
      record: { ...item, value: NO_VALUE },
      sizeBytes: item.value.length,
    }));
  }

  level(space: Space, path: Key, after: string, limit: number): LevelChild[] {
    const live = this.range(space, { start: '\0', end: '\xff', limit: 0 }).filter((item) =>
      item.key.startsWith(`${path}/`),
    );
    const segments = new Set(live.map((item) => item.key.slice(path.length + 1).split('/')[0]!));
    const children = [...segments]
      .filter((segment) => segment > after)
      .sort()
      .map((segment) => {
        const own = live.find((item) => item.key === `${path}/${segment}`);
        return {
          segment,
          descendants: live.filter((item) => item.key.startsWith(`${path}/${segment}/`)).length,
          record: own && { ...own, value: NO_VALUE },
          sizeBytes: own?.value.length ?? 0,
        };
      });
    return limit === 0 ? children : children.slice(0, limit);
  }

  segments(space: Space, path: Key, after: string, limit: number): string[] {
    return this.level(space, path, after, limit).map(({ segment }) => segment);
  }

  deleted(space: Space, start: Key, end: Key, limit: number): KeyChange[] {
    const newest = new Map(this.#changes[space].map((change) => [change.key, change]));
    const found = [...newest.values()]
      .filter(({ key, kind }) => kind === 'delete' && key >= start && key < end)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    return limit === 0 ? found : found.slice(0, limit);
  }

  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[] {
    const found = this.#changes[space]
      .filter((change) => change.key === key && (beforeRevision === 0 || change.modRevision < beforeRevision))
      .reverse();
    return limit === 0 ? found : found.slice(0, limit);
  }

  changes(space: Space, fromRevision: number, limit: number, bytesMax = 0): KeyChange[] {
    const all = this.#changes[space].filter((change) => change.modRevision >= fromRevision);
    const first = all[0]?.modRevision;
    return all.filter(({ modRevision }) => {
      // A revision is taken when all up to its last change is still inside the limits.
      const through = all.slice(0, all.findLastIndex((change) => change.modRevision === modRevision) + 1);
      const bytes = through.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
      const fits = (limit === 0 || through.length <= limit) && (bytesMax === 0 || bytes <= bytesMax);
      return fits || modRevision === first;
    });
  }

  compact(space: Space, floor: number): void {
    this.#changes[space] = this.#changes[space].filter((change, at, all) => {
      if (change.modRevision >= floor) return true;
      const superseded = all.slice(at + 1).some((later) => later.key === change.key && later.modRevision <= floor);
      return change.kind === 'put' && !superseded;
    });
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.#plain.get(key);
  }

  putPlain(key: Key, value: Uint8Array): void {
    this.#plain.set(key, value);
  }

  deletePlain(key: Key): void {
    this.#plain.delete(key);
  }

  rangePlain(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[] {
    const found = [...this.#plain]
      .filter(([key]) => key >= start && key < (end === '' ? `${start}\0` : end))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value }));
    return limit === 0 ? found : found.slice(0, limit);
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    return this.rangePlain(start, end, limit).map(({ key }) => key);
  }
}
