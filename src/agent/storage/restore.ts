import { randomUUID } from 'node:crypto';
import { renameSync, statSync } from 'node:fs';
import type { Configuration } from '../consensus/types.ts';
import { openDatabase, settle } from './database.ts';
import { newIdentity } from './identity.ts';
import { DirectoryLock } from './lock.ts';
import { prepareEntry, putEntry } from './log-schema.ts';
import { createLog, firstAcceptor, LOG_CACHE_KIB } from './log-start.ts';
import { copyForeign, exists, removeFiles, syncDirectory, syncFile } from './raw-file.ts';
import { StateDirectory } from './state-directory.ts';
import { type StoredMeta, writeStoredMeta } from './state-schema.ts';
import { verifyRows, verifyState } from './state-verification.ts';
import { baseOf, foundingEntry } from './storage.ts';
import { asStorageFault, StorageFault } from './storage-fault.ts';

export interface RestoredCell {
  readonly cellId: string;
  readonly agentId: string;
  /** Everything up to here is in it. Writes that the old cell acknowledged later are not. */
  readonly slot: number;
}

/**
 * Founds a new cell from a snapshot file, in a directory of its own: a new cellId, so that agents of the old cell are
 * strangers to it, and one new agent as its only voter. That configuration is the first entry behind the snapshot,
 * written as already chosen, so that it is applied like any other.
 *
 * @throws StorageFault with one line that says what is wrong and what to do
 */
export function restoreSnapshot(options: { file: string; directory: string; stampMs: number }): RestoredCell {
  const { file, stampMs } = options;
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new StorageFault('unusable', file, 'no such snapshot file', 'Name one that `snapshot save` made');
  }
  const directory = new StateDirectory(options.directory);
  directory.create();
  const lock = DirectoryLock.acquire(directory);
  const arriving = directory.transient('incoming');
  try {
    if (exists(directory.log) || directory.stateNumbers().length > 0) {
      const what = 'this state directory belongs to an agent already';
      throw new StorageFault('unusable', directory.path, what, 'Restore into a new, empty one');
    }
    const restored = { cellId: randomUUID(), agentId: randomUUID() };
    const stored = takeOver(file, arriving, restored.cellId);
    renameSync(arriving, directory.state(1));
    syncDirectory(directory.path);
    writeLog(directory, stored, restored, stampMs);
    return { ...restored, slot: stored.meta.appliedSlot };
  } catch (error) {
    throw asStorageFault(file, error);
  } finally {
    removeFiles(arriving);
    lock.release();
  }
}

/** A verified copy that belongs to the new cell. */
function takeOver(file: string, target: string, cellId: string): StoredMeta {
  copyForeign(file, target);
  let stored: StoredMeta;
  try {
    const database = openDatabase(target, { mustExist: true, cacheKib: 8_192 });
    try {
      stored = verifyState(database, target);
      verifyRows(database, target);
      writeStoredMeta(database, { ...stored, meta: { ...stored.meta, cellId } });
      settle(database);
    } finally {
      database.close();
    }
  } catch (error) {
    const fault = asStorageFault(file, error);
    if (fault.kind !== 'damaged') throw fault;
    throw new StorageFault('unusable', file, `not a whole snapshot (${fault.whatHappened})`, 'Use another one', error);
  }
  syncFile(target);
  return stored;
}

function writeLog(
  directory: StateDirectory,
  stored: StoredMeta,
  restored: { cellId: string; agentId: string },
  stampMs: number,
): void {
  const { slot, era, configuration } = baseOf(stored.meta);
  const { cellId, agentId } = restored;
  const next: Configuration = { epoch: configuration.epoch + 1, participants: [{ agentId, role: 'voter' }] };
  const payload = new TextEncoder().encode(JSON.stringify(next));
  // A ballot below the era would make everything void that is proposed in it.
  const acceptor = firstAcceptor({ promised: era, floor: slot + 1, chosenThrough: slot + 1 });
  const database = openDatabase(directory.log, { mustExist: false, cacheKib: LOG_CACHE_KIB });
  try {
    createLog(database, newIdentity(agentId, cellId), acceptor, () => {
      putEntry(prepareEntry(database), foundingEntry(slot + 1, era, payload, stampMs), acceptor);
    });
    settle(database);
  } finally {
    database.close();
  }
  syncDirectory(directory.path);
}
