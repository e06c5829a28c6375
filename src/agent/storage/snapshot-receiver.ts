import { closeSync, renameSync, writeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Base } from '../consensus/io.ts';
import type { Ballot, Slot } from '../consensus/types.ts';
import { openRaw, removeFiles, syncDirectory } from './raw-file.ts';
import type { SnapshotFacts } from './snapshot-worker.ts';
import type { SqliteStateStore } from './state-store.ts';
import { asStorageFault } from './storage-fault.ts';

/** What the sender says of the file. */
export interface SnapshotDescription {
  readonly cellId: string;
  readonly slot: Slot;
  readonly sizeBytes: number;
  /** SHA-256 of the whole file. */
  readonly checksum: Uint8Array;
  /** At least every ballot that something in it was chosen in. */
  readonly promised: Ballot;
}

export type SnapshotOutcome =
  | { readonly kind: 'installed'; readonly store: SqliteStateStore; readonly base: Base }
  /** Nothing has changed. */
  | { readonly kind: 'ignored'; readonly reason: string };

/** The moments of an installation, in order. A crash may come between any two of them. */
export type InstallStep = 'received' | 'verified' | 'renamed' | 'opened' | 'committed' | 'switched';

/** What the owner of the state directory does for an installation. */
export interface Installation {
  readonly path: string;
  readonly directoryPath: string;
  readonly nextStateFile: string;
  readonly appliedSlot: () => Slot;
  readonly verify: (file: string) => Promise<SnapshotFacts>;
  /** Checkpoints of the state that is about to go come to their end; returns how to let them go on. */
  readonly pauseCheckpoints: () => Promise<() => void>;
  readonly open: (file: string) => Database.Database;
  /**
   * One durable commit of `log.db`: from now on this is the state, what it covers has left the journal, and the promise
   * is not below that of its maker.
   */
  readonly commit: (
    database: Database.Database,
    description: SnapshotDescription,
  ) => { store: SqliteStateStore; base: Base };
  readonly onStep: (step: InstallStep) => void;
  /** Called once, when it is over. */
  readonly done: () => void;
}

/**
 * Takes another agent's state. It lies under a name of its own until it is verified and durable; then one commit of
 * `log.db` makes it the state. A crash before that commit leaves the old state, one after it the new. The entries above
 * it stay; the promise rises to that of the maker, and is never lowered.
 */
export class SnapshotReceiver {
  readonly #installation: Installation;
  readonly #description: SnapshotDescription;
  readonly #descriptor: number;
  #receivedBytes = 0;
  #isOpen = true;

  constructor(description: SnapshotDescription, installation: Installation) {
    this.#description = description;
    this.#installation = installation;
    this.#descriptor = openRaw(installation.path, 'w');
  }

  write(chunk: Uint8Array): void {
    try {
      this.#receivedBytes += chunk.length;
      for (let at = 0; at < chunk.length; ) at += writeSync(this.#descriptor, chunk, at);
    } catch (error) {
      throw asStorageFault(this.#installation.path, error);
    }
  }

  /**
   * Everything has arrived. When it says `installed`, the store given is the state from now on and the old one is closed:
   * whoever applies must go over to it before doing anything else.
   * @throws StorageFault when the disk fails before anything was changed
   */
  async finish(): Promise<SnapshotOutcome> {
    const { path, onStep, done } = this.#installation;
    this.#close();
    try {
      onStep('received');
      const refused = await this.#refusal();
      if (refused !== undefined) return { kind: 'ignored', reason: refused };
      onStep('verified');
      const resume = await this.#installation.pauseCheckpoints();
      try {
        return this.#install();
      } catch (error) {
        throw asStorageFault(path, error);
      } finally {
        resume();
      }
    } finally {
      removeFiles(path);
      done();
    }
  }

  /** Forgets what has arrived. */
  abort(): void {
    this.#close();
    removeFiles(this.#installation.path);
    this.#installation.done();
  }

  async #refusal(): Promise<string | undefined> {
    const { sizeBytes, checksum, cellId, slot } = this.#description;
    if (this.#receivedBytes !== sizeBytes) return `${this.#receivedBytes} bytes arrived of ${sizeBytes}`;
    let facts: SnapshotFacts;
    try {
      facts = await this.#installation.verify(this.#installation.path);
    } catch (error) {
      const fault = asStorageFault(this.#installation.path, error);
      if (fault.kind === 'damaged') return fault.whatHappened;
      throw fault;
    }
    if (Buffer.compare(facts.checksum, checksum) !== 0) return 'it does not have its checksum';
    if (facts.cellId !== cellId) return `it is of cell ${facts.cellId}, not of ${cellId}`;
    if (facts.slot !== slot) return `it is of slot ${facts.slot}, not of ${slot}`;
    return undefined;
  }

  /** Without a pause from the comparison to the switch, so that nothing is applied in between. */
  #install(): SnapshotOutcome {
    const { path, directoryPath, nextStateFile, appliedSlot, open, commit, onStep } = this.#installation;
    const { slot } = this.#description;
    const applied = appliedSlot();
    if (slot <= applied) return { kind: 'ignored', reason: `slot ${applied} is applied here, it is of slot ${slot}` };
    removeFiles(nextStateFile);
    renameSync(path, nextStateFile);
    syncDirectory(directoryPath);
    onStep('renamed');
    const database = open(nextStateFile);
    onStep('opened');
    const { store, base } = commit(database, this.#description);
    onStep('switched');
    return { kind: 'installed', store, base };
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}
