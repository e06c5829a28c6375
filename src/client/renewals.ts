import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { RenewedItem, RenewRequest, RenewResponse } from '../gen/synod/v1/user.ts';
import type { Caller } from './caller.ts';
import { LONGEST_TIMER_MS } from './patience.ts';
import { backoffMs } from './retry.ts';

export interface Renewable {
  readonly kind: 'session' | 'lease' | 'lock' | 'entry';
  /** Of a lock: the ticket of its acquisition. Of an entry of a queue: the timer of its claim. */
  readonly id: string;
  readonly ttlMs: number;
  /** The cell said that it has ended. */
  readonly lost: () => void;
  /** The agent would be at ease with a longer TTL. */
  readonly advised?: (ttlMs: number) => void;
}

interface Kept {
  ttlMs: number;
  /** When the opening or the last acknowledged renewal was sent first: a TTL counts from there. */
  provenMs: number;
}

interface Unanswered {
  readonly sentMs: number;
  /** By kind and id. */
  readonly items: ReadonlyMap<string, Renewable>;
}

function nameOf({ kind, id }: Pick<Renewable, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}

function nameOfAnswer({ id, isSession, lockTicket, timerId }: RenewedItem): string {
  if (timerId !== '') return nameOf({ kind: 'entry', id: timerId });
  if (lockTicket > 0) return nameOf({ kind: 'lock', id: String(lockTicket) });
  return nameOf({ kind: isSession ? 'session' : 'lease', id });
}

/** Often enough that two answers may be lost. */
const RENEWALS_PER_TTL = 4;
const ITEMS_PER_MESSAGE_MAX = 5_000;

/**
 * Keeps sessions and leases alive: one message for all of them, on one stream, to whichever endpoint answers. The stream
 * stands only while there is something to keep.
 */
export class Renewals {
  readonly #caller: Caller;
  readonly #kept = new Map<Renewable, Kept>();
  readonly #unanswered = new Map<number, Unanswered>();
  #stream: ClientDuplexStream<RenewRequest, RenewResponse> | undefined;
  #address = '';
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #nextId = 1;
  #failures = 0;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** `sentMs`: when it was first asked for, by `performance.now()`. The answer may have come much later. */
  keep(renewable: Renewable, sentMs: number): Renewable {
    this.#kept.set(renewable, { ttlMs: renewable.ttlMs, provenMs: sentMs });
    this.#schedule(Math.max(0, sentMs + this.#intervalMs() - performance.now()));
    return renewable;
  }

  forget(renewable: Renewable): void {
    this.#kept.delete(renewable);
    if (this.#kept.size === 0) this.close();
  }

  /** Renewed in another way, by a request that was sent at `sentMs`. */
  renewed(renewable: Renewable, sentMs: number, ttlMs: number): void {
    const kept = this.#kept.get(renewable);
    if (kept) Object.assign(kept, { provenMs: Math.max(kept.provenMs, sentMs), ttlMs });
  }

  /**
   * How much longer it certainly lasts, by this machine's monotonic clock, counted from when what was acknowledged last was
   * sent. 0: it may have ended.
   */
  certainMs(renewable: Renewable): number {
    const kept = this.#kept.get(renewable);
    return kept ? Math.max(0, kept.provenMs + kept.ttlMs - performance.now()) : 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#drop();
  }

  #intervalMs(): number {
    let shortest = Number.POSITIVE_INFINITY;
    for (const kept of this.#kept.values()) shortest = Math.min(shortest, kept.ttlMs);
    return Math.min(Math.max(50, shortest / RENEWALS_PER_TTL), LONGEST_TIMER_MS);
  }

  /** Never later than already planned: a stream of newcomers must not put off those that wait. */
  #schedule(delayMs: number): void {
    const dueMs = performance.now() + delayMs;
    if (this.#kept.size === 0 || dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#renew(), delayMs);
  }

  #renew(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    // Silence for a whole interval: the agent is stopped, or the connection is. Another one is asked.
    const oldest = this.#unanswered.values().next().value;
    if (oldest && performance.now() - oldest.sentMs >= this.#intervalMs() * 0.9) this.#fail();
    try {
      this.#stream ??= this.#open();
    } catch {
      return; // The client was closed.
    }
    const all = [...this.#kept.keys()];
    for (let from = 0; from < all.length; from += ITEMS_PER_MESSAGE_MAX) {
      this.#send(this.#stream, all.slice(from, from + ITEMS_PER_MESSAGE_MAX));
    }
    this.#schedule(this.#intervalMs());
  }

  #send(stream: ClientDuplexStream<RenewRequest, RenewResponse>, items: readonly Renewable[]): void {
    const id = this.#nextId++;
    this.#unanswered.set(id, {
      sentMs: performance.now(),
      items: new Map(items.map((item) => [nameOf(item), item])),
    });
    const idsOf = (kind: Renewable['kind']) => items.filter((item) => item.kind === kind).map((item) => item.id);
    stream.write({
      id,
      sessionIds: idsOf('session'),
      leaseIds: idsOf('lease'),
      lockTickets: idsOf('lock').map(Number),
      timerIds: idsOf('entry'),
      // Every message is a renewal made now: what is unanswered is left to its fate, not repeated.
      ageMs: 0,
    });
  }

  #open(): ClientDuplexStream<RenewRequest, RenewResponse> {
    const { address, stub } = this.#caller.pool.current();
    const stream = stub.renew();
    this.#address = address;
    stream.on('data', (response) => this.#answered(response));
    const broken = () => {
      if (this.#stream !== stream) return;
      this.#fail();
      this.#schedule(Math.min(backoffMs(this.#failures), this.#intervalMs()));
    };
    stream.on('error', broken);
    stream.on('end', broken);
    return stream;
  }

  #answered(response: RenewResponse): void {
    this.#failures = 0;
    const unanswered = this.#unanswered.get(response.id);
    if (!unanswered) return;
    this.#unanswered.delete(response.id);
    for (const item of response.items) {
      const renewable = unanswered.items.get(nameOfAnswer(item));
      const kept = renewable && this.#kept.get(renewable);
      if (!renewable || !kept) continue;
      if (item.renewed) {
        kept.provenMs = unanswered.sentMs;
        if (item.ttlMs > 0) kept.ttlMs = item.ttlMs;
        if (item.advisedTtlMs > kept.ttlMs) renewable.advised?.(item.advisedTtlMs);
      } else {
        this.#kept.delete(renewable);
        renewable.lost();
      }
    }
    if (this.#kept.size === 0) this.close();
  }

  #fail(): void {
    this.#failures++;
    this.#caller.pool.leave(this.#address);
    this.#drop();
  }

  #drop(): void {
    this.#unanswered.clear();
    const stream = this.#stream;
    this.#stream = undefined;
    // Its 'error' (CANCELLED) still comes and finds that it is no longer the stream in use.
    stream?.cancel();
  }
}
