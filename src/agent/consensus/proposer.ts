import { formatBallot } from './ballot.ts';
import type { Core } from './core.ts';
import { invariant } from './invariants.ts';
import type { EntryParts } from './io.ts';
import type { Leader } from './leader.ts';
import type { Entry, Slot } from './types.ts';

interface Batch {
  readonly requestIds: readonly string[];
  readonly lastSlot: Slot;
}

/**
 * Phase 2 of one leadership, in this order: what phase 1 recovered, the own no-op, then what is asked for. Nothing is
 * proposed beyond a configuration entry until that entry is chosen.
 */
export class Proposer {
  proposedThrough: Slot;
  noopSlot: Slot = 0;
  #core: Core;
  #leader: Leader;
  #recovered: Entry[];
  #waiting: (readonly EntryParts[])[] = [];
  #inFlight: Batch[] = [];
  /** The configuration entry that is proposed and not yet chosen. */
  #configurationSlot: Slot = 0;

  constructor(core: Core, leader: Leader, recovered: readonly Entry[]) {
    this.#core = core;
    this.#leader = leader;
    this.#recovered = [...recovered];
    this.proposedThrough = core.learner.chosenThrough;
  }

  get isBlocked(): boolean {
    return this.#configurationSlot > this.#core.learner.chosenThrough;
  }

  request(entries: readonly EntryParts[]): void {
    const { options } = this.#core;
    if (this.#inFlight.length + this.#waiting.length >= options.config.inFlightBatchesMax) {
      this.#report(entries, 'busy');
      return;
    }
    this.#waiting.push(entries);
  }

  /** Proposes whatever may be proposed now. */
  pump(): void {
    this.#reproposeRecovered();
    if (this.isBlocked || this.#recovered.length > 0) return;
    if (this.noopSlot === 0) this.#proposeNoop();
    while (this.#waiting.length > 0 && !this.isBlocked && !this.#leader.transfer.isUnderWay) {
      const batch = this.#waiting[0] as readonly EntryParts[];
      const isConfiguration = batch.some((parts) => parts.kind === 'configuration');
      if (isConfiguration && !this.#isDrained()) return;
      this.#waiting.shift();
      if (isConfiguration) this.#proposeConfiguration(batch);
      else this.#proposeBatch(batch);
    }
  }

  #reproposeRecovered(): void {
    while (this.#recovered.length > 0 && !this.isBlocked) {
      const at = this.#recovered.findIndex((entry) => entry.kind === 'configuration');
      const batch = this.#recovered.splice(0, at < 0 ? this.#recovered.length : at + 1);
      this.#propose(batch);
      if (at >= 0) this.#configurationSlot = this.proposedThrough;
    }
  }

  #proposeNoop(): void {
    const { ballot } = this.#leader;
    const payload = new Uint8Array(0);
    // Stamp 0 never moves the machine's clock, which is a maximum.
    this.#propose([{ kind: 'noop', origin: ballot, stampMs: 0, requestId: `noop ${formatBallot(ballot)}`, payload }]);
    this.noopSlot = this.proposedThrough;
  }

  #isDrained(): boolean {
    return this.#leader.isReady && this.proposedThrough === this.#core.learner.chosenThrough;
  }

  #proposeConfiguration(batch: readonly EntryParts[]): void {
    const [first] = batch;
    // Made for another epoch: whoever asked decides anew.
    if (!first || batch.length !== 1 || !this.#leader.isConfigurationNext(first.payload)) {
      this.#report(batch, 'busy');
      return;
    }
    this.#proposeBatch(batch);
    this.#configurationSlot = this.proposedThrough;
  }

  #proposeBatch(batch: readonly EntryParts[]): void {
    invariant(this.proposedThrough >= this.#core.learner.chosenThrough, 'phase 1 saw everything chosen', () => {
      return `proposed through ${this.proposedThrough}, chosen through ${this.#core.learner.chosenThrough}`;
    });
    const first = this.proposedThrough + 1;
    this.#propose(batch.map((parts) => ({ ...parts, origin: this.#leader.ballot })));
    this.#inFlight.push({ requestIds: batch.map(({ requestId }) => requestId), lastSlot: this.proposedThrough });
    batch.forEach(({ requestId }, index) => {
      this.#core.outbox.emit({ kind: 'proposalFate', requestId, fate: 'proposed', slot: first + index });
    });
  }

  #propose(entries: readonly Entry[]): void {
    const { acceptor } = this.#core;
    const needFrom = acceptor.accept(this.#leader.ballot, this.proposedThrough + 1, entries);
    invariant(needFrom === 0, 'a leader has no gap in its own journal', () => `needs from ${needFrom}`);
    this.proposedThrough += entries.length;
  }

  /** Batches that are chosen make room for others. */
  settle(): void {
    const { chosenThrough } = this.#core.learner;
    while (this.#inFlight.length > 0 && (this.#inFlight[0]?.lastSlot ?? 0) <= chosenThrough) this.#inFlight.shift();
  }

  /** Leadership ended. What was proposed may still be chosen, what was waiting will not. */
  fail(): void {
    for (const { requestIds } of this.#inFlight) {
      for (const requestId of requestIds) this.#core.outbox.emit({ kind: 'proposalFate', requestId, fate: 'lost' });
    }
    for (const entries of this.#waiting) this.#report(entries, 'notLeader');
    this.#inFlight = [];
    this.#waiting = [];
  }

  #report(entries: readonly EntryParts[], fate: 'busy' | 'notLeader'): void {
    for (const { requestId } of entries) this.#core.outbox.emit({ kind: 'proposalFate', requestId, fate });
  }
}
