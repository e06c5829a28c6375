import type Database from 'better-sqlite3';
import { openDatabase, settle } from './database.ts';
import type { Mark, MarkKeeper } from './mark.ts';
import { exists, removeFiles, syncDirectory } from './raw-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { createStateSchema, type StoredMeta } from './state-schema.ts';
import { verifyState } from './state-verification.ts';
import { damaged } from './storage-fault.ts';
import { missingFrames, NO_WAL } from './wal-file.ts';

const STATE_CACHE_KIB = 32_768;

export interface StartedState {
  readonly file: string;
  readonly database: Database.Database;
  readonly stored: StoredMeta;
}

/** Makes a state to which nothing was applied, or nothing: a crash in between leaves what is made again. */
export function createState(directory: StateDirectory, number: number): void {
  const file = directory.state(number);
  removeFiles(file);
  const database = openDatabase(file, { mustExist: false, cacheKib: 1_024 });
  try {
    database.pragma('synchronous = FULL');
    database.exec('BEGIN IMMEDIATE');
    createStateSchema(database);
    database.exec('COMMIT');
    settle(database);
  } finally {
    database.close();
  }
  syncDirectory(directory.path);
}

/** Everything in it is durable when this returns. */
export function openState(file: string): Database.Database {
  const database = openDatabase(file, { mustExist: true, cacheKib: STATE_CACHE_KIB });
  try {
    settle(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What was once found missing is not forgiven because the machine was restarted. */
const EVERY_BOOT = '*';

/**
 * Opens the state that `log.db` names. All of it is durable when this returns: entries that it covers may leave the
 * journal. Without an fsync of its own it may be older than it was, and then the journal executes the rest again; but
 * what was there while the machine kept running must still be.
 */
export function startState(
  directory: StateDirectory,
  number: number,
  mark: Mark,
  keeper: MarkKeeper,
  bootId: string,
): StartedState {
  const file = directory.state(number);
  if (!exists(file)) throw damaged(file, 'missing, with the applied state of this agent');
  const sameBoot = bootId !== '' && mark.bootId === bootId;
  if (mark.stateNumber === number && (sameBoot || mark.bootId === EVERY_BOOT)) {
    const lost = missingFrames(`${file}-wal`, mark.stateWal);
    if (lost > 0) {
      keeper.update({ bootId: EVERY_BOOT });
      throw damaged(`${file}-wal`, `${lost} of ${mark.stateWal.frames} pages that were written are missing`);
    }
  }
  keeper.withdraw({ stateNumber: number, stateWal: NO_WAL, bootId });
  const database = openState(file);
  try {
    return { file, database, stored: verifyState(database, file) };
  } catch (error) {
    database.close();
    throw error;
  }
}
