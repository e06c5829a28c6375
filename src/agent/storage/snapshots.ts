import type { Ballot, Slot } from '../consensus/types.ts';
import type { CurrentState } from './checkpoints.ts';
import type { JournalTrimmer } from './journal-trimmer.ts';
import { removeFiles } from './raw-file.ts';
import type { SnapshotFacts, SnapshotJob } from './snapshot-worker.ts';
import type { StateDirectory } from './state-directory.ts';
import { asStorageFault, damaged, type StorageFault } from './storage-fault.ts';
import { WorkerClient } from './worker-client.ts';

/** A copy of the state, in a file of its own. The journal above its slot stays until `release`, which deletes the file. */
export interface SavedSnapshot {
  readonly path: string;
  readonly cellId: string;
  readonly slot: Slot;
  readonly sizeBytes: number;
  /** SHA-256 of the whole file. */
  readonly checksum: Uint8Array;
  /** What `log.db` had promised once the file was made. */
  readonly promised: Ballot;
  release(): void;
}

/** Makes snapshots, one at a time: each reads the whole state, and keeps its WAL from starting over meanwhile. */
export class Snapshots {
  readonly #directory: StateDirectory;
  readonly #current: () => CurrentState;
  readonly #trimmer: JournalTrimmer;
  readonly #promised: () => Ballot;
  readonly #onFailure: (fault: StorageFault) => void;
  readonly #worker = new WorkerClient<SnapshotJob, SnapshotFacts>('snapshot-worker');
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: {
    directory: StateDirectory;
    current: () => CurrentState;
    trimmer: JournalTrimmer;
    promised: () => Ballot;
    onFailure: (fault: StorageFault) => void;
  }) {
    this.#directory = options.directory;
    this.#current = options.current;
    this.#trimmer = options.trimmer;
    this.#promised = options.promised;
    this.#onFailure = options.onFailure;
  }

  /**
   * The state of now, or of a moment ago.
   * @throws StorageFault when there is no room for it; the agent goes on
   */
  save(): Promise<SavedSnapshot> {
    const saved = this.#last.then(() => this.#save());
    this.#last = saved.catch(() => {});
    return saved;
  }

  /** Verifies a file that arrived, whole; throws a `StorageFault`. */
  verify(file: string): Promise<SnapshotFacts> {
    return this.#run({ kind: 'verify', file }, file);
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
    await this.#last;
  }

  async #save(): Promise<SavedSnapshot> {
    const { file, store } = this.#current();
    store.flushIfWhole();
    // What it will contain is at least what is flushed now.
    const unpinEarly = this.#trimmer.pin(store.appliedSlot);
    const path = this.#directory.transient('outgoing');
    try {
      const facts = await this.#run({ kind: 'save', source: file, target: path }, path);
      const unpin = this.#trimmer.pin(facts.slot);
      const release = (): void => {
        unpin();
        removeFiles(path);
      };
      // Read last: the file may have in it what was applied while it was being made.
      return { path, ...facts, promised: this.#promised(), release };
    } catch (error) {
      removeFiles(path);
      const fault = asStorageFault(path, error);
      // The disk may be too full for a copy; but damage is that of the state itself.
      if (fault.kind === 'damaged') this.#onFailure(damaged(file, fault.whatHappened, error));
      throw fault;
    } finally {
      unpinEarly();
    }
  }

  async #run(job: SnapshotJob, file: string): Promise<SnapshotFacts> {
    try {
      return await this.#worker.run(job);
    } catch (error) {
      throw asStorageFault(file, error);
    }
  }
}
