/**
 * Where the numbers of a session's writes come from when several programs write in it: each number once, ascending. The
 * session keeps the answers to the last of them only, so a write that takes longer than thousands of others is refused.
 */
export interface SharedPlaces {
  take(): number;
}

/** Half of the answers that the cell keeps for a session: what is older than that is settled, or given up. */
const SHARED_OPEN_MAX = 8_192;

/**
 * The places of a session's writes. The cell keeps a reply until `ackedBelow` has passed it, so that a repeat gets the same
 * answer; a place is taken when a write is first sent and given back when its outcome is known here.
 */
export class Sequence {
  readonly #shared: SharedPlaces | undefined;
  #next = 1;
  #lowestOpen = 1;
  readonly #open = new Set<number>();

  constructor(shared?: SharedPlaces) {
    this.#shared = shared;
  }

  take(): number {
    if (this.#shared) return this.#shared.take();
    const sequence = this.#next++;
    this.#open.add(sequence);
    return sequence;
  }

  settle(sequence: number): void {
    this.#open.delete(sequence);
    while (this.#lowestOpen < this.#next && !this.#open.has(this.#lowestOpen)) this.#lowestOpen++;
  }

  /** What goes with a write at this place: the replies of every place below have been seen. */
  ackedBelow(sequence: number): number {
    return this.#shared ? Math.max(0, sequence - SHARED_OPEN_MAX) : this.#lowestOpen;
  }
}
