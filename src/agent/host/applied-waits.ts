import type { Slot } from '../consensus/types.ts';

interface AppliedWait {
  readonly slot: Slot;
  readonly then: () => void;
}

/** Continuations by the slot they wait for. Kept in order, because what waits is nearly always asked for in order. */
export class AppliedWaits {
  #waits: AppliedWait[] = [];

  add(slot: Slot, then: () => void): void {
    let index = this.#waits.length;
    while (index > 0 && (this.#waits[index - 1] as AppliedWait).slot > slot) index -= 1;
    this.#waits.splice(index, 0, { slot, then });
  }

  applied(slot: Slot): void {
    let count = 0;
    while (count < this.#waits.length && (this.#waits[count] as AppliedWait).slot <= slot) count += 1;
    if (count === 0) return;
    for (const wait of this.#waits.splice(0, count)) wait.then();
  }

  clear(): void {
    this.#waits = [];
  }
}
