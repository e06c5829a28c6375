import { whole } from './arguments.ts';
import { SynodError } from './errors.ts';
import type { ClientParts } from './parts.ts';
import { get } from './reads.ts';
import type { Renewable, Renewals } from './renewals.ts';
import type { CallOptions, WriteOptions } from './types.ts';
import type { Writer } from './writes.ts';

/** Where the cell keeps them. */
const LEASES = '/_internal/leases/';

export interface LeaseOptions extends WriteOptions {
  /** The lease ends when it was not renewed for this long. */
  readonly ttlMs: number;
  /** False: it runs out after its TTL. Default: renewed in the background until revoked. */
  readonly keepAlive?: boolean;
  /** Default: a new UUID. */
  readonly leaseId?: string;
}

export interface JoinLeaseOptions extends CallOptions {
  /** False: it is left to others to renew it. Default: renewed in the background, here too. */
  readonly keepAlive?: boolean;
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
    this.#renewable = renewals.keep({ kind: 'lease', id, ttlMs, lost: () => this.#markEnded() }, sentMs);
  }

  get isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  /** Ends it now and deletes its keys; so many they were. */
  async revoke(options: WriteOptions = {}): Promise<number> {
    if (this.isEnded) return 0;
    const { deleted } = await this.#writer.run((stub) => stub.revokeLease, { leaseId: this.id }, options);
    this.#markEnded();
    return deleted;
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
  const granted = await writer.run((stub) => stub.grantLease, { leaseId, ttlMs: whole(ttlMs, 'ttlMs') }, options);
  return new Lease(writer, renewals, {
    id: granted.leaseId || leaseId,
    ttlMs: granted.ttlMs || ttlMs,
    sentMs,
    keepAlive,
  });
}

/** @throws SynodError LEASE_UNKNOWN when it has ended, or was never granted */
export async function joinLease(
  { caller, writer, renewals }: Pick<ClientParts, 'caller' | 'writer' | 'renewals'>,
  leaseId: string,
  { keepAlive = true, ...options }: JoinLeaseOptions,
): Promise<Lease> {
  const { item } = await get(caller, `${LEASES}${leaseId}`, options);
  if (item === undefined) {
    throw new SynodError('LEASE_UNKNOWN', `there is no lease ${leaseId}: it has ended, or was never granted`);
  }
  const { ttlMs } = JSON.parse(Buffer.from(item.value).toString('utf8')) as { readonly ttlMs: number };
  // Nobody here knows when it was renewed last: it may be about to end.
  return new Lease(writer, renewals, { id: leaseId, ttlMs, sentMs: performance.now() - ttlMs, keepAlive });
}
