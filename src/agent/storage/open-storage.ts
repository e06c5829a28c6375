import { randomUUID } from 'node:crypto';
import { DirectoryLock } from './lock.ts';
import { startLog, verifyCell } from './log-start.ts';
import { MarkFile, MarkKeeper, NO_MARK, readBootId } from './mark.ts';
import { exists, syncDirectory } from './raw-file.ts';
import { floorBehindState, verifyEnd } from './start-verification.ts';
import { StateDirectory } from './state-directory.ts';
import { createState, startState } from './state-start.ts';
import { Storage, type StorageOptions } from './storage.ts';
import { asStorageFault } from './storage-fault.ts';

/**
 * Opens a state directory, or makes one. When it returns, this process owns the directory, everything found is verified
 * and durable, and the agent may vote.
 *
 * @throws StorageFault with one line that says what is wrong and what to do
 */
export function openStorage(options: StorageOptions): Storage {
  const directory = new StateDirectory(options.directory);
  directory.create();
  const lock = DirectoryLock.acquire(directory);
  const opened: { close(): void }[] = [{ close: () => lock.release() }];
  try {
    const mark = MarkFile.read(directory.mark) ?? NO_MARK;
    const keeper = new MarkKeeper(new MarkFile(directory.mark), mark);
    opened.push(keeper);
    const log = located(directory.log, () => startLog(directory, mark, keeper, randomUUID()));
    opened.push(log.database);
    const { stateNumber } = log.journal.acceptor;
    if (log.isNew && !exists(directory.state(stateNumber))) createState(directory, stateNumber);
    const state = located(directory.state(stateNumber), () =>
      startState(directory, stateNumber, mark, keeper, readBootId()),
    );
    opened.push(state.database);
    const { meta } = state.stored;
    verifyCell(state.file, log.identity, meta.cellId);
    const floor = floorBehindState(log.journal, meta.appliedSlot, { log: directory.log, state: state.file });
    verifyEnd(log.journal, meta.appliedSlot, mark, directory.log);
    directory.removeStrays(stateNumber);
    syncDirectory(directory.path);
    return new Storage({ options, directory, lock, keeper, log, state, floor });
  } catch (error) {
    for (const part of opened.reverse()) part.close();
    throw asStorageFault(directory.path, error);
  }
}

/** What SQLite says of a file does not name it. */
function located<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw asStorageFault(file, error);
  }
}
