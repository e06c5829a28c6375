// Guards the in-memory state store of the simulation: the contract all stores share, what a crash leaves of it, and that a
// clone stays as it was, whatever becomes of its origin before anybody looks into it.

import { describe, expect, it } from 'vitest';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { fc } from '../support/property.ts';
import { describeStateStore, type StoreUnderTest } from './store-conformance.ts';
import { answersOf, callsOf, storeOperation, storeQuestion } from './store-operations.ts';

function underTest(store: MemoryStateStore): StoreUnderTest {
  return { store, crash: () => underTest(store.cloneFlushed()) };
}

describeStateStore('MemoryStateStore', () => underTest(new MemoryStateStore()));

describe('a clone', () => {
  it('is what its origin was, however late somebody looks into it, and changes nothing there', () => {
    const operations = fc.array(storeOperation, { maxLength: 40 });
    const questions = fc.array(storeQuestion, { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(operations, questions, (history, asked) => {
        const store = new MemoryStateStore();
        const answers = (of: MemoryStateStore) => asked.map((question) => answersOf(of, question, of));
        const clones: { clone: MemoryStateStore; meta: object; expected: unknown }[] = [];
        const change = (of: MemoryStateStore, operation: (typeof history)[number]): void => {
          if (operation.kind === 'crash') return;
          for (const call of callsOf(operation, of)) call(of);
        };
        for (const operation of history) {
          clones.push({ clone: store.clone(), meta: store.readMeta(), expected: answers(store) });
          change(store, operation);
        }
        const atTheEnd = answers(store);
        for (const { clone, meta, expected } of clones) {
          const ofClone = clone.clone();
          expect(answers(clone)).toEqual(expected);
          for (const operation of history) change(clone, operation);
          expect(ofClone.readMeta()).toEqual(meta);
          expect(answers(ofClone)).toEqual(expected);
        }
        expect(answers(store)).toEqual(atTheEnd);
      }),
      { numRuns: 60 },
    );
  });
});
