import { require } from './violation.ts';

interface Lease {
  readonly ttlMs: number;
  /** When the last acknowledged renewal was sent, or else what began it. */
  renewedMs: number;
  /** Its owner ended it, or let it be ended. */
  isGivenUp: boolean;
  endedMs: number;
}

/** What clients were told about how long their sessions and locks last; by timer id. Nothing ends early (invariant 16). */
export class LeaseBook {
  readonly #leases = new Map<string, Lease>();

  /** `sinceMs`: when its owner asked for it, or, of a lock, when it was granted. */
  began(timerId: string, ttlMs: number, sinceMs: number): void {
    if (!this.#leases.has(timerId)) {
      this.#leases.set(timerId, { ttlMs, renewedMs: sinceMs, isGivenUp: false, endedMs: Number.POSITIVE_INFINITY });
    }
  }

  renewed(timerId: string, sentMs: number): void {
    const lease = this.#leases.get(timerId);
    if (lease === undefined) return;
    lease.renewedMs = Math.max(lease.renewedMs, sentMs);
    if (!lease.isGivenUp) this.#check(timerId, lease);
  }

  givenUp(timerId: string): void {
    const lease = this.#leases.get(timerId);
    if (lease !== undefined) lease.isGivenUp = true;
  }

  /** The cell ended it. */
  ended(timerId: string, nowMs: number): void {
    const lease = this.#leases.get(timerId);
    if (lease === undefined || lease.isGivenUp || lease.endedMs !== Number.POSITIVE_INFINITY) return;
    lease.endedMs = nowMs;
    this.#check(timerId, lease);
  }

  #check(timerId: string, { endedMs, renewedMs, ttlMs }: Lease): void {
    require(endedMs - renewedMs >= ttlMs, 'a lease never ends early', () => {
      return `${timerId} with a TTL of ${ttlMs} ms ended ${endedMs - renewedMs} ms after its last acknowledged renewal was sent`;
    });
  }
}
