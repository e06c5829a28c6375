import type Database from 'better-sqlite3';
import { readAt } from './raw-file.ts';
import type { WalExtent } from './wal-file.ts';

/** How far the WAL of an open database reaches. */
export class WalWatch {
  readonly #countFrames: Database.Statement<[], [number, number, number]>;
  readonly #descriptor: number;
  #frames = 0;
  #salt = '';

  /** @param descriptor of the `-wal` file; stays the caller's */
  constructor(database: Database.Database, descriptor: number) {
    this.#countFrames = database.prepare<[], [number, number, number]>('PRAGMA wal_checkpoint(NOOP)').raw();
    this.#descriptor = descriptor;
  }

  /** Outside a transaction. */
  extent(): WalExtent {
    const frames = this.#countFrames.get()?.[1] ?? 0;
    if (frames === 0) return { salt: '', frames };
    if (frames < this.#frames) this.#salt = '';
    this.#frames = frames;
    if (this.#salt === '') this.#salt = readAt(this.#descriptor, 8, 16).toString('hex');
    return { salt: this.#salt, frames };
  }

  /** The WAL starts over, with a new salt. */
  restarted(): void {
    this.#salt = '';
  }
}
