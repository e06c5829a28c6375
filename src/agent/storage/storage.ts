import { closeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Base, Durable } from '../consensus/io.ts';
import type { Ballot, Configuration, JournalEntry, Slot } from '../consensus/types.ts';
import type { StateMeta } from '../machine/store.ts';
import { type CheckpointConfig, Checkpoints } from './checkpoints.ts';
import type { Identity } from './identity.ts';
import { JournalTrimmer, type TrimmerConfig } from './journal-trimmer.ts';
import type { DirectoryLock } from './lock.ts';
import { SqliteLogDisk } from './log-database.ts';
import { higherPromise } from './log-schema.ts';
import type { StartedLog } from './log-start.ts';
import type { MarkKeeper } from './mark.ts';
import { openRaw, removeFiles, sizeOfFile } from './raw-file.ts';
import { type InstallStep, type SnapshotDescription, SnapshotReceiver } from './snapshot-receiver.ts';
import { type SavedSnapshot, Snapshots } from './snapshots.ts';
import type { StateDirectory } from './state-directory.ts';
import { NOBODY } from './state-schema.ts';
import { openState, type StartedState } from './state-start.ts';
import { SqliteStateStore } from './state-store.ts';
import { StorageFault } from './storage-fault.ts';
import { NO_WAL } from './wal-file.ts';
import { WalWatch } from './wal-watch.ts';

export interface StorageConfig extends CheckpointConfig, TrimmerConfig {}

export interface StorageOptions {
  readonly directory: string;
  readonly config: StorageConfig;
  /** Called once. The agent must exit without another word to anybody: nothing that fails here is retried. */
  readonly onFailure: (fault: StorageFault) => void;
  /** Runs what the disk or a later turn sets off here. A failure in it must end the agent, like `onFailure`. */
  readonly run: (work: () => void) => void;
  readonly onFsync?: (durationMs: number) => void;
  /**
   * Called between the steps of an installation, synchronously. At `switched` the old store is closed and `stateStore` is
   * the new one: whoever applies must go over to it before the call returns.
   */
  readonly onInstallStep?: (step: InstallStep) => void;
}

export interface StorageSizes {
  readonly logBytes: number;
  readonly logWalBytes: number;
  readonly stateBytes: number;
  readonly stateWalBytes: number;
}

/** What a state directory is made of once it is open, verified and durable. */
export interface StorageParts {
  readonly options: StorageOptions;
  readonly directory: StateDirectory;
  readonly lock: DirectoryLock;
  readonly keeper: MarkKeeper;
  readonly log: StartedLog;
  readonly state: StartedState;
  /** Where the journal begins. */
  readonly floor: Slot;
}

interface OpenState {
  readonly number: number;
  readonly file: string;
  readonly store: SqliteStateStore;
  readonly wal: WalWatch;
  readonly walDescriptor: number;
}

/** Everything of one agent that survives it. Made by `openStorage`. */
export class Storage {
  readonly logDisk: SqliteLogDisk;
  readonly #parts: StorageParts;
  readonly #trimmer: JournalTrimmer;
  readonly #checkpoints: Checkpoints;
  readonly #snapshots: Snapshots;
  #state: OpenState;
  #base: Base;
  #isReceiving = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(parts: StorageParts) {
    const { options, directory, keeper, log, floor, state } = parts;
    this.#parts = parts;
    const { acceptor } = log.journal;
    const onFailure = (fault: StorageFault): void => this.#fail(fault);
    this.logDisk = new SqliteLogDisk({
      file: directory.log,
      database: log.database,
      acceptor,
      end: Math.max(log.journal.last, acceptor.floor - 1),
      identity: log.identity,
      mark: keeper,
      walFramesMax: options.config.logWalFramesMax,
      onFsync: options.onFsync ?? (() => {}),
      onDurable: (frames, sequence) => this.#checkpoints.logSynced(frames, sequence),
      run: options.run,
      onFailure,
    });
    this.#state = this.#openStore(acceptor.stateNumber, state.file, state.database);
    this.#base = baseOf(this.#state.store.readMeta());
    const current = () => this.#state;
    this.#trimmer = new JournalTrimmer(this.logDisk, options.config, options.run);
    this.#checkpoints = new Checkpoints({
      log: this.logDisk,
      logFile: directory.log,
      current,
      trimmer: this.#trimmer,
      config: options.config,
      onFailure,
    });
    this.#snapshots = new Snapshots({
      directory,
      current,
      trimmer: this.#trimmer,
      promised: () => this.logDisk.found.promised,
      onFailure,
    });
    if (floor > acceptor.floor) this.logDisk.dropBelow(floor);
    const promised = higherPromise(state.stored.promised, acceptor.promised);
    if (promised !== acceptor.promised) this.logDisk.commit({ promised });
    this.logDisk.syncNow();
    this.#adoptCell();
  }

  get directory(): string {
    return this.#parts.directory.path;
  }

  /** For Chromium's own files. */
  get desktopDirectory(): string {
    return this.#parts.directory.desktop;
  }

  get identity(): Identity {
    return this.logDisk.identity;
  }

  /** The applied state; another object after a snapshot was installed. */
  get stateStore(): SqliteStateStore {
    return this.#state.store;
  }

  /** What the applied state said of the chosen prefix when it was opened. */
  get base(): Base {
    return this.#base;
  }

  /** For a replica that starts now. */
  get durable(): Durable {
    return { ...this.logDisk.found, base: this.#base };
  }

  /** Durable when it returns. */
  updateIdentity(change: Partial<Omit<Identity, 'agentId' | 'cellId'>>): void {
    this.logDisk.updateIdentity(change);
  }

  /** Call before a machine is made on `stateStore`. Durable when it returns. */
  joinCell(cellId: string): void {
    this.#refuseOtherCell(cellId);
    if (this.identity.cellId === cellId) return;
    this.logDisk.updateIdentity({ cellId });
    this.#adoptCell();
  }

  /**
   * Slot 1 of a new cell: its first configuration, written as already chosen. Call before a machine is made on
   * `stateStore`. Durable when it returns.
   *
   * @param configurationPayload canonical JSON, with this agent as the only voter
   */
  foundCell(cellId: string, configurationPayload: Uint8Array, stampMs: number): void {
    const { end, floor } = this.logDisk.found;
    if (this.identity.cellId !== '' || end !== 0 || floor !== 1) {
      throw new Error('a cell is founded in a state directory that has never been used');
    }
    this.logDisk.foundCell({ ...this.identity, cellId }, foundingEntry(1, NOBODY, configurationPayload, stampMs));
    this.#adoptCell();
  }

  /** Release it when it has been sent: the journal behind it is kept until then. */
  saveSnapshot(): Promise<SavedSnapshot> {
    return this.#snapshots.save();
  }

  /** One at a time. Exactly one of its `finish` and `abort` must be called. */
  receiveSnapshot(description: SnapshotDescription): SnapshotReceiver {
    this.#refuseOtherCell(description.cellId);
    if (this.#isReceiving) throw new Error('a snapshot is being received already');
    const { directory, options } = this.#parts;
    const nextNumber = this.#state.number + 1;
    const receiver = new SnapshotReceiver(description, {
      path: directory.transient('incoming'),
      directoryPath: directory.path,
      nextStateFile: directory.state(nextNumber),
      appliedSlot: () => this.#state.store.appliedSlot,
      verify: (file) => this.#snapshots.verify(file),
      pauseCheckpoints: () => this.#checkpoints.pause(),
      open: openState,
      commit: (database, described) => this.#switchState(nextNumber, database, described),
      onStep: options.onInstallStep ?? (() => {}),
      done: () => {
        this.#isReceiving = false;
      },
    });
    this.#isReceiving = true;
    return receiver;
  }

  sizes(): StorageSizes {
    const { log } = this.#parts.directory;
    const { file } = this.#state;
    return {
      logBytes: sizeOfFile(log),
      logWalBytes: sizeOfFile(`${log}-wal`),
      stateBytes: sizeOfFile(file),
      stateWalBytes: sizeOfFile(`${file}-wal`),
    };
  }

  /** In good order: the host has stopped. After a failure it leaves everything as it is. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#trimmer.stop();
    await this.#snapshots.stop();
    await this.#checkpoints.stop();
    if (this.#hasFailed) return;
    this.#state.store.flushIfWhole();
    this.logDisk.syncNow();
    // The last connection of a database empties its WAL and deletes it.
    this.#parts.keeper.withdraw({ logWal: NO_WAL, stateWal: NO_WAL });
    closeSync(this.#state.walDescriptor);
    this.#state.store.close();
    this.logDisk.close();
    this.#parts.keeper.close();
    this.#parts.lock.release();
  }

  #openStore(number: number, file: string, database: Database.Database): OpenState {
    const walDescriptor = openRaw(`${file}-wal`, 'r');
    const wal = new WalWatch(database, walDescriptor);
    const store = new SqliteStateStore(database, {
      file,
      onFailure: (fault) => this.#fail(fault),
      promised: () => {
        this.logDisk.onStateFlush();
        return this.logDisk.found.promised;
      },
      afterFlush: ({ appliedSlot }) => {
        // Flushes are rare enough to ask for the salt each time; a checkpoint may have come between.
        wal.restarted();
        const stateWal = wal.extent();
        this.#parts.keeper.update({ stateWal, stateNumber: number });
        this.#checkpoints.stateFlushed(stateWal.frames, appliedSlot);
      },
    });
    return { number, file, store, wal, walDescriptor };
  }

  #switchState(
    number: number,
    database: Database.Database,
    { slot, promised }: SnapshotDescription,
  ): { store: SqliteStateStore; base: Base } {
    const old = this.#state;
    const next = this.#openStore(number, this.#parts.directory.state(number), database);
    this.logDisk.switchState(number, slot, promised);
    const base = { ...baseOf(next.store.readMeta()), promised: this.logDisk.found.promised };
    this.#parts.options.onInstallStep?.('committed');
    this.#state = next;
    this.#base = base;
    closeSync(old.walDescriptor);
    old.store.close();
    removeFiles(old.file);
    return { store: next.store, base };
  }

  /** The state takes the cell of the identity, which comes first: a crash in between is made good at the next start. */
  #adoptCell(): void {
    const { store } = this.#state;
    const { cellId } = this.identity;
    const meta = store.readMeta();
    if (meta.cellId === cellId) return;
    store.writeMeta({ ...meta, cellId });
    store.flush();
  }

  #refuseOtherCell(cellId: string): void {
    const own = this.identity.cellId;
    if (own === '' || own === cellId) return;
    throw new StorageFault(
      'unusable',
      this.directory,
      `this state directory belongs to cell ${own}, not to ${cellId}`,
      'Choose another state directory to join that cell',
    );
  }

  #fail(fault: StorageFault): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#trimmer.stop();
    this.#parts.options.onFailure(fault);
  }
}

/** A configuration that is chosen because whoever writes it is the whole cell. */
export function foundingEntry(slot: Slot, ballot: Ballot, payload: Uint8Array, stampMs: number): JournalEntry {
  return { slot, ballot, entry: { kind: 'configuration', origin: ballot, stampMs, requestId: '', payload } };
}

export function baseOf(meta: StateMeta): Base {
  return {
    slot: meta.appliedSlot,
    era: JSON.parse(meta.era) as Ballot,
    configuration: JSON.parse(meta.configuration) as Configuration,
    configurationSlot: meta.configurationSlot,
  };
}
