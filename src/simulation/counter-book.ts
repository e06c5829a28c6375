import type { KeyChange } from '../agent/machine/store.ts';
import type { Counters } from './counters.ts';
import { require } from './violation.ts';

/** Below it everything is a counter. */
export const COUNTED = '/counters/';

/** An increment. No two of a run add the same, so that the journal tells which of them it carries out. */
export interface Increment {
  readonly key: string;
  readonly by: number;
  /** The highest value of the counter that anybody had been told when it was asked for. */
  readonly toldBefore: number;
  /** What it made of the counter, according to the journal; absent while it has had no effect. */
  made?: number;
  isRefused?: true;
  isAcknowledged?: true;
}

const INVARIANT = 'a counter is the sum of its increments';

/**
 * What clients asked of counters and were told, held against what the journal did: an increment counts once or never, one
 * that was acknowledged counted before, and one that is said to have had no effect never counts.
 */
export class CounterBook {
  readonly #counters: Counters;
  readonly #asked = new Map<number, Increment>();
  readonly #values = new Map<string, number>();
  readonly #told = new Map<string, number>();

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  asked(key: string): Increment {
    const by = this.#asked.size + 1;
    const increment = { key, by, toldBefore: this.toldOf(key) };
    this.#asked.set(by, increment);
    return increment;
  }

  /** The highest value that anybody was told: what begins now must not see less. */
  toldOf(key: string): number {
    return this.#told.get(key) ?? 0;
  }

  /** The journal writes a user key. */
  written({ key, value }: KeyChange): void {
    if (!key.startsWith(COUNTED)) return;
    const made = Number(new TextDecoder().decode(value));
    const before = this.#values.get(key) ?? 0;
    this.#values.set(key, made);
    const increment = this.#asked.get(made - before);
    require(increment?.key === key, INVARIANT, () => `${key} goes from ${before} to ${made}: nobody asked for that`);
    require(increment.made === undefined, INVARIANT, () => {
      return `${describe(increment)} made ${increment.made}, and counts again: ${made}`;
    });
    require(!increment.isRefused, INVARIANT, () =>
      `${describe(increment)} was said to have had no effect, made ${made}`);
    increment.made = made;
  }

  refused(increment: Increment): void {
    require(increment.made === undefined, INVARIANT, () => {
      return `${describe(increment)} is said to have had no effect, made ${increment.made}`;
    });
    increment.isRefused = true;
    this.#counters.add('increment refused');
  }

  acknowledged(increment: Increment, value: number): void {
    const { key, by, toldBefore, made } = increment;
    require(made === value, INVARIANT, () => `${describe(increment)} is said to have made ${value}, made ${made}`);
    require(value - by >= toldBefore, INVARIANT, () => {
      return `${describe(increment)} made ${value} after somebody had been told ${toldBefore}`;
    });
    increment.isAcknowledged = true;
    this.#counters.add('increment acknowledged');
    this.#tell(key, value);
  }

  read(key: string, value: number, toldBefore: number): void {
    require(value >= toldBefore, INVARIANT, () =>
      `${key} is read as ${value} after somebody had been told ${toldBefore}`);
    this.#tell(key, value);
  }

  /** Everybody has applied everything, and this is what is there. */
  settled(found: (key: string) => number): void {
    const sums = new Map<string, number>();
    for (const { key, by, made, isRefused, isAcknowledged } of this.#asked.values()) {
      if (made !== undefined) sums.set(key, (sums.get(key) ?? 0) + by);
      if (isRefused || isAcknowledged) continue;
      this.#counters.add(`increment of unknown outcome: ${made === undefined ? 'none' : 'done'}`);
    }
    for (const [key, sum] of sums) {
      const value = found(key);
      require(value === sum, INVARIANT, () => `${key} is ${value}, its increments are ${sum}`);
    }
  }

  #tell(key: string, value: number): void {
    this.#told.set(key, Math.max(this.toldOf(key), value));
  }
}

function describe({ key, by }: Increment): string {
  return `adding ${by} to ${key}`;
}
