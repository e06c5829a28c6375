import { LONGEST_TIMER_MS } from './patience.ts';

/** Fires while there is still this share of the TTL left: time to stop, before somebody else may begin. */
const MARGIN_SHARE = 0.2;

/**
 * An alarm that goes off before something can have ended, by this machine's monotonic clock alone. As long as renewals are
 * acknowledged it never does. A program that is stopped as a whole wakes up with it: what it did not notice until then is
 * what fencing tokens are for.
 */
export class LeaseGuard {
  readonly #end = new AbortController();
  readonly #certainMs: () => number;
  readonly #marginMs: number;
  readonly #reason: () => Error;
  #timer: NodeJS.Timeout | undefined;

  /** `certainMs`: how much longer it certainly lasts. */
  constructor(certainMs: () => number, ttlMs: number, reason: () => Error) {
    this.#certainMs = certainMs;
    this.#marginMs = ttlMs * MARGIN_SHARE;
    this.#reason = reason;
    this.#look();
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  fire(reason: Error): void {
    this.stop();
    this.#end.abort(reason);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const leftMs = this.#certainMs() - this.#marginMs;
    if (leftMs <= 0) this.fire(this.#reason());
    // The guard alone keeps no program running.
    else this.#timer = setTimeout(() => this.#look(), Math.min(leftMs, LONGEST_TIMER_MS)).unref();
  }
}
