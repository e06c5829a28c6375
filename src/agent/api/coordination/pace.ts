import type { CellPort } from '../../host/cell-port.ts';
import { LIMITS } from '../../machine/limits.ts';

const SAMPLES = 32;
/** The share of samples that may be slower than what is counted with: one hiccup is not the pace. */
const OUTLIERS = 3;
/** A lease is renewed four times per TTL, and a renewal may be lost and repeated: this many rounds fit into one. */
const ROUNDS_PER_LEASE = 10;

/** How fast the cell has agreed of late, as seen from this agent: what a lease must be long enough for. */
export class Pace {
  readonly #tookMs: number[] = [];
  #next = 0;

  /** A round with a majority: a renewal, or a command that was chosen and applied. */
  took(milliseconds: number): void {
    this.#tookMs[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % SAMPLES;
  }

  /** Shorter leases risk to end while their holder is alive. 0 until something was measured. */
  get leaseTtlMs(): number {
    const slowestFirst = this.#tookMs.toSorted((a, b) => b - a);
    const typicalMs = slowestFirst[Math.min(OUTLIERS, slowestFirst.length - 1)] ?? 0;
    return Math.min(Math.ceil(typicalMs * ROUNDS_PER_LEASE), LIMITS.ttlMsMax);
  }
}

const paces = new WeakMap<CellPort, Pace>();

/** Renewals and coordination commands of one agent are measured together. */
export function paceOf(cell: CellPort): Pace {
  const known = paces.get(cell);
  if (known !== undefined) return known;
  const pace = new Pace();
  paces.set(cell, pace);
  return pace;
}
