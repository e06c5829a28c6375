import { SynodError } from './errors.ts';
import type { Renewable, Renewals } from './renewals.ts';
import type { WriteOptions } from './types.ts';
import type { Writer } from './writes.ts';

export interface LeaseOptions extends WriteOptions {
  /** The lease ends when it was not renewed for this long. */
  readonly ttlMs: number;
  /** False: it runs out after its TTL. Default: renewed in the background until revoked. */
  readonly keepAlive?: boolean;
  /** Default: a new UUID. */
  readonly leaseId?: string;
}

/** Keys attached to a lease are deleted when it ends. */
export class Lease {
  readonly id: string;
  readonly ttlMs: number;
  /** Fires when the cell says that the lease has ended. */
  readonly ended: AbortSignal;
  readonly #end = new AbortController();
  readonly #writer: Writer;
  readonly #renewals: Renewals;
  readonly #renewable: Renewable | undefined;

  constructor(
    writer: Writer,
    renewals: Renewals,
    granted: { id: string; ttlMs: number; sentMs: number; keepAlive: boolean },
  ) {
    const { id, ttlMs, sentMs, keepAlive } = granted;
    this.id = id;
    this.ttlMs = ttlMs;
    this.ended = this.#end.signal;
    this.#writer = writer;
    this.#renewals = renewals;
    if (!keepAlive) return;
    this.#renewable = renewals.keep({ id, isSession: false, ttlMs, lost: () => this.#markEnded() }, sentMs);
  }

  get isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  /** Ends it now and deletes its keys. */
  async revoke(options: WriteOptions = {}): Promise<void> {
    if (this.isEnded) return;
    await this.#writer.run((stub) => stub.revokeLease, { leaseId: this.id }, options);
    this.#markEnded();
  }

  /** Leaves it to run out. */
  abandon(): void {
    if (this.#renewable) this.#renewals.forget(this.#renewable);
  }

  #markEnded(): void {
    this.abandon();
    this.#end.abort(new SynodError('LEASE_UNKNOWN', `lease ${this.id} has ended`));
  }
}

export async function grantLease(writer: Writer, renewals: Renewals, options: LeaseOptions): Promise<Lease> {
  const { ttlMs, leaseId = crypto.randomUUID(), keepAlive = true } = options;
  const sentMs = performance.now();
  const granted = await writer.run((stub) => stub.grantLease, { leaseId, ttlMs }, options);
  return new Lease(writer, renewals, {
    id: granted.leaseId || leaseId,
    ttlMs: granted.ttlMs || ttlMs,
    sentMs,
    keepAlive,
  });
}
