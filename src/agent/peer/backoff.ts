/** Exponential waiting with jitter: half of each step is fixed and half drawn, so that a cell does not knock in step. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #stepMs: number;

  constructor(minMs: number, maxMs: number, random: () => number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#random = random;
    this.#stepMs = minMs;
  }

  next(): number {
    const stepMs = this.#stepMs;
    this.#stepMs = Math.min(this.#maxMs, stepMs * 2);
    return Math.max(this.#minMs, stepMs / 2 + (stepMs / 2) * this.#random());
  }

  reset(): void {
    this.#stepMs = this.#minMs;
  }
}
