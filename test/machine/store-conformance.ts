import { afterEach, describe, expect, it } from 'vitest';
import { initialMeta } from '../../src/agent/machine/meta.ts';
import type { Key, KeyChange, StateStore } from '../../src/agent/machine/store.ts';
import { fc } from '../support/property.ts';
import { ModelStore } from './model-store.ts';
import {
  answersOf,
  callsOf,
  type StoreOperation,
  type StoreQuestion,
  storeOperation,
  storeQuestion,
} from './store-operations.ts';

export interface StoreUnderTest {
  readonly store: StateStore;
  /** The store as a crash right now would leave it: its last flush. The old one is not used again. */
  crash?(): StoreUnderTest;
  close?(): void;
}

/** What every `StateStore` must do. `make` gives an empty one; it is closed after each test. */
export function describeStateStore(name: string, make: () => StoreUnderTest): void {
  describe(`${name} as a state store`, () => {
    let opened: StoreUnderTest[] = [];
    const open = (): StateStore => {
      const under = make();
      opened.push(under);
      return under.store;
    };
    afterEach(() => {
      for (const under of opened) under.close?.();
      opened = [];
    });

    it('starts empty, with the meta that says so', () => {
      const store = open();
      expect(store.readMeta()).toEqual(initialMeta());
      expect(store.range('user', { start: '\0', end: '\xff', limit: 0 })).toEqual([]);
      expect(store.changes('user', 0, 10)).toEqual([]);
      expect(store.level('user', '', '', 0)).toEqual([]);
    });

    it('hands out copies of the meta', () => {
      const store = open();
      store.readMeta().appliedSlot = 7;
      const written = {
        ...initialMeta(),
        appliedSlot: 3,
        stateHash: 'ab',
        cellId: 'c',
        era: '{"round":2,"agentId":"a"}',
      };
      store.writeMeta(written);
      written.appliedSlot = 9;
      expect(store.readMeta()).toEqual({ ...written, appliedSlot: 3 });
    });

    it('keeps keys and values as bytes, in byte order', () => {
      const store = open();
      const keys = ['/a', '/a-b', '/a/x', '/a\xff', '/\xc3\xa9', "/it's", '/"quoted"', '/percent%', '/under_score'];
      const value = Uint8Array.from({ length: 256 }, (_, at) => at);
      for (const [at, key] of keys.entries()) store.append('user', put(key, at + 1, { value }));
      expect(store.range('user', { start: '/', end: '0', limit: 0 }).map((item) => item.key)).toEqual([...keys].sort());
      for (const key of keys) expect([...store.get('user', key)!.value]).toEqual([...value]);
    });

    it('keeps an empty value apart from an absent one', () => {
      const store = open();
      store.append('user', put('/a', 1, { value: new Uint8Array(0) }));
      store.putPlain('/p', new Uint8Array(0));
      expect(store.get('user', '/a')!.value.length).toBe(0);
      expect(store.getPlain('/p')!.length).toBe(0);
      expect(store.get('user', '/b')).toBeUndefined();
      expect(store.getPlain('/q')).toBeUndefined();
    });

    it('keeps the keyspaces and the plain records apart', () => {
      const store = open();
      store.append('user', put('/a', 1));
      expect(store.get('system', '/a')).toBeUndefined();
      expect(store.getPlain('/a')).toBeUndefined();
      store.compact('system', 5);
      expect(store.get('user', '/a')).toBeDefined();
    });

    it('lists a level in byte order of the segments, which is not that of the keys', () => {
      const store = open();
      const keys = ['/a-b/1', '/a/x/y', '/a/x/z', '/b', '/b/c', '/.d/e'];
      for (const [at, key] of keys.entries()) store.append('user', put(key, at + 1));
      const seen = store.level('user', '', '', 0).map((child) => [child.segment, child.descendants, child.sizeBytes]);
      expect(seen).toEqual([
        ['.d', 1, 0],
        ['a', 2, 0],
        ['a-b', 1, 0],
        ['b', 1, 1],
      ]);
      expect(store.level('user', '/a', '', 0).map((child) => child.segment)).toEqual(['x']);
      expect(store.level('user', '', 'a', 1).map((child) => child.segment)).toEqual(['a-b']);
    });

    it('lists a level in the same order whatever the limit and wherever it begins', () => {
      const store = open();
      const keys = [
        '/a/x',
        '/a-b',
        '/a-b-c/y',
        '/a-b/y',
        '/a.',
        '/a.b/z',
        '/a-',
        '/a-/q',
        '/b!',
        '/b/c',
        '/b',
        '/b-',
        '/%/1',
      ];
      for (const [at, key] of keys.entries()) store.append('user', put(key, at + 1));
      // Enough below one child and beside it that reading in pages has to jump and to go on.
      for (let number = 0; number < 300; number += 1) {
        store.append('user', put(`/a-b/many/${number}`, keys.length + 2 * number + 1));
        store.append('user', put(`/many-${String(number).padStart(3, '0')}/leaf`, keys.length + 2 * number + 2));
      }
      const records = store.range('user', { start: '/a', end: '/b', limit: 0 });
      const headers = records.map((record) => ({
        record: { ...record, value: new Uint8Array(0) },
        sizeBytes: record.value.length,
      }));
      expect(headers.some(({ sizeBytes }) => sizeBytes > 0)).toBe(true);
      expect(store.headers('user', '/a', '/b', 0)).toEqual(headers);
      expect(store.headers('user', '/a', '/b', 7)).toEqual(headers.slice(0, 7));
      const all = store.level('user', '', '', 0);
      const segments = all.map(({ segment }) => segment);
      expect(segments.slice(0, 11)).toEqual(['%', 'a', 'a-', 'a-b', 'a-b-c', 'a.', 'a.b', 'b', 'b!', 'b-', 'many-000']);
      expect(segments).toHaveLength(310);
      expect(all.map(({ descendants }) => descendants).slice(0, 10)).toEqual([1, 1, 1, 301, 1, 0, 1, 1, 0, 0]);
      for (const [at, after] of ['', ...segments].entries()) {
        for (const limit of [1, 2, 3, 40]) {
          expect(store.level('user', '', after, limit)).toEqual(all.slice(at, at + limit));
          expect(store.segments('user', '', after, limit)).toEqual(segments.slice(at, at + limit));
        }
      }
      expect(store.segments('user', '', '', 0)).toEqual(segments);
    });

    it('lists the keys that are deleted now, as long as that is kept', () => {
      const store = open();
      store.append('user', put('/a', 1));
      store.append('user', put('/b', 2));
      store.append('user', put('/c/d', 3));
      store.append('user', remove('/c/d', 4, 3));
      store.append('user', remove('/a', 5, 1));
      store.append('user', remove('/b', 6, 2));
      store.append('user', put('/b', 7));
      const seen = (limit: number) =>
        store.deleted('user', '/', '0', limit).map(({ key, modRevision }) => [key, modRevision]);
      expect(seen(0)).toEqual([
        ['/a', 5],
        ['/c/d', 4],
      ]);
      expect(seen(1)).toEqual([['/a', 5]]);
      store.compact('user', 5);
      expect(seen(0)).toEqual([['/a', 5]]);
    });

    it('never splits a revision over two pages of changes', () => {
      const store = open();
      store.append('user', put('/a', 1));
      for (const [ordinal, key] of ['/b', '/c', '/d'].entries()) store.append('user', put(key, 2, { ordinal }));
      store.append('user', put('/a', 3, { previousRevision: 1 }));
      const pages = (limit: number, bytesMax?: number) => {
        const sizes: number[] = [];
        for (let from = 0; ; ) {
          const page = store.changes('user', from, limit, bytesMax);
          if (page.length === 0) return sizes;
          sizes.push(page.length);
          from = page.at(-1)!.modRevision + 1;
        }
      };
      expect(pages(1)).toEqual([1, 3, 1]);
      expect(pages(3)).toEqual([1, 3, 1]);
      expect(pages(4)).toEqual([4, 1]);
      expect(pages(0)).toEqual([5]);
      // Each change has a key of two bytes and a value of one.
      expect(pages(0, 1)).toEqual([1, 3, 1]);
      expect(pages(0, 11)).toEqual([1, 3, 1]);
      expect(pages(0, 12)).toEqual([4, 1]);
      expect(pages(4, 14)).toEqual([4, 1]);
      expect(pages(3, 15)).toEqual([1, 3, 1]);
      expect(pages(0, 15)).toEqual([5]);
    });

    it('forgets by compaction what nobody at or above the floor can see, and nothing else', () => {
      const store = open();
      store.append('user', put('/old', 1));
      store.append('user', put('/gone', 2));
      store.append('user', put('/late', 3));
      store.append('user', put('/old', 4, { previousRevision: 1 }));
      store.append('user', {
        ...put('/gone', 5, { previousRevision: 2 }),
        kind: 'delete',
        version: 0,
        value: bytes(''),
      });
      store.append('user', put('/late', 6, { previousRevision: 3 }));
      store.compact('user', 5);
      expect(store.changes('user', 0, 0).map((change) => change.modRevision)).toEqual([3, 4, 5, 6]);
      expect(store.getAt('user', '/late', 5)!.modRevision).toBe(3);
      store.compact('user', 6);
      expect(store.changes('user', 0, 0).map((change) => change.modRevision)).toEqual([4, 6]);
      expect(store.history('user', '/gone', 0, 0)).toEqual([]);
    });

    it('agrees with the model after any sequence of writes, compactions, flushes and crashes', () => {
      const operations = fc.array(storeOperation, { maxLength: 60 });
      const questions = fc.array(storeQuestion, { minLength: 5, maxLength: 15 });
      fc.assert(fc.property(operations, questions, agreesWithModel), { numRuns: 120 });
    });

    function agreesWithModel(operations: readonly StoreOperation[], questions: readonly StoreQuestion[]): void {
      let under = make();
      const model = new ModelStore(under.store.readMeta());
      const check = (question: StoreQuestion) =>
        expect(answersOf(under.store, question, model)).toEqual(answersOf(model, question, model));
      for (const [at, operation] of operations.entries()) {
        if (operation.kind === 'crash') {
          if (under.crash === undefined) continue;
          under = under.crash();
          model.crash();
        } else {
          for (const call of callsOf(operation, model)) {
            call(model);
            call(under.store);
          }
        }
        check(questions[at % questions.length]!);
      }
      for (const question of questions) check(question);
      expect(under.store.readMeta()).toEqual(model.readMeta());
      under.close?.();
    }
  });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function put(key: Key, revision: number, parts: Partial<KeyChange> = {}): KeyChange {
  return {
    kind: 'put',
    key,
    value: bytes('v'),
    createRevision: revision,
    modRevision: revision,
    version: 1,
    leaseId: '',
    ordinal: 0,
    slot: revision,
    stampMs: revision,
    previousRevision: 0,
    ...parts,
  };
}

function remove(key: Key, revision: number, previousRevision: number): KeyChange {
  const gone = { kind: 'delete', value: bytes(''), createRevision: 0, version: 0, previousRevision } as const;
  return put(key, revision, gone);
}
