import type { CellPort } from '../../host/cell-port.ts';
import { whenRecorded } from '../coordination/waiting.ts';
import { renewalPoolOf } from '../renewals.ts';

const RENEWALS_PER_TTL = 4;

/** Something that ends unless its timer is renewed. */
export interface Keepable {
  readonly timerId: string;
  readonly ttlMs: number;
  /** Of the system keyspace: what stands there says whether it has ended. */
  readonly key: string;
  readonly hasEnded: () => boolean;
  readonly onRenewed: () => void;
  /** Once, and only while it is attended to. */
  readonly onEnded: () => void;
}

/** Renews one timer for as long as somebody attends to it and it is not paused. */
export class KeptAlive {
  readonly #cell: CellPort;
  readonly #what: Keepable;
  #renewedMs: number;
  /** While it is attended to: ends what is done for it. */
  #attention: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPaused: boolean;
  #isRenewing = false;

  /** @param renewedMs wall clock, when its start or last renewal was sent: its TTL counts from there */
  constructor(cell: CellPort, what: Keepable, renewedMs: number, isPaused: boolean) {
    this.#cell = cell;
    this.#what = what;
    this.#renewedMs = renewedMs;
    this.#isPaused = isPaused;
  }

  /** Wall clock, when the last acknowledged renewal was sent. */
  get renewedMs(): number {
    return this.#renewedMs;
  }

  /** The first renewal comes when it is due, as far as that is known. */
  attend(isKnown: boolean): void {
    const { key, ttlMs, hasEnded, onEnded } = this.#what;
    const attention = new AbortController();
    this.#attention = attention;
    const look = (): true | undefined => (hasEnded() ? true : undefined);
    whenRecorded(this.#cell, [key], look, attention.signal).then(
      (isOver) => {
        if (isOver === true && !attention.signal.aborted) onEnded();
      },
      // The agent ends, and with it whoever it does this for.
      () => undefined,
    );
    this.#renewIn(isKnown ? this.#renewedMs + ttlMs / RENEWALS_PER_TTL - Date.now() : 0);
  }

  neglect(): void {
    clearTimeout(this.#timer);
    this.#attention?.abort();
    this.#attention = undefined;
  }

  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.#isPaused = false;
    this.#renewIn(0);
  }

  #renewIn(delayMs: number): void {
    if (this.#isPaused || this.#attention === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), Math.max(0, delayMs));
  }

  /** One that fails says nothing about what is kept: only its record does. */
  async #renew(): Promise<void> {
    if (this.#isRenewing) return;
    const { timerId, ttlMs, onRenewed } = this.#what;
    const attention = this.#attention;
    const [sentMs, beganMs] = [Date.now(), performance.now()];
    this.#isRenewing = true;
    const outcomes = await renewalPoolOf(this.#cell)
      .renew([timerId], 0)
      .catch(() => undefined);
    this.#isRenewing = false;
    if (this.#attention === undefined) return;
    if (outcomes?.get(timerId)?.renewed === true) {
      this.#renewedMs = sentMs;
      onRenewed();
    }
    // Who attends to it again meanwhile wanted one at once.
    const pauseMs = this.#attention === attention ? ttlMs / RENEWALS_PER_TTL - (performance.now() - beganMs) : 0;
    this.#renewIn(pauseMs);
  }
}
