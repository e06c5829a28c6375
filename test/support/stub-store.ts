import { createHash } from 'node:crypto';
import { CompareOperator, CompareTarget, type Comparison, type Operation } from '../../src/gen/synod/v1/journal.ts';
import {
  type CompareAndWriteRequest,
  type DeleteRangeRequest,
  type DeleteRequest,
  type HistoryRequest,
  type HistoryResponse,
  type KeyValue,
  type ListLevelRequest,
  type ListLevelResponse,
  type PutRequest,
  type ReadPrefixRequest,
  type ReadPrefixResponse,
  type TransactRequest,
  WatchEventKind,
  type WriteOptions,
  WriteResponse,
} from '../../src/gen/synod/v1/user.ts';

interface Change {
  readonly kind: 'put' | 'delete';
  readonly record: KeyValue;
}

interface Entry {
  readonly revision: number;
  readonly slot: number;
  readonly changes: readonly Change[];
}

/** A small model of the store, enough to be a cell's for its clients. */
export class StubStore {
  slot = 0;
  revision = 0;
  floor = 0;
  readonly journal: Entry[] = [];
  /** Replies by sequence, by session. */
  readonly sessions = new Map<string, Map<number, WriteResponse>>();
  readonly leases = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #live = new Map<string, KeyValue>();
  /** Changes of a transaction that is being carried out: they share its revision. */
  #open: Change[] | undefined;

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  openSession(id: string): void {
    if (!this.sessions.has(id)) this.sessions.set(id, new Map());
  }

  /** Carries a write out once per place; a repeat gets the same reply. */
  once(options: WriteOptions | undefined, work: () => WriteResponse): WriteResponse {
    if (!options?.sessionId) return work();
    const replies = this.sessions.get(options.sessionId);
    if (!replies) throw { reason: 'SESSION_UNKNOWN', message: 'no such session', code: 9 };
    const earlier = replies.get(options.sequence);
    if (earlier) return earlier;
    const reply = work();
    replies.set(options.sequence, reply);
    for (const sequence of replies.keys()) if (sequence < options.ackedBelow) replies.delete(sequence);
    return reply;
  }

  get(key: Buffer, revision: number): KeyValue | undefined {
    return revision === 0 ? this.#live.get(text(key)) : this.#asOf(revision).get(text(key));
  }

  put(request: Pick<PutRequest, 'key' | 'value' | 'leaseId'>): WriteResponse {
    if (text(request.key) === '/refused') throw { reason: 'INVALID_ARGUMENT', message: 'no such place', code: 3 };
    const previous = this.#live.get(text(request.key));
    const current = this.#record(request.key, request.value, request.leaseId);
    this.#commit([{ kind: 'put', record: current }]);
    return this.#written({ current, previous });
  }

  delete(request: Pick<DeleteRequest, 'key'>): WriteResponse {
    const previous = this.#live.get(text(request.key));
    if (previous) this.#commit([tombstone(previous)]);
    else this.slot++;
    return this.#written({ previous, deleted: previous ? 1 : 0 });
  }

  deleteRange({ start, end }: Pick<DeleteRangeRequest, 'start' | 'end'>): WriteResponse {
    const hit = this.#between(start, end);
    if (hit.length > 0) this.#commit(hit.map(tombstone));
    else this.slot++;
    return this.#written({ deleted: hit.length });
  }

  compareAndWrite(request: CompareAndWriteRequest): WriteResponse {
    const { key, expected, value, leaseId } = request;
    const current = this.#live.get(text(key));
    const holds =
      expected?.$case === 'expectedValue'
        ? current?.value.equals(expected.value) === true
        : (current?.version ?? 0) === expected?.value;
    if (!holds) {
      this.slot++;
      return this.#written({ succeeded: false, current });
    }
    return value === undefined ? this.delete({ key }) : this.put({ key, value, leaseId });
  }

  transact({ compare, then, otherwise }: TransactRequest): WriteResponse {
    const succeeded = compare.every((comparison) => this.#holds(comparison));
    this.#open = [];
    const results = (succeeded ? then : otherwise).map((operation) => this.#operate(operation));
    const changes = this.#open;
    this.#open = undefined;
    if (changes.length > 0) this.#commit(changes);
    return this.#written({ succeeded, results });
  }

  grantLease(leaseId: string): WriteResponse {
    this.leases.add(leaseId);
    this.slot++;
    return this.#written({});
  }

  revokeLease(leaseId: string): WriteResponse {
    this.leases.delete(leaseId);
    const hit = [...this.#live.values()].filter((record) => record.leaseId === leaseId);
    if (hit.length > 0) this.#commit(hit.map(tombstone));
    return this.#written({ deleted: hit.length });
  }

  compact(floor: number): WriteResponse {
    this.floor = floor;
    this.slot++;
    return this.#written({});
  }

  page(request: ReadPrefixRequest): ReadPrefixResponse {
    const { prefix, start, end, after, limit, keysOnly, countOnly, descending } = request;
    const state = request.revision === 0 ? this.#live : this.#asOf(request.revision);
    const all = [...state.values()]
      .filter(({ key }) =>
        prefix.length > 0 ? key.subarray(0, prefix.length).equals(prefix) : inside(key, start, end),
      )
      .sort((a, b) => (descending ? b.key.compare(a.key) : a.key.compare(b.key)));
    const rest = after.length === 0 ? all : all.filter(({ key }) => key.compare(after) > 0);
    const items = countOnly ? [] : rest.slice(0, limit || rest.length);
    const shown = keysOnly ? items.map((record) => ({ ...record, value: Buffer.alloc(0) })) : items;
    return {
      items: shown,
      count: all.length,
      more: rest.length > items.length,
      slot: this.slot,
      revision: this.revision,
    };
  }

  level({ path }: ListLevelRequest): ListLevelResponse {
    const base = path.length <= 1 ? '/' : `${text(path)}/`;
    const children = new Map<string, { descendants: number; record: KeyValue | undefined }>();
    for (const [key, record] of this.#live) {
      if (!key.startsWith(base)) continue;
      const [segment, ...rest] = key.slice(base.length).split('/');
      const child = children.get(segment!) ?? { descendants: 0, record: undefined };
      if (rest.length === 0) child.record = record;
      else child.descendants++;
      children.set(segment!, child);
    }
    const items = [...children].sort().map(([segment, { descendants, record }]) => ({
      segment: Buffer.from(segment),
      descendants,
      isKey: record !== undefined,
      version: record?.version ?? 0,
      modRevision: record?.modRevision ?? 0,
      sizeBytes: record?.value.length ?? 0,
    }));
    return { items, more: false, slot: this.slot, revision: this.revision };
  }

  history({ key, limit }: HistoryRequest): HistoryResponse {
    const items = this.journal
      .flatMap(({ slot, changes }) => changes.map((change) => ({ slot, ...change })))
      .filter(({ record }) => record.key.equals(key))
      .reverse()
      .map(({ slot, kind, record }) => ({
        kind: kind === 'delete' ? WatchEventKind.DELETE : WatchEventKind.PUT,
        item: record,
        slot,
        stampMs: 1_700_000_000_000,
      }));
    const cut = items.slice(0, limit || items.length);
    const more = items.length > cut.length;
    return { items: cut, more, floor: this.floor, slot: this.slot, revision: this.revision };
  }

  digest(data: Buffer): Buffer {
    return createHash('sha256').update(data).digest();
  }

  #record(key: Buffer, value: Buffer, leaseId: string): KeyValue {
    const previous = this.#live.get(text(key));
    const modRevision = this.revision + 1;
    const createRevision = previous?.createRevision ?? modRevision;
    return { key, value, leaseId, version: (previous?.version ?? 0) + 1, createRevision, modRevision };
  }

  #commit(changes: readonly Change[]): void {
    for (const { kind, record } of changes) {
      if (kind === 'put') this.#live.set(text(record.key), record);
      else this.#live.delete(text(record.key));
    }
    if (this.#open) {
      this.#open.push(...changes);
      return;
    }
    this.revision++;
    this.slot++;
    const stamped = changes.map(({ kind, record }) => ({ kind, record: { ...record, modRevision: this.revision } }));
    this.journal.push({ revision: this.revision, slot: this.slot, changes: stamped });
    for (const listener of this.#listeners) listener();
  }

  #asOf(revision: number): Map<string, KeyValue> {
    if (revision < this.floor) throw { reason: 'COMPACTED', floor: this.floor, message: 'compacted', code: 11 };
    const state = new Map<string, KeyValue>();
    for (const { changes } of this.journal.filter((entry) => entry.revision <= revision)) {
      for (const { kind, record } of changes) {
        if (kind === 'put') state.set(text(record.key), record);
        else state.delete(text(record.key));
      }
    }
    return state;
  }

  #between(start: Buffer, end: Buffer): KeyValue[] {
    return [...this.#live.values()].filter(({ key }) => inside(key, start, end));
  }

  #holds({ key, rangeEnd, target, operator, value, number, leaseId }: Comparison): boolean {
    const hit = rangeEnd.length === 0 ? [this.#live.get(text(key))] : this.#between(key, rangeEnd);
    return hit.every((record) => {
      if (target === CompareTarget.VALUE && !record) return false;
      const order = {
        [CompareTarget.VALUE]: () => record!.value.compare(value),
        [CompareTarget.VERSION]: () => (record?.version ?? 0) - number,
        [CompareTarget.CREATE_REVISION]: () => (record?.createRevision ?? 0) - number,
        [CompareTarget.MOD_REVISION]: () => (record?.modRevision ?? 0) - number,
        [CompareTarget.LEASE]: () => Number((record?.leaseId ?? '') !== leaseId),
      }[target as 1 | 2 | 3 | 4 | 5]();
      if (operator === CompareOperator.EQUAL) return order === 0;
      if (operator === CompareOperator.NOT_EQUAL) return order !== 0;
      return operator === CompareOperator.LESS ? order < 0 : order > 0;
    });
  }

  #operate({ kind }: Operation): WriteResponse['results'][number] {
    const nothing = { items: [], count: 0, more: false, previous: undefined };
    switch (kind?.$case) {
      case 'put':
        this.put(kind.value);
        return nothing;
      case 'delete':
        return { ...nothing, count: this.delete(kind.value).deleted };
      case 'deleteRange':
        return { ...nothing, count: this.deleteRange(kind.value).deleted };
      default: {
        const items = kind ? this.#between(kind.value.start, kind.value.end) : [];
        return { ...nothing, items, count: items.length };
      }
    }
  }

  #written(parts: Partial<WriteResponse>): WriteResponse {
    return { ...WriteResponse.fromPartial({}), succeeded: true, slot: this.slot, revision: this.revision, ...parts };
  }
}

function text(key: Buffer): string {
  return key.toString('latin1');
}

function inside(key: Buffer, start: Buffer, end: Buffer): boolean {
  return end.length === 0 ? key.equals(start) : key.compare(start) >= 0 && key.compare(end) < 0;
}

function tombstone(record: KeyValue): Change {
  return { kind: 'delete', record: { ...record, value: Buffer.alloc(0), version: 0 } };
}
