import { closeSync, fdatasync, fdatasyncSync } from 'node:fs';
import { isSameFile, openRaw } from './raw-file.ts';
import { asStorageFault, damaged, type StorageFault } from './storage-fault.ts';

export interface GroupFsyncOptions<Committed> {
  /** The `-wal` file of a database that is open and has been written to. */
  readonly path: string;
  /** What is committed now; called when an fsync begins. */
  readonly capture: () => Committed;
  /** That much is durable now; called before those who asked are told. */
  readonly durable: (committed: Committed) => void;
  readonly onDuration: (durationMs: number) => void;
  /** Everything that the disk's answer sets off runs in this: a failure in it ends the agent. */
  readonly run: (work: () => void) => void;
  /** The agent must stop. Whoever waits is never called. */
  readonly onFailure: (fault: StorageFault) => void;
}

/**
 * Durable means: an fsync that began after the commit has returned. One is in flight at a time; everybody who asks
 * meanwhile shares the next, which begins after the last of their commits.
 *
 * A failed fsync is never retried: the kernel may have marked the pages clean that it could not write, and the second
 * call would succeed without them ("fsyncgate", PostgreSQL 2018).
 */
export class GroupFsync<Committed> {
  readonly #options: GroupFsyncOptions<Committed>;
  /** Read and write: a read-only descriptor need not flush what others wrote, by POSIX. */
  readonly #descriptor: number;
  #waiting: (() => void)[] = [];
  #inFlight = false;
  #stopped = false;

  constructor(options: GroupFsyncOptions<Committed>) {
    this.#options = options;
    this.#descriptor = openRaw(options.path, 'r+');
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  request(done: () => void): void {
    this.#waiting.push(done);
    if (!this.#inFlight && !this.#stopped) this.#begin();
  }

  /** Blocks. For the rare commit that nothing may overtake; a failure is thrown. */
  now(): void {
    const committed = this.#options.capture();
    fdatasyncSync(this.#descriptor);
    this.#options.durable(committed);
  }

  /** The descriptor must stand for the file that SQLite writes; else nothing was durable. */
  verifyFile(): void {
    if (isSameFile(this.#descriptor, this.#options.path)) return;
    throw damaged(this.#options.path, 'replaced by another file while the agent was running');
  }

  /** Nobody is called any more. The descriptor closes when the fsync in flight is back. */
  close(): void {
    this.#stopped = true;
    this.#waiting = [];
    if (!this.#inFlight) closeSync(this.#descriptor);
  }

  #begin(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    this.#inFlight = true;
    const committed = this.#options.capture();
    const beganMs = performance.now();
    fdatasync(this.#descriptor, (error) => {
      this.#inFlight = false;
      if (this.#stopped) {
        closeSync(this.#descriptor);
        return;
      }
      if (error) {
        this.#stopped = true;
        this.#options.onFailure(asStorageFault(this.#options.path, error));
        return;
      }
      this.#options.run(() => {
        this.#options.onDuration(performance.now() - beganMs);
        this.#options.durable(committed);
        // The next one begins before anybody is told, so that the disk is never idle while somebody waits.
        if (this.#waiting.length > 0) this.#begin();
        for (const done of asked) done();
      });
    });
  }
}
