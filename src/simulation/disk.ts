import type { Writes } from '../agent/consensus/io.ts';
import type { Ballot, JournalEntry, Slot } from '../agent/consensus/types.ts';
import type { FoundLog, LogDisk } from '../agent/storage/log-disk.ts';
import type { Counters } from './counters.ts';
import { higherBallot } from './identity.ts';
import { LogImage } from './log-image.ts';
import type { Random } from './random.ts';

/** How long the disk takes, in milliseconds; changed by faults. */
export interface DiskConditions {
  fsyncMinMs: number;
  fsyncMeanMs: number;
  stateFlushMeanMs: number;
  /** The next fsync fails: the process must stop. */
  failNextFsync: boolean;
}

export const CALM_DISK: Readonly<DiskConditions> = {
  fsyncMinMs: 0.1,
  fsyncMeanMs: 0.2,
  stateFlushMeanMs: 20,
  failNextFsync: false,
};

/** Applied state as it survives on a disk; opaque to the disk but for its slot. */
export interface StoredState {
  readonly slot: Slot;
  /** What the log had promised when the state was flushed: a log that lost its end is raised to it at a start. */
  readonly promised: Ballot;
}

/** What the disk needs from the process that owns it. Callbacks end with the life of that process. */
export interface DiskOwner {
  after(delayMs: number, work: () => void): void;
  readonly globalMs: number;
  readonly random: Random;
  readonly counters: Counters;
  /** Number of the journal's slots kept below the durable state. */
  readonly journalKeptSlots: number;
  committed(writes: Writes): void;
  installed(slot: Slot, promised: Ballot): void;
  becameDurable(count: number): void;
  promiseBecameDurable(promised: Ballot): void;
  floorMoved(floor: Slot): void;
  fsyncFailed(): void;
}

type Batch<S> =
  | { readonly kind: 'writes'; readonly writes: Writes }
  | { readonly kind: 'install'; readonly state: S; readonly promised: Ballot };

/** What survives a crash of one agent: the log, the applied state, and the mark. */
export class SimulatedStorage<S extends StoredState> {
  readonly conditions: DiskConditions = { ...CALM_DISK };
  /** When the fsync on its way will have ended, on everybody's clock. */
  fsyncEndsMs = 0;
  private durableLog = new LogImage();
  private durableState: S;
  private pending: Batch<S>[] = [];
  private durableCount = 0;
  private committedCount = 0;
  /** Taken down when an fsync begins, written when it ends; it survives what the log may lose. */
  private mark: { readonly end: Slot; readonly round: number } = { end: 0, round: 0 };
  /** The view of the running process. */
  private log = new LogImage();
  /** Slots from here on stay in the journal while a snapshot of that slot travels. */
  private readonly pins = new Set<Slot>();

  constructor(emptyState: S) {
    this.durableState = emptyState;
  }

  /** Writes that were there before anything ran. */
  prepare(writes: Writes): void {
    this.durableLog.apply(writes);
  }

  get state(): S {
    return this.durableState;
  }

  /** The journal as the running process sees it. */
  get journal(): LogImage {
    return this.log;
  }

  /**
   * The process dies. Of the commits that no fsync covers, a random prefix survives; returns how many commits of this
   * life did.
   */
  crash(random: Random, counters: Counters): number {
    const kept = random.between(0, this.pending.length);
    if (kept < this.pending.length) counters.add('crash lost commits');
    if (kept > 0) counters.add('crash kept commits that were never fsynced');
    for (const batch of this.pending.slice(0, kept)) this.makeDurable(batch);
    const survived = this.durableCount + kept;
    this.pending = [];
    this.durableCount = 0;
    this.committedCount = 0;
    this.pins.clear();
    return survived;
  }

  /**
   * A fault beyond what may happen: the last durable entries are gone. Returns whether the mark tells; otherwise the
   * damage was too small to see, or so large that nothing is left to look at.
   */
  tear(slots: number): boolean {
    const { promised, floor, end, chosenThrough } = this.durableLog;
    const torn = new LogImage();
    torn.dropBelow(floor);
    const last = Math.min(end, this.mark.end) - slots;
    const entries = this.durableLog.read(floor, last, Number.POSITIVE_INFINITY);
    torn.apply({ promised, entries, chosenThrough: Math.min(chosenThrough, last) });
    this.durableLog = torn;
    return !this.isIntact;
  }

  /** True when the log reaches the mark; otherwise the agent must never vote again. */
  get isIntact(): boolean {
    const reached = Math.max(this.durableLog.end, this.durableState.slot);
    return reached >= this.mark.end && this.durableLog.promised.round >= this.mark.round;
  }

  open(owner: DiskOwner): SimulatedLogDisk<S> {
    if (this.durableState.slot >= this.durableLog.end) {
      this.durableLog.dropBelow(this.durableState.slot + 1);
    }
    if (this.durableLog.floor > this.durableState.slot + 1) throw new Error('the journal begins above the state');
    this.durableLog.promised = higherBallot(this.durableLog.promised, this.durableState.promised);
    this.log = this.durableLog.copy();
    return new SimulatedLogDisk(this, owner, this.log.found);
  }

  commit(writes: Writes): void {
    this.log.apply(writes);
    this.pending.push({ kind: 'writes', writes });
    this.committedCount += 1;
  }

  commitInstall(state: S, promised: Ballot): void {
    this.log.install(state.slot, promised);
    this.pending.push({ kind: 'install', state, promised });
    this.committedCount += 1;
  }

  get commits(): number {
    return this.committedCount;
  }

  markNow(): { end: Slot; round: number } {
    return { end: this.log.end, round: this.log.promised.round };
  }

  becameDurable(count: number, mark: { end: Slot; round: number }): void {
    const batches = this.pending.splice(0, Math.max(0, count - this.durableCount));
    for (const batch of batches) this.makeDurable(batch);
    this.durableCount += batches.length;
    this.mark = mark;
  }

  /** A flush of the applied state reached the disk; returns the new floor when the journal was shortened. */
  stateBecameDurable(state: S, journalKeptSlots: number): Slot | undefined {
    if (state.slot <= this.durableState.slot) return undefined;
    this.durableState = state;
    const floor = Math.min(state.slot + 1 - journalKeptSlots, this.log.end + 1, ...this.pins);
    if (floor <= this.log.floor) return undefined;
    this.log.dropBelow(floor);
    this.durableLog.dropBelow(floor);
    return floor;
  }

  pin(slot: Slot): () => void {
    this.pins.add(slot + 1);
    return () => this.pins.delete(slot + 1);
  }

  private makeDurable(batch: Batch<S>): void {
    if (batch.kind === 'writes') {
      this.durableLog.apply(batch.writes);
      return;
    }
    if (batch.state.slot > this.durableState.slot) this.durableState = batch.state;
    this.durableLog.install(batch.state.slot, batch.promised);
  }
}

/** The disk as the code under test sees it, for one life of a process. */
export class SimulatedLogDisk<S extends StoredState> implements LogDisk {
  readonly found: FoundLog;
  onFloor: (floor: Slot) => void = () => {};
  onStateFlush: () => void = () => {};
  private readonly storage: SimulatedStorage<S>;
  private readonly owner: DiskOwner;

  constructor(storage: SimulatedStorage<S>, owner: DiskOwner, found: FoundLog) {
    this.storage = storage;
    this.owner = owner;
    this.found = found;
  }

  commit(writes: Writes): void {
    this.owner.committed(writes);
    this.storage.commit(writes);
  }

  fsync(done: () => void): void {
    const { storage, owner } = this;
    const { conditions } = storage;
    if (conditions.failNextFsync) {
      conditions.failNextFsync = false;
      owner.counters.add('fsync failed');
      owner.fsyncFailed();
      return;
    }
    const count = storage.commits;
    const mark = storage.markNow();
    const latencyMs = conditions.fsyncMinMs + owner.random.exponential(conditions.fsyncMeanMs);
    storage.fsyncEndsMs = owner.globalMs + latencyMs * 1.2;
    owner.after(latencyMs, () => {
      storage.becameDurable(count, mark);
      owner.becameDurable(count);
      done();
    });
  }

  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): JournalEntry[] {
    return this.storage.journal.read(fromSlot, throughSlot, maxBytes);
  }

  /** What is promised by now; everything written is committed first. */
  promisedAtFlush(): Ballot {
    this.onStateFlush();
    return this.storage.journal.promised;
  }

  /** The applied state at this moment will be durable some time later; then the journal below it may go. */
  flush(state: S): void {
    const { storage, owner } = this;
    owner.after(owner.random.exponential(storage.conditions.stateFlushMeanMs), () => {
      const floor = storage.stateBecameDurable(state, owner.journalKeptSlots);
      // A snapshot may have taken its place meanwhile: then this flush is nowhere.
      if (storage.state === state) owner.promiseBecameDurable(state.promised);
      if (floor === undefined) return;
      owner.counters.add('journal shortened');
      owner.floorMoved(floor);
      this.onFloor(floor);
    });
  }

  /** A snapshot replaces the applied state in one commit; calls back once that is durable. */
  install(state: S, promised: Ballot, done: () => void): void {
    this.owner.installed(state.slot, promised);
    this.storage.commitInstall(state, promised);
    this.fsync(done);
  }
}
