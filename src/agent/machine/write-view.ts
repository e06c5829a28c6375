import type { RevisionEvent } from './results.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { Key, KeyChange, KeyRecord, RangeQuery, Space, StateMeta, StateStore } from './store.ts';

const EMPTY = new Uint8Array(0);

interface Pending {
  readonly before: KeyRecord | undefined;
  readonly after: KeyRecord | undefined;
}

/**
 * What a command sees and writes. Writes are held back, so that a command that is refused half-way has changed nothing,
 * and so that all of a command is one revision of each keyspace it changes. Reads see the command's own writes.
 */
export class WriteView {
  readonly #store: StateStore;
  readonly #meta: StateMeta;
  readonly #pending = { user: new Map<Key, Pending>(), system: new Map<Key, Pending>() };
  readonly #plain = new Map<Key, Uint8Array | undefined>();
  /** Its keys in order: the end of a session may write tens of thousands, and looks ranges up in between. */
  #plainOrder = new SortedKeys();
  readonly #endedSessions: string[] = [];
  /** Keys that a command named and that were not there. */
  readonly #missed = new Set<Key>();
  #floor = 0;
  slot = 0;
  stampMs = 0;
  /** Whose command it is; empty for commands without a session. */
  sessionId = '';

  /** `meta` is the machine's own: `commit` moves its revisions and its floor. */
  constructor(store: StateStore, meta: StateMeta) {
    this.#store = store;
    this.#meta = meta;
  }

  /** Before the command. */
  revision(space: Space): number {
    return space === 'user' ? this.#meta.userRevision : this.#meta.systemRevision;
  }

  /** After the command, as far as it has come. */
  revisionAfter(space: Space): number {
    return this.revision(space) + (this.#pending[space].size > 0 ? 1 : 0);
  }

  get userFloor(): number {
    return this.#meta.userFloor;
  }

  get configuration(): string {
    return this.#meta.configuration;
  }

  get(space: Space, key: Key): KeyRecord | undefined {
    const pending = this.#pending[space].get(key);
    return pending === undefined ? this.#store.get(space, key) : pending.after;
  }

  /** The newest kept change of a key before this command; tells "ended" from "never was". */
  lastChange(space: Space, key: Key): KeyChange | undefined {
    return this.#store.history(space, key, 0, 1)[0];
  }

  range(space: Space, query: RangeQuery & { descending?: false; revision?: 0 }): KeyRecord[] {
    const pending = this.#pending[space];
    if (pending.size === 0) return this.#store.range(space, query);
    // As many more as there are pending writes, because each of them may take one of the stored items away.
    const limit = query.limit === 0 ? 0 : query.limit + pending.size;
    const items = this.#store.range(space, { ...query, limit }).filter((item) => !pending.has(item.key));
    for (const [key, { after }] of pending) {
      if (after !== undefined && isInRange(key, query)) items.push(query.keysOnly ? { ...after, value: EMPTY } : after);
    }
    items.sort((a, b) => (a.key < b.key ? -1 : 1));
    return query.limit === 0 ? items : items.slice(0, query.limit);
  }

  count(space: Space, start: Key, end: Key): number {
    let count = this.#store.count(space, start, end);
    for (const [key, { before, after }] of this.#pending[space]) {
      if (isInRange(key, { start, end })) count += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    }
    return count;
  }

  put(space: Space, key: Key, value: Uint8Array, leaseId = ''): KeyRecord {
    const pending = this.#pending[space].get(key);
    const before = pending === undefined ? this.#store.get(space, key) : pending.before;
    const modRevision = this.revision(space) + 1;
    const after: KeyRecord = {
      key,
      value,
      createRevision: before?.createRevision ?? modRevision,
      modRevision,
      version: (before?.version ?? 0) + 1,
      leaseId,
    };
    this.#pending[space].set(key, { before, after });
    return after;
  }

  /** Deleting an absent key changes nothing. */
  delete(space: Space, key: Key): void {
    const pending = this.#pending[space].get(key);
    const before = pending === undefined ? this.#store.get(space, key) : pending.before;
    if (before === undefined) this.#pending[space].delete(key);
    else this.#pending[space].set(key, { before, after: undefined });
  }

  putPlain(key: Key, value: Uint8Array): void {
    this.#setPlain(key, value);
  }

  deletePlain(key: Key): void {
    this.#setPlain(key, undefined);
  }

  #setPlain(key: Key, value: Uint8Array | undefined): void {
    if (!this.#plain.has(key)) this.#plainOrder.add(key);
    this.#plain.set(key, value);
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.#plain.has(key) ? this.#plain.get(key) : this.#store.getPlain(key);
  }

  /** Keys of plain records in [start, end), the command's own writes included; `limit` 0: all. */
  plainKeys(start: Key, end: Key, limit = 0): Key[] {
    if (this.#plain.size === 0) return this.#store.plainKeys(start, end, limit);
    const changed: Key[] = [];
    this.#plainOrder.ascend(start, end === '' ? `${start}\0` : end, (key) => changed.push(key) > 0);
    if (changed.length === 0) return this.#store.plainKeys(start, end, limit);
    // As many more as were changed, because each change may take one of the stored keys away.
    const stored = this.#store.plainKeys(start, end, limit === 0 ? 0 : limit + changed.length);
    const keys = stored.filter((key) => !this.#plain.has(key));
    for (const key of changed) if (this.#plain.get(key) !== undefined) keys.push(key);
    keys.sort();
    return limit === 0 ? keys : keys.slice(0, limit);
  }

  /** A command asked for a user key to be deleted that is not there: it counts as touched. */
  noteMissed(key: Key): void {
    this.#missed.add(key);
  }

  /** Every user key that the command wrote, deleted, or asked to delete. */
  *touchedUserKeys(): Iterable<Key> {
    yield* this.#pending.user.keys();
    yield* this.#missed;
  }

  /** Forget superseded revisions of the user keyspace below `floor` once the command is through. */
  raiseFloor(floor: number): void {
    this.#floor = floor;
  }

  /** The machine keeps what it needs of live sessions in memory; it must learn of their end. */
  noteSessionEnded(sessionId: string): void {
    this.#endedSessions.push(sessionId);
  }

  get endedSessions(): readonly string[] {
    return this.#endedSessions;
  }

  /** Writes everything, and tells what changed: one event for each keyspace that did. */
  commit(): RevisionEvent[] {
    const events: RevisionEvent[] = [];
    if (this.#pending.user.size > 0) events.push(this.#commitSpace('user'));
    if (this.#pending.system.size > 0) events.push(this.#commitSpace('system'));
    if (this.#plain.size > 0) {
      for (const [key, value] of this.#plain) {
        if (value === undefined) this.#store.deletePlain(key);
        else this.#store.putPlain(key, value);
      }
    }
    if (this.#floor > 0) {
      this.#meta.userFloor = this.#floor;
      this.#store.compact('user', this.#floor);
    }
    this.discard();
    return events;
  }

  discard(): void {
    if (this.#pending.user.size > 0) this.#pending.user.clear();
    if (this.#pending.system.size > 0) this.#pending.system.clear();
    if (this.#plain.size > 0) {
      this.#plain.clear();
      this.#plainOrder = new SortedKeys();
    }
    if (this.#endedSessions.length > 0) this.#endedSessions.length = 0;
    if (this.#missed.size > 0) this.#missed.clear();
    this.#floor = 0;
  }

  #commitSpace(space: Space): RevisionEvent {
    const revision = this.revision(space) + 1;
    const changes: KeyChange[] = [];
    for (const [key, { before, after }] of this.#pending[space]) {
      const change: KeyChange = {
        kind: after === undefined ? 'delete' : 'put',
        key,
        value: after === undefined ? EMPTY : after.value,
        createRevision: after === undefined ? before!.createRevision : after.createRevision,
        modRevision: revision,
        version: after === undefined ? 0 : after.version,
        leaseId: after === undefined ? '' : after.leaseId,
        ordinal: changes.length,
        slot: this.slot,
        stampMs: this.stampMs,
        previousRevision: before === undefined ? 0 : before.modRevision,
      };
      this.#store.append(space, change);
      changes.push(change);
    }
    if (space === 'user') this.#meta.userRevision = revision;
    else this.#meta.systemRevision = revision;
    return { space, revision, slot: this.slot, changes };
  }
}

/** An empty end means just `start`. */
export function isInRange(key: Key, range: { readonly start: Key; readonly end: Key }): boolean {
  return range.end === '' ? key === range.start : key >= range.start && key < range.end;
}
