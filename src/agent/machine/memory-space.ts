import { SortedKeys } from './sorted-keys.ts';
import type { Key, KeyChange, KeyRecord, LevelChild, RangeQuery, RecordHeader } from './store.ts';

const EMPTY = new Uint8Array(0);

interface KeyEntry {
  /** The live record. */
  record: KeyRecord | undefined;
  /** Kept revisions, oldest first. */
  readonly changes: KeyChange[];
}

/** One keyspace of the in-memory store. */
export class MemorySpace {
  #entries = new Map<Key, KeyEntry>();
  /** Every key of which something is kept, live or deleted. */
  #keys = new SortedKeys();
  /** Every kept change, by (modRevision, ordinal). */
  #changes: KeyChange[] = [];

  static copyOf(other: MemorySpace): MemorySpace {
    const copy = new MemorySpace();
    copy.#keys = SortedKeys.copyOf(other.#keys);
    copy.#changes = other.#changes.slice();
    for (const [key, entry] of other.#entries) {
      copy.#entries.set(key, { record: entry.record, changes: entry.changes.slice() });
    }
    return copy;
  }

  get(key: Key): KeyRecord | undefined {
    return this.#entries.get(key)?.record;
  }

  getAt(key: Key, revision: number): KeyRecord | undefined {
    const changes = this.#entries.get(key)?.changes;
    if (changes === undefined) return undefined;
    for (let at = changes.length - 1; at >= 0; at -= 1) {
      if (changes[at]!.modRevision <= revision) return recordOf(changes[at]!);
    }
    return undefined;
  }

  append(change: KeyChange): void {
    const entry = this.#entries.get(change.key);
    if (entry === undefined) {
      this.#entries.set(change.key, { record: recordOf(change), changes: [change] });
      this.#keys.add(change.key);
    } else {
      entry.record = recordOf(change);
      entry.changes.push(change);
    }
    this.#changes.push(change);
  }

  /** Takes back the newest change. */
  removeNewest(): void {
    const change = this.#changes.pop();
    if (change === undefined) return;
    const entry = this.#entries.get(change.key)!;
    entry.changes.pop();
    const newest = entry.changes.at(-1);
    if (newest === undefined) {
      this.#entries.delete(change.key);
      this.#keys.delete(change.key);
    } else {
      entry.record = recordOf(newest);
    }
  }

  range(query: RangeQuery): KeyRecord[] {
    const { start, end, limit, descending, keysOnly, revision } = query;
    const found: KeyRecord[] = [];
    const visit = (key: Key): boolean => {
      const record = revision ? this.getAt(key, revision) : this.get(key);
      if (record !== undefined) found.push(keysOnly ? { ...record, value: EMPTY } : record);
      return limit === 0 || found.length < limit;
    };
    if (end === '') visit(start);
    else if (descending) this.#keys.descend(start, end, visit);
    else this.#keys.ascend(start, end, visit);
    return found;
  }

  headers(start: Key, end: Key, limit: number): RecordHeader[] {
    return this.range({ start, end, limit }).map((record) => ({
      record: { ...record, value: EMPTY },
      sizeBytes: record.value.length,
    }));
  }

  count(start: Key, end: Key, revision = 0): number {
    const isLive = (key: Key) => (revision ? this.getAt(key, revision) : this.get(key)) !== undefined;
    if (end === '') return isLive(start) ? 1 : 0;
    let count = 0;
    this.#keys.ascend(start, end, (key) => {
      if (isLive(key)) count += 1;
      return true;
    });
    return count;
  }

  level(path: Key, after: string, limit: number): LevelChild[] {
    return this.segments(path, after, limit).map((segment) => {
      const child = `${path}/${segment}`;
      const record = this.get(child);
      return {
        segment,
        descendants: this.count(`${child}/`, `${child}0`),
        record: record && { ...record, value: EMPTY },
        sizeBytes: record?.value.length ?? 0,
      };
    });
  }

  segments(path: Key, after: string, limit: number): string[] {
    const segments: string[] = [];
    let next = this.#nextSegment(path, after);
    while (next !== undefined && (limit === 0 || segments.length < limit)) {
      segments.push(next);
      next = this.#nextSegment(path, next);
    }
    return segments;
  }

  deleted(start: Key, end: Key, limit: number): KeyChange[] {
    const found: KeyChange[] = [];
    this.#keys.ascend(start, end, (key) => {
      const newest = this.#entries.get(key)?.changes.at(-1);
      if (newest?.kind === 'delete') found.push(newest);
      return limit === 0 || found.length < limit;
    });
    return found;
  }

  history(key: Key, beforeRevision: number, limit: number): KeyChange[] {
    const found: KeyChange[] = [];
    const changes = this.#entries.get(key)?.changes ?? [];
    for (let at = changes.length - 1; at >= 0 && (limit === 0 || found.length < limit); at -= 1) {
      const change = changes[at]!;
      if (beforeRevision === 0 || change.modRevision < beforeRevision) found.push(change);
    }
    return found;
  }

  changes(fromRevision: number, limit: number, bytesMax: number): KeyChange[] {
    const from = this.#firstChangeFrom(fromRevision);
    const last = limit === 0 ? this.#changes.length : Math.min(from + limit, this.#changes.length);
    let through = from;
    let bytes = 0;
    for (; through < last; through += 1) {
      const { key, value } = this.#changes[through]!;
      bytes += key.length + value.length;
      if (bytesMax > 0 && bytes > bytesMax) break;
    }
    // Back to the end of a whole revision; forward when the first one alone is larger than the limits.
    while (through > from && this.#splitsRevision(through)) through -= 1;
    if (through === from) through = Math.min(from + 1, this.#changes.length);
    while (this.#splitsRevision(through)) through += 1;
    return this.#changes.slice(from, through);
  }

  /** What is left after a compaction; this object stays as it is. */
  compacted(floor: number): MemorySpace {
    const result = new MemorySpace();
    const kept = new Set<KeyChange>();
    const keys: Key[] = [];
    for (const [key, entry] of this.#entries) {
      const changes = entry.changes.filter((change, at) => {
        if (change.modRevision >= floor) return true;
        const next = entry.changes[at + 1];
        return change.kind === 'put' && (next === undefined || next.modRevision > floor);
      });
      if (changes.length === 0) continue;
      for (const change of changes) kept.add(change);
      keys.push(key);
      result.#entries.set(key, { record: entry.record, changes });
    }
    result.#keys = SortedKeys.fromSorted(keys.sort(byBytes));
    result.#changes = this.#changes.filter((change) => kept.has(change));
    return result;
  }

  #firstChangeFrom(revision: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.modRevision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #splitsRevision(at: number): boolean {
    if (at <= 0 || at >= this.#changes.length) return false;
    return this.#changes[at]!.modRevision === this.#changes[at - 1]!.modRevision;
  }

  /** The smallest segment after `previous` that is a live child of `path` or has live descendants. */
  #nextSegment(path: Key, previous: string): string | undefined {
    const base = `${path}/`;
    // A child that sorts directly behind `previous` extends it by a byte; the smallest byte is NUL.
    let from = previous === '' ? base : `${base}${previous}\0`;
    for (;;) {
      const key = this.#firstLiveFrom(from);
      if (key === undefined || !key.startsWith(base)) return undefined;
      const slash = key.indexOf('/', base.length);
      const segment = slash === -1 ? key.slice(base.length) : key.slice(base.length, slash);
      // Not only the previous one: `/a/x` comes behind `/a-b`, when `a` has long been listed. Empty ones are no paths.
      if (segment <= previous) {
        from = slash === -1 ? `${key}\0` : `${key.slice(0, slash)}0`;
        continue;
      }
      return this.#shorterSegment(base, segment, previous) ?? segment;
    }
  }

  /**
   * `a` sorts before `a-b` as a segment, but `/a/x` sorts behind `/a-b` as a key, because `-` is below `/`. So a
   * shorter child may still lie ahead.
   */
  #shorterSegment(base: Key, segment: string, previous: string): string | undefined {
    for (let length = 1; length < segment.length; length += 1) {
      if (segment[length]! >= '/') continue;
      const shorter = segment.slice(0, length);
      if (shorter > previous && this.#firstLiveFrom(`${base}${shorter}/`)?.startsWith(`${base}${shorter}/`)) {
        return shorter;
      }
    }
    return undefined;
  }

  #firstLiveFrom(from: Key): Key | undefined {
    let key = this.#keys.firstFrom(from);
    while (key !== undefined && this.get(key) === undefined) key = this.#keys.firstFrom(`${key}\0`);
    return key;
  }
}

function byBytes(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function recordOf(change: KeyChange): KeyRecord | undefined {
  if (change.kind === 'delete') return undefined;
  const { key, value, createRevision, modRevision, version, leaseId } = change;
  return { key, value, createRevision, modRevision, version, leaseId };
}
