import type { KeptLease } from '../../../contract/sessions.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { type EntryRecord, entryIdOf, QUEUE_ENTRIES } from '../../machine/queue-types.ts';
import type { Key } from '../../machine/store.ts';
import { entryTimer } from '../../machine/timer-records.ts';
import { queueView } from '../coordination/queue-view.ts';
import { KeptAlive } from './kept-alive.ts';
import { pathOf } from './texts.ts';

/** A claim of an entry of a queue. */
export interface LeasedClaim {
  readonly path: Key;
  readonly seq: number;
  readonly token: number;
}

interface Lease extends LeasedClaim {
  readonly ttlMs: number;
  readonly alive: KeptAlive;
}

/** The leases of what a kept session has claimed: whoever works on it is that session, so they live and stand still with it. */
export class KeptLeases {
  readonly #cell: CellPort;
  readonly #changed: () => void;
  readonly #leases = new Map<string, Lease>();
  #isAttended = false;
  #isPaused: boolean;

  constructor(cell: CellPort, changed: () => void, isPaused: boolean) {
    this.#cell = cell;
    this.#changed = changed;
    this.#isPaused = isPaused;
  }

  /** Without a lease of its own, or when it has ended, there is nothing to keep. */
  add(claim: LeasedClaim): void {
    const { path, seq, token } = claim;
    const number = queueView(this.#cell.state, path)?.record.number;
    if (number === undefined) return;
    const entryId = entryIdOf(number, seq);
    const timerId = entryTimer(entryId, token);
    const record = this.#claimed(entryId, token);
    if (record === undefined || record.leaseTtlMs === 0 || this.#leases.has(timerId)) return;
    const { leaseTtlMs: ttlMs, claimedMs } = record;
    const what = {
      ...{ timerId, ttlMs, key: QUEUE_ENTRIES.keyOf(entryId), onRenewed: this.#changed },
      hasEnded: () => this.#claimed(entryId, token) === undefined,
      onEnded: () => {
        this.#drop(timerId);
        this.#changed();
      },
    };
    const alive = new KeptAlive(this.#cell, what, claimedMs, this.#isPaused);
    this.#leases.set(timerId, { path, seq, token, ttlMs, alive });
    if (this.#isAttended) alive.attend(true);
    this.#changed();
  }

  attend(): void {
    this.#isAttended = true;
    for (const { alive } of this.#leases.values()) alive.attend(false);
  }

  neglect(): void {
    this.#isAttended = false;
    for (const { alive } of this.#leases.values()) alive.neglect();
  }

  pause(): void {
    this.#isPaused = true;
    for (const { alive } of this.#leases.values()) alive.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const { alive } of this.#leases.values()) alive.resume();
  }

  /** The session has ended, and with it all that it worked on. */
  drop(): void {
    for (const timerId of this.#leases.keys()) this.#drop(timerId);
  }

  get shown(): KeptLease[] {
    return [...this.#leases.values()].map(({ path, seq, token, ttlMs, alive }) => ({
      ...{ path: pathOf(path), seq, token, ttlMs, renewedMs: alive.renewedMs },
    }));
  }

  #drop(timerId: string): void {
    this.#leases.get(timerId)?.alive.neglect();
    this.#leases.delete(timerId);
  }

  #claimed(entryId: string, token: number): EntryRecord | undefined {
    const record = QUEUE_ENTRIES.read(this.#cell.state, entryId);
    return record?.state === 'claimed' && record.token === token ? record : undefined;
  }
}
