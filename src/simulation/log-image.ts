import type { Writes } from '../agent/consensus/io.ts';
import type { Ballot, JournalEntry, Slot } from '../agent/consensus/types.ts';
import type { FoundLog } from '../agent/storage/log-disk.ts';
import { higherBallot } from './identity.ts';

/** The contents of `log.db` at one moment. */
export class LogImage {
  promised: Ballot = { round: 0, agentId: '' };
  chosenThrough: Slot = 0;
  floor: Slot = 1;
  private entries = new Map<Slot, JournalEntry>();
  private last: Slot = 0;

  get end(): Slot {
    return Math.max(this.last, this.floor - 1);
  }

  get found(): FoundLog {
    return { promised: this.promised, floor: this.floor, end: this.end, chosenThrough: this.chosenThrough };
  }

  at(slot: Slot): JournalEntry | undefined {
    return this.entries.get(slot);
  }

  apply({ promised, entries, chosenThrough }: Writes): void {
    // A promise that was on its way while a snapshot raised it does not lower it again.
    if (promised !== undefined) this.promised = higherBallot(promised, this.promised);
    if (chosenThrough !== undefined) this.chosenThrough = chosenThrough;
    for (const entry of entries ?? []) {
      if (entry.slot > this.end + 1) throw new Error(`a gap in the journal: slot ${entry.slot} after ${this.end}`);
      if (entry.slot < this.floor) continue;
      this.entries.set(entry.slot, entry);
      this.last = Math.max(this.last, entry.slot);
    }
  }

  /** A snapshot of that slot takes the place of the entries up to it, and brings its maker's promise. */
  install(slot: Slot, promised: Ballot): void {
    this.dropBelow(slot + 1);
    this.chosenThrough = Math.max(this.chosenThrough, slot);
    this.promised = higherBallot(promised, this.promised);
  }

  dropBelow(floor: Slot): void {
    for (; this.floor < floor; this.floor += 1) this.entries.delete(this.floor);
  }

  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): JournalEntry[] {
    const found: JournalEntry[] = [];
    if (fromSlot < this.floor) return found;
    let bytes = 0;
    for (let slot = fromSlot; slot <= Math.min(throughSlot, this.end); slot += 1) {
      const stored = this.entries.get(slot) as JournalEntry;
      bytes += stored.entry.payload.length + 64;
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(stored);
    }
    return found;
  }

  copy(): LogImage {
    const copy = new LogImage();
    copy.promised = this.promised;
    copy.chosenThrough = this.chosenThrough;
    copy.floor = this.floor;
    copy.entries = new Map(this.entries);
    copy.last = this.last;
    return copy;
  }
}
