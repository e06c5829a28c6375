import type { JournalReader, Writes } from '../consensus/io.ts';
import type { Ballot, Slot } from '../consensus/types.ts';

/**
 * The part of the disk that a vote rests on, as a port: `log.db` in production, a simulated disk in simulation.
 * `commit` makes writes visible to `read` at once; they are durable when an `fsync` that began after it has called back.
 */
export interface LogDisk extends JournalReader {
  /** As found at the start, after verification. */
  readonly found: FoundLog;
  commit(writes: Writes): void;
  /** One in flight at a time; the owner serialises. A failure never calls back: the agent must stop (`onFailure`). */
  fsync(done: () => void): void;
  /**
   * Called after journal entries below `floor` were dropped: the state that covers them is durable. The disk decides
   * when (`journalKeptSlots`), because only it knows what its checkpoints made durable.
   */
  onFloor: (floor: Slot) => void;
  /**
   * Called before the applied state is flushed, whoever decided so. Everything that was written must be committed when it
   * returns: the state takes down what `log.db` has promised, and that must cover all that is in it.
   */
  onStateFlush: () => void;
}

export interface FoundLog {
  readonly promised: Ballot;
  readonly floor: Slot;
  readonly end: Slot;
  readonly chosenThrough: Slot;
}
