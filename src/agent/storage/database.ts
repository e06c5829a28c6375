import Database from 'better-sqlite3';

export interface OpenOptions {
  readonly mustExist: boolean;
  /** Memory for pages, in KiB. */
  readonly cacheKib: number;
}

/**
 * A connection as all of storage uses it. Durability is not SQLite's business here: `NORMAL` makes a commit a write
 * without an fsync, and checkpoints happen only when `checkpoints.ts` asks for them.
 */
export function openDatabase(path: string, options: OpenOptions): Database.Database {
  const database = new Database(path, { fileMustExist: options.mustExist, timeout: 2_000 });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('wal_autocheckpoint = 0');
    database.pragma('synchronous = NORMAL');
    // fsync on macOS does not reach the platter; elsewhere these say nothing.
    database.pragma('fullfsync = 1');
    database.pragma('checkpoint_fullfsync = 1');
    database.pragma('cell_size_check = 1');
    database.pragma('trusted_schema = 0');
    database.pragma('mmap_size = 0');
    database.pragma('temp_store = MEMORY');
    database.pragma(`cache_size = -${options.cacheKib}`);
    // A WAL that grew while a snapshot was read is cut back when it starts over.
    database.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export interface CheckpointOutcome {
  /** Someone else was reading or writing: it did not finish. */
  readonly busy: boolean;
  /** In the WAL, and of these copied into the database. */
  readonly frames: number;
  readonly copied: number;
}

/**
 * `PASSIVE` copies what it can beside a writer; `RESTART` also makes the next commit begin the WAL anew; `TRUNCATE`
 * empties it; `NOOP` only counts. All but the last fsync the WAL before they copy and the database afterwards.
 */
export function checkpoint(
  database: Database.Database,
  mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE' | 'NOOP',
): CheckpointOutcome {
  const row = database.prepare<[], [number, number, number]>(`PRAGMA wal_checkpoint(${mode})`).raw().get();
  if (row === undefined) throw new Error(`checkpoint ${mode} gave no answer`);
  return { busy: row[0] !== 0, frames: row[1], copied: row[2] };
}

/**
 * Makes everything that was ever committed durable, fsynced or not, and leaves an empty WAL. Entries that were
 * committed but never fsynced would otherwise be voted with after a restart and lost by the next crash.
 */
export function settle(database: Database.Database): void {
  database.pragma('synchronous = FULL');
  const outcome = checkpoint(database, 'TRUNCATE');
  database.pragma('synchronous = NORMAL');
  if (outcome.busy) throw new Error('another connection keeps the database busy');
}

/** As `checkpoint`, without waiting for anybody: for the loop. */
export function restartWithoutWaiting(database: Database.Database): CheckpointOutcome {
  database.pragma('busy_timeout = 0');
  try {
    return checkpoint(database, 'RESTART');
  } finally {
    database.pragma('busy_timeout = 2000');
  }
}
