import type { Slot } from '../consensus/types.ts';
import type { SqliteLogDisk } from './log-database.ts';

export interface TrimmerConfig {
  /** Entries that stay behind the end for agents that lag, whether the state covers them or not. */
  readonly journalKeptSlots: number;
  /** Fewer stay when they are large. */
  readonly journalKeptBytes: number;
}

/** Slots that leave in one transaction: well below a millisecond. */
const STEP_SLOTS = 200;

/**
 * Drops the beginning of the journal, a little at a time. Only what the durable state covers may go: a slot that is in
 * neither is lost to the cell as soon as the others forget it too.
 */
export class JournalTrimmer {
  readonly #log: SqliteLogDisk;
  readonly #config: TrimmerConfig;
  readonly #run: (work: () => void) => void;
  readonly #pins = new Set<{ slot: Slot }>();
  #durableSlot: Slot = 0;
  #scheduled: NodeJS.Immediate | undefined;
  #isStopped = false;

  constructor(log: SqliteLogDisk, config: TrimmerConfig, run: (work: () => void) => void) {
    this.#log = log;
    this.#config = config;
    this.#run = run;
  }

  /** The state up to here is in its database file, fsynced. */
  stateDurable(slot: Slot): void {
    this.#durableSlot = Math.max(this.#durableSlot, slot);
    this.#schedule();
  }

  /** Everything above `slot` stays until the returned function is called. */
  pin(slot: Slot): () => void {
    const pin = { slot };
    this.#pins.add(pin);
    return () => {
      this.#pins.delete(pin);
      this.#schedule();
    };
  }

  stop(): void {
    this.#isStopped = true;
  }

  get #target(): Slot {
    const { floor, end } = this.#log;
    let kept = this.#config.journalKeptSlots;
    const usedBytes = this.#log.usedBytes;
    if (usedBytes > this.#config.journalKeptBytes) {
      kept = Math.min(kept, Math.floor(((end - floor + 1) * this.#config.journalKeptBytes) / usedBytes));
    }
    let target = Math.min(this.#durableSlot + 1, end + 1 - kept);
    for (const { slot } of this.#pins) target = Math.min(target, slot + 1);
    return target;
  }

  #schedule(): void {
    if (this.#isStopped || this.#scheduled !== undefined || this.#target <= this.#log.floor) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      if (!this.#isStopped) this.#run(() => this.#step());
    });
  }

  #step(): void {
    const target = this.#target;
    if (target > this.#log.floor) this.#log.dropBelow(Math.min(target, this.#log.floor + STEP_SLOTS));
    this.#schedule();
  }
}
