// Guards compaction in steps: from the command on everybody sees the same, however many rows are still there, and across
// restarts; and in the end nothing is left that nobody can see.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import type { KeyChange, StateStore } from '../../src/agent/machine/store.ts';
import { openDatabase } from '../../src/agent/storage/database.ts';
import { createStateSchema } from '../../src/agent/storage/state-schema.ts';
import { SqliteStateStore } from '../../src/agent/storage/state-store.ts';
import { verifyRows, verifyState } from '../../src/agent/storage/state-verification.ts';
import { plain } from '../machine/plain.ts';
import { temporary } from './support.ts';

const KEYS = 60;

/** Writes and deletes; some keys end deleted. */
function* changes(from: number, through: number): Generator<KeyChange> {
  for (let revision = from; revision <= through; revision += 1) {
    const key = `/k/${(revision * 7) % KEYS}`;
    const isDelete = (revision * 7) % KEYS < 20 && Math.floor(revision / KEYS) % 3 === 2;
    const wasDeleted = (revision * 7) % KEYS < 20 && Math.floor((revision - KEYS) / KEYS) % 3 === 2;
    const isFirst = revision <= KEYS || wasDeleted;
    yield {
      kind: isDelete ? 'delete' : 'put',
      key,
      value: isDelete ? new Uint8Array(0) : Buffer.from(`v${revision}`),
      createRevision: revision,
      modRevision: revision,
      version: isDelete ? 0 : 1,
      leaseId: '',
      ordinal: 0,
      slot: revision,
      stampMs: revision,
      previousRevision: isFirst ? 0 : revision - KEYS,
    };
  }
}

function seen(store: StateStore, floor: number, newest: number): unknown {
  const revisions = [floor, floor + 1, newest];
  return plain({
    keys: Array.from({ length: 25 }, (_, at) => [
      store.history('user', `/k/${at}`, 0, 0),
      store.history('user', `/k/${at}`, floor + 1, 2),
      revisions.map((revision) => store.getAt('user', `/k/${at}`, revision)),
    ]),
    ranges: revisions.map((revision) => store.range('user', { start: '/', end: '0', limit: 0, revision })),
    counts: revisions.map((revision) => store.count('user', '/', '0', revision)),
    changes: store.changes('user', floor, 100),
  });
}

function reopen(file: string): SqliteStateStore {
  return new SqliteStateStore(openDatabase(file, { mustExist: true, cacheKib: 1_000 }), {
    file,
    onFailure: (fault) => {
      throw fault;
    },
  });
}

it('shows the same as an immediate one at every step', () => {
  const file = join(temporary(), 'state-1.db');
  const made = openDatabase(file, { mustExist: false, cacheKib: 1_000 });
  createStateSchema(made);
  made.close();
  let store = reopen(file);
  const memory = new MemoryStateStore();
  let newest = 0;
  const write = (count: number) => {
    for (const change of changes(newest + 1, newest + count)) {
      store.append('user', change);
      memory.append('user', change);
    }
    newest += count;
  };
  write(5_000);
  for (const floor of [4_500, 4_501, 4_990]) {
    store.compact('user', floor);
    memory.compact('user', floor);
    for (let step = 0; step < 4; step += 1) {
      expect(seen(store, floor, newest)).toEqual(seen(memory, floor, newest));
      write(70);
      store.flush();
      if (step === 1) {
        store.close();
        store = reopen(file);
      }
    }
  }
  // A deletion at the floor stays, and goes with the next floor.
  while (memory.get('user', `/k/${(newest * 7) % KEYS}`) !== undefined) write(1);
  for (const more of [0, 1]) {
    write(more);
    store.compact('user', newest);
    memory.compact('user', newest);
    store.flush();
  }
  expect(plain(store.changes('user', 0, 0))).toEqual(plain(memory.changes('user', 0, 0)));
  const { length } = memory.changes('user', 0, 0);
  store.flush();
  store.close();
  const database = new Database(file);
  expect(database.prepare('SELECT count(*) FROM user_log').pluck().get()).toBe(length);
  verifyState(database, file);
  verifyRows(database, file);
  database.close();
});
