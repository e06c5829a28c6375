import { majorityReached } from './configuration.ts';
import type { Core } from './core.ts';
import type { AgentId, Slot } from './types.ts';

/** Rounds that may be on their way at once; more reads than that share the next one. */
const ROUNDS_IN_FLIGHT_MAX = 8;

interface PendingRead {
  readonly readId: string;
  readonly slot: Slot;
  readonly round: number;
}

/**
 * Linearizable reads by read-index (Ongaro, Consensus: Bridging Theory and Practice, 6.4): the chosen slot is noted, then
 * a heartbeat round *started after the request* must be answered by a majority. No clock takes part.
 */
export class QuorumReads {
  #core: Core;
  #voters: readonly AgentId[];
  #startRound: () => void;
  /** Asked before the leader's own no-op was chosen. */
  #early: string[] = [];
  /** Waiting for a round to start. */
  #queued: { readId: string; slot: Slot }[] = [];
  #pending: PendingRead[] = [];
  #answered = new Map<AgentId, number>();
  #started = 0;
  #confirmed = 0;
  #isReady = false;

  constructor(core: Core, voters: readonly AgentId[], startRound: () => void) {
    this.#core = core;
    this.#voters = voters;
    this.#startRound = startRound;
  }

  request(readId: string): void {
    if (!this.#isReady) {
      this.#early.push(readId);
      return;
    }
    this.#queued.push({ readId, slot: this.#core.learner.chosenThrough });
    this.#start();
  }

  /** The own no-op is chosen: from here the chosen prefix holds everything that was ever acknowledged. */
  ready(): void {
    this.#isReady = true;
    const early = this.#early;
    this.#early = [];
    for (const readId of early) this.request(readId);
  }

  /** A round goes out; what is queued counts on it. */
  roundStarted(round: number): void {
    this.#started = round;
    for (const { readId, slot } of this.#queued) this.#pending.push({ readId, slot, round });
    this.#queued = [];
  }

  answered(from: AgentId, round: number): void {
    if (round <= (this.#answered.get(from) ?? 0)) return;
    this.#answered.set(from, round);
    this.settle();
  }

  settle(): void {
    const { options, outbox } = this.#core;
    const reached = majorityReached(this.#voters, (agentId) =>
      agentId === options.agentId ? this.#started : (this.#answered.get(agentId) ?? 0),
    );
    this.#confirmed = Math.max(this.#confirmed, reached);
    while (this.#pending.length > 0 && (this.#pending[0]?.round ?? 0) <= this.#confirmed) {
      const { readId, slot } = this.#pending.shift() as PendingRead;
      outbox.emit({ kind: 'readReady', readId, slot });
    }
    this.#start();
  }

  #start(): void {
    if (this.#queued.length === 0 || this.#started - this.#confirmed >= ROUNDS_IN_FLIGHT_MAX) return;
    this.#startRound();
    this.settle();
  }

  fail(): void {
    const readIds = [
      ...this.#early,
      ...this.#queued.map(({ readId }) => readId),
      ...this.#pending.map(({ readId }) => readId),
    ];
    for (const readId of readIds) this.#core.outbox.emit({ kind: 'readFailed', readId });
  }
}
