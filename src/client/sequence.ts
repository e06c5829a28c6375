/**
 * The places of a session's writes. The cell keeps a reply until `ackedBelow` has passed it, so that a repeat gets the same
 * answer; a place is taken when a write is first sent and given back when its outcome is known here.
 */
export class Sequence {
  #next = 1;
  #lowestOpen = 1;
  readonly #open = new Set<number>();

  take(): number {
    const sequence = this.#next++;
    this.#open.add(sequence);
    return sequence;
  }

  settle(sequence: number): void {
    this.#open.delete(sequence);
    while (this.#lowestOpen < this.#next && !this.#open.has(this.#lowestOpen)) this.#lowestOpen++;
  }

  /** The replies of every place below this one have been seen. */
  get ackedBelow(): number {
    return this.#lowestOpen;
  }
}
