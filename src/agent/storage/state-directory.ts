import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { removeFiles, syncDirectory } from './raw-file.ts';
import { StorageFault } from './storage-fault.ts';

const STATE_FILE = /^state-(\d+)\.db$/;
const TRANSIENT_FILE = /^(incoming|outgoing)-.*\.snapshot(-wal|-shm|-journal)?$/;

/** Where everything of one agent lies. */
export class StateDirectory {
  readonly path: string;
  readonly log: string;
  /** Held exclusively while a process owns the directory. */
  readonly lock: string;
  /** Who holds it: nobody can read `lock.db` while it is held. */
  readonly lockOwner: string;
  readonly mark: string;
  /** Chromium's own files. */
  readonly desktop: string;
  #transient = 0;

  constructor(path: string) {
    this.path = resolve(path);
    this.log = join(this.path, 'log.db');
    this.lock = join(this.path, 'lock.db');
    this.lockOwner = join(this.path, 'lock.pid');
    this.mark = join(this.path, 'mark');
    this.desktop = join(this.path, 'desktop');
  }

  /** Makes the directory for its owner alone; an existing one is left as it is. */
  create(): void {
    const known = statSync(this.path, { throwIfNoEntry: false });
    if (known?.isDirectory()) return;
    if (known) throw new StorageFault('unusable', this.path, 'not a directory', 'Choose another state directory');
    try {
      makeFolders(this.path);
      syncDirectory(dirname(this.path));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StorageFault(
        'unusable',
        this.path,
        `cannot be made (${reason})`,
        'Choose another state directory',
        error,
      );
    }
  }

  state(number: number): string {
    return join(this.path, `state-${number}.db`);
  }

  /** Numbers of the state files that lie here, ascending. */
  stateNumbers(): number[] {
    const numbers: number[] = [];
    for (const name of readdirSync(this.path)) {
      const match = STATE_FILE.exec(name);
      if (match) numbers.push(Number(match[1]));
    }
    return numbers.sort((a, b) => a - b);
  }

  /** A name for a snapshot on its way in or out; never the name of a database that is in use. */
  transient(kind: 'incoming' | 'outgoing'): string {
    this.#transient += 1;
    return join(this.path, `${kind}-${process.pid}-${this.#transient}.snapshot`);
  }

  /** Deletes snapshots that a crash left half done, and state files that `log.db` does not name. */
  removeStrays(currentState: number): void {
    for (const name of readdirSync(this.path)) {
      const transient = TRANSIENT_FILE.test(name);
      const state = STATE_FILE.exec(name.replace(/-(wal|shm)$/, ''));
      if (transient || (state && Number(state[1]) !== currentState)) removeFiles(join(this.path, name));
    }
  }
}

/**
 * One after the other, from the topmost that is missing: in a place that takes no folders (`/proc`) the recursive `mkdir` of
 * Node.js tries for ever.
 */
function makeFolders(path: string): void {
  const parent = dirname(path);
  if (parent !== path && statSync(parent, { throwIfNoEntry: false }) === undefined) makeFolders(parent);
  mkdirSync(path, { mode: 0o700 });
}
