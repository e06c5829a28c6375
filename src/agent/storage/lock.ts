import Database from 'better-sqlite3';
import { readRaw, writeRaw } from './raw-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { asStorageFault, StorageFault } from './storage-fault.ts';

/**
 * One process per state directory: two would vote twice with one identity. The kernel drops the lock when its holder
 * dies, however it dies, so there is nothing to clean up.
 */
export class DirectoryLock {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Throws a `StorageFault` that names the process which has it. */
  static acquire(directory: StateDirectory): DirectoryLock {
    let database: Database.Database | undefined;
    try {
      database = new Database(directory.lock, { timeout: 0 });
      database.pragma('journal_mode = MEMORY');
      database.exec('BEGIN EXCLUSIVE');
      // Only by the holder: whoever is refused must not overwrite it.
      writeRaw(directory.lockOwner, `${process.pid}\n`);
      return new DirectoryLock(database);
    } catch (error) {
      database?.close();
      if (!isBusy(error)) throw asStorageFault(directory.lock, error);
      const owner = readRaw(directory.lockOwner)?.toString('latin1').trim() ?? '';
      const who = /^\d+$/.test(owner) ? `process ${owner}` : 'another process';
      throw new StorageFault(
        'taken',
        directory.path,
        `this state directory is in use by ${who}`,
        'Stop it first, or choose another state directory',
      );
    }
  }

  release(): void {
    if (!this.#database.open) return;
    this.#database.exec('ROLLBACK');
    this.#database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
