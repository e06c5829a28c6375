// Measures what a durable write costs on this machine, in the ways that docs/adr/0001-durability.md compares:
//   node tools/measure-durability.ts [directory on the disk in question] [seconds per measurement]
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageConfig } from '../src/agent/config.ts';
import type { JournalEntry } from '../src/agent/consensus/types.ts';
import { checkpoint, openDatabase } from '../src/agent/storage/database.ts';
import { openStorage } from '../src/agent/storage/index.ts';

const [parent = tmpdir(), secondsText = '2'] = process.argv.slice(2);
const directory = mkdtempSync(join(parent, 'synod-durability-'));
const durationMs = Number(secondsText) * 1_000;
const VALUE = Buffer.alloc(256, 7);
const WRITERS = 64;
const CHECKPOINT_FRAMES = 4_096;

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3);
}

function report(what: string, timesMs: number[], writes: number, elapsedMs: number): void {
  timesMs.sort((a, b) => a - b);
  const latency = `p50 ${percentile(timesMs, 0.5)} ms, p99 ${percentile(timesMs, 0.99)} ms`;
  console.log(`${what.padEnd(58)} ${latency.padEnd(34)} ${Math.round((writes / elapsedMs) * 1_000)} writes/s`);
}

function journal(name: string, synchronous: 'FULL' | 'NORMAL') {
  const path = join(directory, name);
  const database = openDatabase(path, { mustExist: false, cacheKib: 8_192 });
  database.exec('CREATE TABLE journal (slot INTEGER PRIMARY KEY, entry BLOB NOT NULL)');
  database.pragma(`synchronous = ${synchronous}`);
  const insert = database.prepare('INSERT INTO journal VALUES (?, ?)');
  let slot = 0;
  let commits = 0;
  const commit = (entries: number): void => {
    database.exec('BEGIN IMMEDIATE');
    for (let n = 0; n < entries; n += 1) {
      slot += 1;
      insert.run(slot, VALUE);
    }
    database.exec('COMMIT');
    commits += 1;
    if (commits % 500 === 0 && checkpoint(database, 'NOOP').frames > CHECKPOINT_FRAMES) checkpoint(database, 'RESTART');
  };
  return { database, commit, wal: `${path}-wal` };
}

function commitsAlone(synchronous: 'FULL' | 'NORMAL', entries: number): void {
  const { database, commit } = journal(`alone-${synchronous}-${entries}.db`, synchronous);
  const times: number[] = [];
  const startedMs = performance.now();
  while (performance.now() - startedMs < durationMs) {
    const beganMs = performance.now();
    commit(entries);
    times.push(performance.now() - beganMs);
  }
  const name = `commit of ${entries}, ${synchronous}${synchronous === 'NORMAL' ? ' (not durable)' : ''}, blocks the loop`;
  report(name, times, times.length * entries, performance.now() - startedMs);
  database.close();
}

/** One writer: commit without fsync, then an fdatasync off the loop, then the next write. */
async function oneByOne(): Promise<void> {
  const { database, commit, wal } = journal('one-by-one.db', 'NORMAL');
  commit(1);
  const descriptor = openSync(wal, 'r+');
  const times: number[] = [];
  const startedMs = performance.now();
  while (performance.now() - startedMs < durationMs) {
    const beganMs = performance.now();
    commit(1);
    await new Promise<void>((resolve, reject) => fdatasync(descriptor, (error) => (error ? reject(error) : resolve())));
    times.push(performance.now() - beganMs);
  }
  report('commit of 1, NORMAL + fdatasync off the loop', times, times.length, performance.now() - startedMs);
  closeSync(descriptor);
  database.close();
}

/** Many writers, each of which asks again as soon as its write is durable; those who wait share a commit. */
async function manyWriters(name: string, makeDurable: (entries: number) => Promise<void>): Promise<void> {
  const times: number[] = [];
  const startedMs = performance.now();
  let waiting = Array.from({ length: WRITERS }, () => startedMs);
  while (performance.now() - startedMs < durationMs) {
    const asked = waiting;
    await makeDurable(asked.length);
    const nowMs = performance.now();
    for (const askedMs of asked) times.push(nowMs - askedMs);
    waiting = asked.map(() => nowMs);
  }
  report(name, times, times.length, performance.now() - startedMs);
}

async function grouped(): Promise<void> {
  const full = journal('group-full.db', 'FULL');
  await manyWriters(`${WRITERS} writers, group commit, FULL`, async (entries) => {
    full.commit(entries);
    await new Promise((resolve) => setImmediate(resolve));
  });
  full.database.close();

  const storage = openStorage({
    directory: join(directory, 'state'),
    config: storageConfig(),
    run: (work) => work(),
    onFailure: (fault) => {
      throw fault;
    },
  });
  let slot = 0;
  const ballot = { round: 1, agentId: storage.identity.agentId };
  await manyWriters(`${WRITERS} writers, group commit, storage as it is`, async (count) => {
    const entries: JournalEntry[] = [];
    for (let n = 0; n < count; n += 1) {
      slot += 1;
      const entry = { kind: 'command', origin: ballot, stampMs: slot, requestId: '', payload: VALUE } as const;
      entries.push({ slot, ballot, entry });
    }
    storage.logDisk.commit({ entries, chosenThrough: slot - count });
    await new Promise<void>((resolve) => storage.logDisk.fsync(resolve));
  });
  await storage.close();
}

try {
  console.log(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}, ${directory}\n`);
  commitsAlone('FULL', 1);
  commitsAlone('NORMAL', 1);
  await oneByOne();
  commitsAlone('FULL', 64);
  commitsAlone('NORMAL', 64);
  await grouped();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
