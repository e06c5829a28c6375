/**
 * The storage interface of the machine: one multi-version store with two keyspaces. Two implementations must agree: the
 * in-memory one (`memory-store.ts`, simulation) and SQLite (`src/agent/storage/state-store.ts`).
 *
 * A `Key` is a byte string: each character is one byte (latin1), so that JavaScript's string order is byte order and
 * keys work in maps. `keys.ts` converts from and to UTF-8 paths.
 */
export type Key = string;
export type Space = 'user' | 'system';

/** The live state of a key. */
export interface KeyRecord {
  readonly key: Key;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** Empty when the key has no lease. */
  readonly leaseId: string;
}

/** One revision of one key. A delete has version 0 and an empty value. */
export interface KeyChange extends KeyRecord {
  readonly kind: 'put' | 'delete';
  /** Position inside its revision, from 0. */
  readonly ordinal: number;
  readonly slot: number;
  readonly stampMs: number;
  /** modRevision of the live record that it superseded; 0 when the key was absent. It may since have been compacted. */
  readonly previousRevision: number;
}

export interface RangeQuery {
  readonly start: Key;
  /** Exclusive; empty: only `start` itself. */
  readonly end: Key;
  /** 0: no limit. The same holds for every `limit` of a store. */
  readonly limit: number;
  readonly descending?: boolean;
  /** Values are left empty. */
  readonly keysOnly?: boolean;
  /** State as of this revision (the caller has checked the floor); 0 or absent: now. */
  readonly revision?: number;
}

/** A record whose value is left empty, and how long that is. */
export interface RecordHeader {
  readonly record: KeyRecord;
  readonly sizeBytes: number;
}

/** One child of a path. */
export interface LevelChild {
  /** One path segment, without slashes. */
  readonly segment: string;
  /** Live keys strictly below it. */
  readonly descendants: number;
  /** The child itself, when it is a key; its value is left empty and `sizeBytes` says how long it is. */
  readonly record: KeyRecord | undefined;
  readonly sizeBytes: number;
}

/** Counters that change with every applied entry; written together with the state they describe. */
export interface StateMeta {
  appliedSlot: number;
  lastStampMs: number;
  userRevision: number;
  systemRevision: number;
  userFloor: number;
  systemFloor: number;
  /** The era, as JSON of a ballot, and the configuration with the slot that set it: mirrored for restart and snapshot. */
  era: string;
  configuration: string;
  configurationSlot: number;
  cellId: string;
  /** Running hash over everything applied; equal applied slots mean equal hashes. */
  stateHash: string;
}

export interface StateStore {
  /** Of a store that nothing was applied to: `initialMeta()` of meta.ts. */
  readMeta(): StateMeta;
  writeMeta(meta: StateMeta): void;

  /** The live record, or undefined when absent or deleted. */
  get(space: Space, key: Key): KeyRecord | undefined;
  /** The record as of a revision. */
  getAt(space: Space, key: Key, revision: number): KeyRecord | undefined;
  /**
   * Adds a revision and makes it the current one. Called in order of (modRevision, ordinal); a key changes at most once
   * per revision.
   */
  append(space: Space, change: KeyChange): void;

  range(space: Space, query: RangeQuery): KeyRecord[];
  count(space: Space, start: Key, end: Key, revision?: number): number;
  /** The live records of [start, end) in order, without reading their values. */
  headers(space: Space, start: Key, end: Key, limit: number): RecordHeader[];
  /**
   * Children of `path` (no trailing slash; '' is the root) after the segment `after` ('': from the first), in byte order
   * of the segments; that is not the order of the keys: `/a-b` sorts before `/a/x`, but `a` before `a-b`.
   */
  level(space: Space, path: Key, after: string, limit: number): LevelChild[];
  /** The segments of the same children alone. */
  segments(space: Space, path: Key, after: string, limit: number): string[];
  /** The deletions of keys of [start, end) that are deleted now and whose deletion is kept, in order of keys. */
  deleted(space: Space, start: Key, end: Key, limit: number): KeyChange[];
  /** Kept revisions of a key, newest first, below `beforeRevision` (0: from the newest). */
  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[];
  /**
   * Kept changes with modRevision >= fromRevision, in order of (modRevision, ordinal): as many whole revisions as fit
   * the limit and, with their keys and values, `bytesMax` (0 or absent: no limit); and the first one even when it alone
   * does not.
   */
  changes(space: Space, fromRevision: number, limit: number, bytesMax?: number): KeyChange[];
  /**
   * Forgets what nobody who asks at or above the floor can see: of the changes with modRevision < floor, deletions, and
   * those whose key has a later change with modRevision <= floor. Changes at the floor itself all stay.
   */
  compact(space: Space, floor: number): void;

  /** Records of the system keyspace without history or revision (stored replies). */
  getPlain(key: Key): Uint8Array | undefined;
  putPlain(key: Key, value: Uint8Array): void;
  deletePlain(key: Key): void;
  /** [start, end) in byte order; an empty end means only `start`. */
  rangePlain(start: Key, end: Key, limit: number): { key: Key; value: Uint8Array }[];
  /** The keys of the same range, without reading the values. */
  plainKeys(start: Key, end: Key, limit: number): Key[];

  /** Makes everything since the last flush one transaction. The state on disk is always one of these moments. */
  flush(): void;
}
