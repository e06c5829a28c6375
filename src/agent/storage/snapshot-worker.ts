// Makes a copy of the state to send, and verifies one that arrived; both take as long as the state is large.
import { createHash } from 'node:crypto';
import { closeSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { StateMeta } from '../machine/store.ts';
import { openDatabase } from './database.ts';
import { openRaw, readAt, syncFile } from './raw-file.ts';
import { readStoredMeta, verifyStateFormat } from './state-schema.ts';
import { verifyRows, verifyState } from './state-verification.ts';
import { serveJobs } from './worker-port.ts';

export type SnapshotJob =
  /** Copies the committed state of a database that is in use. */
  | { readonly kind: 'save'; readonly source: string; readonly target: string }
  /** Reads a file that is not in use from its beginning to its end, and makes it ready to be opened as the state. */
  | { readonly kind: 'verify'; readonly file: string };

export interface SnapshotFacts {
  readonly cellId: string;
  /** Applied in it; read from the file itself. */
  readonly slot: number;
  readonly sizeBytes: number;
  /** SHA-256 of the file as it was made or as it arrived. */
  readonly checksum: Uint8Array;
}

serveJobs<SnapshotJob, SnapshotFacts>((job) => (job.kind === 'save' ? save(job.source, job.target) : verify(job.file)));

function save(source: string, target: string): SnapshotFacts {
  const live = openDatabase(source, { mustExist: true, cacheKib: 4_096 });
  try {
    live.prepare('VACUUM INTO ?').run(target);
  } finally {
    live.close();
  }
  const copy = new Database(target, { readonly: true, fileMustExist: true });
  let meta: StateMeta;
  try {
    verifyStateFormat(copy, target);
    meta = readStoredMeta(copy, target).meta;
  } finally {
    copy.close();
  }
  return { cellId: meta.cellId, slot: meta.appliedSlot, sizeBytes: statSync(target).size, checksum: digest(target) };
}

function verify(file: string): SnapshotFacts {
  const checksum = digest(file);
  const sizeBytes = statSync(file).size;
  // Opening it also makes it a WAL database; closing it folds that back into the one file.
  const database = openDatabase(file, { mustExist: true, cacheKib: 4_096 });
  let facts: SnapshotFacts;
  try {
    const { appliedSlot, cellId } = verifyState(database, file).meta;
    verifyRows(database, file);
    facts = { cellId, slot: appliedSlot, sizeBytes, checksum };
  } finally {
    database.close();
  }
  syncFile(file);
  return facts;
}

const READ_BYTES = 1_048_576;

function digest(file: string): Uint8Array {
  const hash = createHash('sha256');
  const descriptor = openRaw(file, 'r');
  try {
    for (let position = 0; ; position += READ_BYTES) {
      const bytes = readAt(descriptor, READ_BYTES, position);
      hash.update(bytes);
      if (bytes.length < READ_BYTES) return hash.digest();
    }
  } finally {
    closeSync(descriptor);
  }
}
