// Guards the applied state in SQLite: the contract that all stores share, in memory and in a file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDatabase } from '../../src/agent/storage/database.ts';
import { createStateSchema } from '../../src/agent/storage/state-schema.ts';
import { SqliteStateStore } from '../../src/agent/storage/state-store.ts';
import { describeStateStore, type StoreUnderTest } from '../machine/store-conformance.ts';

function underTest(store: SqliteStateStore): StoreUnderTest {
  const crash = () => {
    store.revertToFlush();
    return underTest(store);
  };
  return { store, crash, close: () => store.close() };
}

describeStateStore('SqliteStateStore in memory', () => underTest(SqliteStateStore.inMemory()));

const directory = mkdtempSync(join(tmpdir(), 'synod-state-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;

/** A crash of the process: the file is opened anew with whatever was committed. */
function inFile(file: string): StoreUnderTest {
  const database = openDatabase(file, { mustExist: false, cacheKib: 1_000 });
  const isNew = database.pragma('user_version', { simple: true }) === 0;
  if (isNew) createStateSchema(database);
  const store = new SqliteStateStore(database, { file, onFailure: () => {} });
  const crash = () => {
    store.close();
    return inFile(file);
  };
  return { store, crash, close: () => store.close() };
}

describeStateStore('SqliteStateStore in a file', () => {
  files += 1;
  return inFile(join(directory, `state-${files}.db`));
});
