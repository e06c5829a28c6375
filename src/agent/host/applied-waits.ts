import type { Slot } from '../consensus/types.ts';

export interface AppliedWait {
  readonly slot: Slot;
  /** Undefined: it is over, or nobody waits any more. */
  then: (() => void) | undefined;
}

const CANCELLED_KEPT_MAX = 64;

/** Continuations by the slot they wait for. Kept in order, because what waits is nearly always asked for in order. */
export class AppliedWaits {
  #waits: AppliedWait[] = [];
  #cancelled = 0;

  /** What is kept, whether somebody still waits or not; for tests. */
  get count(): number {
    return this.#waits.length;
  }

  add(slot: Slot, then: () => void): AppliedWait {
    const wait: AppliedWait = { slot, then };
    const last = this.#waits.at(-1);
    if (last === undefined || last.slot <= slot) this.#waits.push(wait);
    else this.#waits.splice(this.#firstAbove(slot), 0, wait);
    return wait;
  }

  /** Its slot may never be applied: a client can name any. */
  cancel(wait: AppliedWait): void {
    if (wait.then === undefined) return;
    wait.then = undefined;
    this.#cancelled += 1;
    if (this.#cancelled <= CANCELLED_KEPT_MAX || 2 * this.#cancelled <= this.#waits.length) return;
    this.#waits = this.#waits.filter(({ then }) => then !== undefined);
    this.#cancelled = 0;
  }

  applied(slot: Slot): void {
    const first = this.#waits[0];
    if (first === undefined || first.slot > slot) return;
    for (const wait of this.#waits.splice(0, this.#firstAbove(slot))) {
      const { then } = wait;
      wait.then = undefined;
      if (then === undefined) this.#cancelled -= 1;
      else then();
    }
  }

  clear(): void {
    this.#waits = [];
    this.#cancelled = 0;
  }

  #firstAbove(slot: Slot): number {
    let low = 0;
    let high = this.#waits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#waits[middle] as AppliedWait).slot > slot) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
