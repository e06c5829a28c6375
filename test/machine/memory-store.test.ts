// Guards the in-memory state store of the simulation: the contract all stores share, and what a crash leaves of it.
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { describeStateStore, type StoreUnderTest } from './store-conformance.ts';

function underTest(store: MemoryStateStore): StoreUnderTest {
  return { store, crash: () => underTest(store.cloneFlushed()) };
}

describeStateStore('MemoryStateStore', () => underTest(new MemoryStateStore()));
