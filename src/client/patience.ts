/** Beyond it a timer of the platform fires at once; a longer wait has no end of its own. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A wait that ends when its time is up, or when one of the signals fires. */
export class Patience {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, ...signals: readonly (AbortSignal | undefined)[]) {
    const stop = new AbortController();
    if (timeoutMs < LONGEST_TIMER_MS) this.#timer = setTimeout(() => stop.abort(), timeoutMs);
    this.signal = AbortSignal.any([stop.signal, ...signals.filter((signal) => signal !== undefined)]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
