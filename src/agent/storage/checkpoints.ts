import type { CheckpointJob, CheckpointResult } from './checkpoint-worker.ts';
import { checkpoint, restartWithoutWaiting } from './database.ts';
import type { JournalTrimmer } from './journal-trimmer.ts';
import type { SqliteLogDisk } from './log-database.ts';
import type { SqliteStateStore } from './state-store.ts';
import { asStorageFault, type StorageFault } from './storage-fault.ts';
import { WorkerClient, WorkerFailure } from './worker-client.ts';

export interface CheckpointConfig {
  /** Frames (pages) in a WAL after which it is copied into its database. */
  readonly logWalFramesMax: number;
  readonly stateWalFramesMax: number;
  /** The state is made durable at least so often, so that the journal can be dropped. */
  readonly stateDurableSlots: number;
}

/** The state file that counts now, and the store that writes it. */
export interface CurrentState {
  readonly file: string;
  readonly store: SqliteStateStore;
}

/**
 * Moves what is in the WALs into the databases. A worker copies nearly all of it while commits go on, twice, so that
 * little is left; then the loop copies the rest, and no commit can come between it and the start of a new WAL.
 */
export class Checkpoints {
  readonly #log: SqliteLogDisk;
  readonly #logFile: string;
  readonly #current: () => CurrentState;
  readonly #trimmer: JournalTrimmer;
  readonly #config: CheckpointConfig;
  readonly #onFailure: (fault: StorageFault) => void;
  readonly #worker = new WorkerClient<CheckpointJob, CheckpointResult>('checkpoint-worker');
  #logRun: Promise<void> | undefined;
  #stateRun: Promise<void> | undefined;
  /** A checkpoint that a reader stopped short is not tried again before the WAL has grown as much once more. */
  #logFramesDue: number;
  #logSequenceDone = 0;
  #stateFramesDue: number;
  #stateSlotDone: number;
  #pauses = 0;

  constructor(options: {
    log: SqliteLogDisk;
    logFile: string;
    current: () => CurrentState;
    trimmer: JournalTrimmer;
    config: CheckpointConfig;
    onFailure: (fault: StorageFault) => void;
  }) {
    this.#log = options.log;
    this.#logFile = options.logFile;
    this.#current = options.current;
    this.#trimmer = options.trimmer;
    this.#config = options.config;
    this.#onFailure = options.onFailure;
    this.#logFramesDue = options.config.logWalFramesMax;
    this.#stateFramesDue = options.config.stateWalFramesMax;
    this.#stateSlotDone = options.current().store.appliedSlot;
  }

  /** After an fsync of the log: what had been committed when it began. */
  logSynced(frames: number, sequence: number): void {
    // The old WAL is still counted until the first commit into the new one.
    if (frames < this.#logFramesDue || sequence <= this.#logSequenceDone) return;
    if (this.#logRun !== undefined || this.#pauses > 0) return;
    this.#logRun = this.#run(this.#logFile, () => this.#checkpointLog()).finally(() => {
      this.#logRun = undefined;
    });
  }

  /** After a flush of the state. */
  stateFlushed(frames: number, appliedSlot: number): void {
    const isDue = frames >= this.#stateFramesDue || appliedSlot - this.#stateSlotDone >= this.#config.stateDurableSlots;
    if (!isDue || this.#stateRun !== undefined || this.#pauses > 0) return;
    this.#stateRun = this.#run(this.#current().file, () => this.#checkpointState()).finally(() => {
      this.#stateRun = undefined;
    });
  }

  /** Lets what runs come to its end and starts nothing, until the returned function is called. */
  async pause(): Promise<() => void> {
    this.#pauses += 1;
    await Promise.all([this.#logRun, this.#stateRun]);
    return () => {
      this.#pauses -= 1;
    };
  }

  async stop(): Promise<void> {
    await this.pause();
    await this.#worker.stop();
  }

  async #checkpointLog(): Promise<void> {
    const job: CheckpointJob = { file: this.#logFile, content: 'log' };
    await this.#worker.run(job);
    await this.#worker.run(job);
    const outcome = restartWithoutWaiting(this.#log.database);
    this.#log.afterCheckpoint();
    if (!outcome.busy) this.#logSequenceDone = this.#log.sequence;
    const { logWalFramesMax } = this.#config;
    this.#logFramesDue = outcome.busy ? outcome.frames + logWalFramesMax : logWalFramesMax;
  }

  async #checkpointState(): Promise<void> {
    const { file, store } = this.#current();
    const job: CheckpointJob = { file, content: 'state' };
    let outcome = await this.#worker.run(job);
    store.flushIfWhole();
    const again = await this.#worker.run(job);
    if (isComplete(again)) outcome = again;
    if (isComplete(outcome)) {
      this.#stateSlotDone = outcome.appliedSlot;
      this.#trimmer.stateDurable(outcome.appliedSlot);
    }
    // A transaction that is open keeps the WAL from starting over; the flush closes it.
    const restarted = store.flushIfWhole() && !restartWithoutWaiting(store.database).busy;
    const { stateWalFramesMax } = this.#config;
    const frames = checkpoint(store.database, 'NOOP').frames;
    this.#stateFramesDue = restarted ? stateWalFramesMax : frames + stateWalFramesMax;
  }

  /** Whatever fails in a checkpoint may have been an fsync: never tried again. */
  async #run(file: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof WorkerFailure && error.code === 'STOPPED') return;
      this.#onFailure(asStorageFault(file, error));
    }
  }
}

/** Everything that was committed before is in the database and fsynced. */
function isComplete(outcome: CheckpointResult): boolean {
  return !outcome.busy && outcome.copied === outcome.frames;
}
