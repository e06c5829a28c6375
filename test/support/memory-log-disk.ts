import type { Writes } from '../../src/agent/consensus/io.ts';
import type { Ballot, JournalEntry, Slot } from '../../src/agent/consensus/types.ts';
import type { FoundLog, LogDisk } from '../../src/agent/storage/log-disk.ts';
import type { ManualClock } from './manual-ports.ts';

/** A disk that forgets nothing; an fsync takes `fsyncMs` of the manual clock. */
export class MemoryLogDisk implements LogDisk {
  readonly found: FoundLog;
  onFloor: (floor: Slot) => void = () => {};
  onStateFlush: () => void = () => {};
  fsyncMs = 1;
  commits = 0;
  fsyncs = 0;
  fsyncsInFlight = 0;
  #clock: ManualClock;
  #entries: Map<Slot, JournalEntry>;
  #promised: Ballot;
  #chosenThrough: Slot;
  #floor: Slot;

  constructor(clock: ManualClock, previous?: MemoryLogDisk, floor: Slot = 1) {
    this.#clock = clock;
    this.#entries = new Map();
    this.#promised = { round: 0, agentId: '' };
    this.#chosenThrough = floor - 1;
    this.#floor = floor;
    if (previous !== undefined) {
      this.#entries = new Map(previous.#entries);
      this.#promised = previous.#promised;
      this.#chosenThrough = previous.#chosenThrough;
      this.#floor = previous.#floor;
    }
    this.found = {
      promised: this.#promised,
      floor: this.#floor,
      end: this.end,
      chosenThrough: this.#chosenThrough,
    };
  }

  get end(): Slot {
    return Math.max(this.#floor - 1, ...this.#entries.keys());
  }

  commit(writes: Writes): void {
    this.commits += 1;
    if (writes.promised !== undefined) this.#promised = writes.promised;
    for (const entry of writes.entries ?? []) this.#entries.set(entry.slot, entry);
    if (writes.chosenThrough !== undefined) this.#chosenThrough = writes.chosenThrough;
  }

  fsync(done: () => void): void {
    this.fsyncs += 1;
    this.fsyncsInFlight += 1;
    if (this.fsyncsInFlight > 1) throw new Error('two fsyncs in flight');
    this.#clock.after(this.fsyncMs, () => {
      this.fsyncsInFlight -= 1;
      done();
    });
  }

  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): JournalEntry[] {
    const entries: JournalEntry[] = [];
    let sizeBytes = 0;
    for (let slot = fromSlot; slot <= throughSlot; slot += 1) {
      const entry = this.#entries.get(slot);
      if (entry === undefined) break;
      sizeBytes += entry.entry.payload.length;
      if (entries.length > 0 && sizeBytes > maxBytes) break;
      entries.push(entry);
    }
    return entries;
  }

  /** As a snapshot install, or a checkpoint, does. */
  dropBelow(floor: Slot): void {
    for (const slot of this.#entries.keys()) if (slot < floor) this.#entries.delete(slot);
    this.#floor = Math.max(this.#floor, floor);
    this.#chosenThrough = Math.max(this.#chosenThrough, floor - 1);
  }
}
