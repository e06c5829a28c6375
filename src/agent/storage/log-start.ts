import type Database from 'better-sqlite3';
import { openDatabase, settle } from './database.ts';
import { type Identity, newIdentity } from './identity.ts';
import { type Acceptor, createLogSchema, hasLogSchema, readAcceptor, readIdentity } from './log-schema.ts';
import type { Mark, MarkKeeper } from './mark.ts';
import { exists, syncDirectory } from './raw-file.ts';
import { type FoundJournal, verifyJournal } from './start-verification.ts';
import type { StateDirectory } from './state-directory.ts';
import { damaged, StorageFault } from './storage-fault.ts';
import { missingFrames, NO_WAL } from './wal-file.ts';

export const LOG_CACHE_KIB = 8_192;

export interface StartedLog {
  readonly database: Database.Database;
  readonly identity: Identity;
  readonly journal: FoundJournal;
  /** Nothing has ever been voted on here. */
  readonly isNew: boolean;
}

/**
 * What a new `log.db` begins with: a promise that is not below the era of the state beside it, because the entries of a
 * lower ballot would be void.
 */
export function firstAcceptor(parts: Partial<Acceptor> = {}): Acceptor {
  const nobody = { round: 0, agentId: '' };
  return { sequence: 1, promised: nobody, chosenThrough: 0, floor: 1, stateNumber: 1, ...parts };
}

/** Makes `log.db` in one transaction: it has an identity and a promise, or it is as good as absent. */
export function createLog(
  database: Database.Database,
  identity: Identity,
  acceptor: Acceptor,
  also: () => void = () => {},
): void {
  database.pragma('synchronous = FULL');
  database.exec('BEGIN IMMEDIATE');
  createLogSchema(database, identity, acceptor);
  also();
  database.exec('COMMIT');
  database.pragma('synchronous = NORMAL');
}

/** Opens or makes `log.db`; everything in it is durable and verified when this returns. */
export function startLog(directory: StateDirectory, mark: Mark, keeper: MarkKeeper, agentId: string): StartedLog {
  const file = directory.log;
  const wasHere = mark.sequence > 0 || directory.stateNumbers().length > 0;
  if (!exists(file) && wasHere) throw damaged(file, 'missing, with every promise of this agent');
  const lost = missingFrames(`${file}-wal`, mark.logWal);
  if (lost > 0) throw damaged(`${file}-wal`, `${lost} of ${mark.logWal.frames} pages that were durable are missing`);
  // From here on the WAL is emptied; the claim must not survive it.
  keeper.withdraw({ logWal: NO_WAL });

  const database = openDatabase(file, { mustExist: false, cacheKib: LOG_CACHE_KIB });
  try {
    const isEmpty = !hasLogSchema(database, file);
    if (isEmpty && wasHere) throw damaged(file, 'empty, without the promises of this agent');
    if (isEmpty) createLog(database, newIdentity(agentId), firstAcceptor());
    settle(database);
    syncDirectory(directory.path);
    const identity = readIdentity(database, file);
    const journal = verifyJournal(database, file, readAcceptor(database, file), mark);
    const isNew = identity.cellId === '' && journal.acceptor.sequence === 1;
    return { database, identity, journal, isNew };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The state files of a cell say which one they belong to; so does the identity. */
export function verifyCell(file: string, identity: Identity, cellId: string): void {
  if (cellId === '' || cellId === identity.cellId) return;
  throw new StorageFault(
    'damaged',
    file,
    `it is of cell ${cellId}, this agent of cell ${identity.cellId || '(none)'}`,
    'Files of different state directories were mixed; start this agent with a new, empty state directory',
  );
}
