import { invariant } from './invariants.ts';
import type { JournalReader } from './io.ts';
import type { Ballot, JournalEntry, Slot } from './types.ts';

/** What an entry costs in memory and on the wire beyond its payload, roughly. */
const ENTRY_OVERHEAD_BYTES = 160;

export function sizeOf(item: JournalEntry): number {
  return item.entry.payload.length + ENTRY_OVERHEAD_BYTES;
}

/**
 * The journal as the protocol sees it: gap-free from `floor` to `end`. Its end is kept in memory, what lies before that is
 * read back from disk. Writing to disk is the business of the outbox.
 */
export class Journal {
  floor: Slot;
  end: Slot;
  #reader: JournalReader;
  #memory: JournalEntry[] = [];
  #memoryFrom: Slot;
  #memoryBytes = 0;

  /** Everything from `loadFrom` on is loaded into memory. */
  constructor(reader: JournalReader, floor: Slot, end: Slot, loadFrom: Slot) {
    this.#reader = reader;
    this.floor = floor;
    this.end = end;
    this.#memoryFrom = Math.max(floor, Math.min(loadFrom, end + 1));
    for (let slot = this.#memoryFrom; slot <= end; ) {
      const page = reader.read(slot, end, 4 * 1024 * 1024);
      invariant(page.length > 0 && page[0]?.slot === slot, 'journal is gap-free', () => `slot ${slot} is missing`);
      for (const item of page) this.#push(item);
      slot += page.length;
    }
  }

  #push(item: JournalEntry): void {
    this.#memory.push(item);
    this.#memoryBytes += sizeOf(item);
  }

  get(slot: Slot): JournalEntry | undefined {
    if (slot < this.floor || slot > this.end) return undefined;
    if (slot >= this.#memoryFrom) return this.#memory[slot - this.#memoryFrom];
    return this.#reader.read(slot, slot, 1)[0];
  }

  ballotAt(slot: Slot): Ballot | undefined {
    return this.get(slot)?.ballot;
  }

  /** At least one entry when `from` is in the journal, then as many as fit into `maxBytes`. */
  slice(from: Slot, through: Slot, maxBytes: number): JournalEntry[] {
    const last = Math.min(through, this.end);
    if (from < this.floor || from > last) return [];
    if (from < this.#memoryFrom) return this.#reader.read(from, Math.min(last, this.#memoryFrom - 1), maxBytes);
    const items: JournalEntry[] = [];
    let bytes = 0;
    for (let slot = from; slot <= last; slot += 1) {
      const item = this.#memory[slot - this.#memoryFrom] as JournalEntry;
      bytes += sizeOf(item);
      if (items.length > 0 && bytes > maxBytes) break;
      items.push(item);
    }
    return items;
  }

  /**
   * Sets one slot. Later slots stay: an overwrite says nothing about them [deleting them would lose accepted entries,
   * Raft truncates here and may because its followers never count as accepted what their leader did not send].
   */
  put(item: JournalEntry): void {
    invariant(item.slot >= this.floor && item.slot <= this.end + 1, 'journal is gap-free', () => {
      return `slot ${item.slot} put into a journal of ${this.floor}..${this.end}`;
    });
    if (item.slot === this.end + 1) {
      this.end = item.slot;
      this.#push(item);
      return;
    }
    invariant(item.slot >= this.#memoryFrom, 'chosen slots are not overwritten', () => `slot ${item.slot}`);
    const index = item.slot - this.#memoryFrom;
    this.#memoryBytes += sizeOf(item) - sizeOf(this.#memory[index] as JournalEntry);
    this.#memory[index] = item;
  }

  /** The disk holds nothing below `floor` any more. */
  dropBelow(floor: Slot): void {
    if (floor <= this.floor) return;
    this.floor = floor;
    this.end = Math.max(this.end, floor - 1);
    this.#dropMemoryBelow(floor);
  }

  /** Forgets the oldest entries in memory while they exceed `maxBytes`; those from `keepFrom` on must stay. */
  trimMemory(keepFrom: Slot, maxBytes: number): void {
    if (this.#memoryBytes <= maxBytes) return;
    let bytes = this.#memoryBytes;
    let slot = this.#memoryFrom;
    // Down to three quarters, so that the array is not shifted for every entry.
    while (slot < keepFrom && slot <= this.end && bytes > (maxBytes * 3) / 4) {
      bytes -= sizeOf(this.#memory[slot - this.#memoryFrom] as JournalEntry);
      slot += 1;
    }
    this.#dropMemoryBelow(slot);
  }

  #dropMemoryBelow(slot: Slot): void {
    if (slot <= this.#memoryFrom) return;
    const removed = this.#memory.splice(0, slot - this.#memoryFrom);
    for (const item of removed) this.#memoryBytes -= sizeOf(item);
    this.#memoryFrom = slot;
  }
}
