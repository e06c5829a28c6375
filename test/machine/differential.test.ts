// Guards that a machine's answers and state depend on the journal alone: not on flushes, restarts, crashes or the kind
// of store below it. The readable model store is the second opinion.
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { initialMeta } from '../../src/agent/machine/meta.ts';
import { describeDifferential } from './differential.ts';
import { ModelStore } from './model-store.ts';
import type { StoreUnderTest } from './store-conformance.ts';

function memory(store = new MemoryStateStore()): StoreUnderTest {
  return { store, crash: () => memory(store.cloneFlushed()) };
}

function model(store = new ModelStore(initialMeta())): StoreUnderTest {
  return {
    store,
    crash: () => {
      store.crash();
      return model(store);
    },
  };
}

describeDifferential('MemoryStateStore and the model store', memory, model, 200);
