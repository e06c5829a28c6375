import type { Key, KeyChange, Space, StateStore } from '../../src/agent/machine/store.ts';
import { fc } from '../support/property.ts';
import { plain } from './plain.ts';

/** Few keys, so that they collide; chosen for their order, their depth and their bytes. */
const KEYS = ['/a', '/a-b', '/a-b/c', '/a/x', '/a/x/y', '/a.', '/b', '/b/\xc3\xa9', '/b/\xff', '/z/deep/er/still'];
const PLAIN_KEYS = ['/p', '/p/1', '/p/10', '/p/2', '/q'];

const space = fc.constantFrom<Space>('user', 'system');
const key = fc.constantFrom(...KEYS);
const value = fc.uint8Array({ maxLength: 6 });
const limit = fc.integer({ min: 0, max: 4 });

export type StoreOperation =
  | {
      readonly kind: 'revision';
      readonly space: Space;
      readonly writes: readonly {
        readonly key: Key;
        readonly value: Uint8Array | undefined;
        readonly leaseId: string;
      }[];
    }
  | { readonly kind: 'compact'; readonly space: Space; readonly depth: number }
  | { readonly kind: 'putPlain'; readonly key: Key; readonly value: Uint8Array }
  | { readonly kind: 'deletePlain'; readonly key: Key }
  | { readonly kind: 'flush' }
  | { readonly kind: 'crash' };

const write = fc.record({
  key,
  value: fc.option(value, { nil: undefined, freq: 3 }),
  leaseId: fc.constantFrom('', 'lease-1'),
});

export const storeOperation: fc.Arbitrary<StoreOperation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('revision' as const),
      space,
      writes: fc.uniqueArray(write, { minLength: 1, maxLength: 4, selector: (one) => one.key }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('compact' as const), space, depth: fc.integer({ min: 0, max: 8 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('putPlain' as const), key: fc.constantFrom(...PLAIN_KEYS), value }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('deletePlain' as const), key: fc.constantFrom(...PLAIN_KEYS) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

/** The calls that an operation comes to, given what is in the store: worked out once, done to several stores. */
export function callsOf(
  operation: Exclude<StoreOperation, { kind: 'crash' }>,
  store: StateStore,
): ((to: StateStore) => void)[] {
  switch (operation.kind) {
    case 'revision':
      return revisionCalls(operation, store);
    case 'compact': {
      const meta = store.readMeta();
      const revision = operation.space === 'user' ? meta.userRevision : meta.systemRevision;
      const floor = revision - operation.depth;
      if (floor <= (operation.space === 'user' ? meta.userFloor : meta.systemFloor)) return [];
      const next = operation.space === 'user' ? { ...meta, userFloor: floor } : { ...meta, systemFloor: floor };
      return [(to) => to.compact(operation.space, floor), (to) => to.writeMeta(next)];
    }
    case 'putPlain':
      return [(to) => to.putPlain(operation.key, operation.value)];
    case 'deletePlain':
      return [(to) => to.deletePlain(operation.key)];
    case 'flush':
      return [(to) => to.flush()];
  }
}

function revisionCalls(
  operation: Extract<StoreOperation, { kind: 'revision' }>,
  store: StateStore,
): ((to: StateStore) => void)[] {
  const { space, writes } = operation;
  const meta = store.readMeta();
  const slot = meta.appliedSlot + 1;
  const revision = (space === 'user' ? meta.userRevision : meta.systemRevision) + 1;
  const changes: KeyChange[] = [];
  for (const { key, value, leaseId } of writes) {
    const live = store.get(space, key);
    if (value === undefined && live === undefined) continue;
    changes.push({
      kind: value === undefined ? 'delete' : 'put',
      key,
      value: value ?? new Uint8Array(0),
      createRevision: live?.createRevision ?? revision,
      modRevision: revision,
      version: value === undefined ? 0 : (live?.version ?? 0) + 1,
      leaseId: value === undefined ? '' : leaseId,
      ordinal: changes.length,
      slot,
      stampMs: 1_700_000_000_000 + slot,
      previousRevision: live?.modRevision ?? 0,
    });
  }
  if (changes.length === 0) return [];
  const counted = space === 'user' ? { userRevision: revision } : { systemRevision: revision };
  return [
    ...changes.map((change) => (to: StateStore) => to.append(space, change)),
    (to) => to.writeMeta({ ...meta, ...counted, appliedSlot: slot }),
  ];
}

/** A question and, in parts of the kept past, when: 0 is now, 1 the floor, larger values later. */
export interface StoreQuestion {
  readonly space: Space;
  readonly start: Key;
  readonly end: Key;
  readonly limit: number;
  readonly descending: boolean;
  readonly keysOnly: boolean;
  readonly past: number;
}

export const storeQuestion: fc.Arbitrary<StoreQuestion> = fc.record({
  space,
  start: fc.oneof(key, fc.constantFrom('/', '/p', '/a/')),
  end: fc.oneof(key, fc.constantFrom('', '0', '/a0', '/q', '/zz')),
  limit,
  descending: fc.boolean(),
  keysOnly: fc.boolean(),
  past: fc.integer({ min: 0, max: 5 }),
});

/** Everything that can be asked of a store, as plain data. `reference` says which revisions may be asked about. */
export function answersOf(store: StateStore, question: StoreQuestion, reference: StateStore): unknown {
  const { space, start, end, limit, descending, keysOnly, past } = question;
  const meta = reference.readMeta();
  const now = space === 'user' ? meta.userRevision : meta.systemRevision;
  const floor = space === 'user' ? meta.userFloor : meta.systemFloor;
  const revision = past === 0 ? 0 : Math.min(now, Math.max(floor, 1) + past - 1);
  const path = start.endsWith('/') ? start.slice(0, -1) : start;
  return plain({
    get: store.get(space, start),
    getAt: store.getAt(space, start, revision),
    range: store.range(space, { start, end, limit, descending, keysOnly, revision }),
    rangeNow: store.range(space, { start, end, limit }),
    count: store.count(space, start, end, revision),
    countNow: store.count(space, start, end),
    level: store.level(space, path, '', limit),
    levelAfter: store.level(space, path, 'a', limit),
    root: store.level(space, '', '', limit),
    segments: store.segments(space, path, '', limit),
    deleted: store.deleted(space, start, end, limit),
    history: store.history(space, start, revision, limit),
    changes: store.changes(space, revision, limit),
    changesWithinBytes: store.changes(space, revision, limit, 1 + 12 * past),
    plain: store.getPlain(start),
    rangePlain: store.rangePlain(start, end, limit),
    plainKeys: store.plainKeys(start, end, limit),
  });
}
