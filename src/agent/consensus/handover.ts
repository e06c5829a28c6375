import { NO_BALLOT } from './ballot.ts';
import { isMajority, votersOf } from './configuration.ts';
import type { Core } from './core.ts';
import type { AgentId, Slot } from './types.ts';

const TELL_BYTES = 1024 * 1024;

/**
 * Whoever knows a change chosen and hears no leader for an election timeout, removed or not, sends the chosen prefix to
 * the new voters until a majority of them has said that it durably stores the change *as chosen*. Otherwise a crash at
 * the wrong moment leaves a cell whose every member believes itself a learner.
 */
export class Handover {
  #core: Core;
  #confirmed = new Set<AgentId>();
  /** Where each new voter said its knowledge ends. */
  #needs = new Map<AgentId, Slot>();
  /** Who has not answered since it was last told: it gets one entry at a time, for it is probably down. */
  #silent = new Set<AgentId>();
  #nextMs = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  begin(): void {
    this.#confirmed.clear();
    this.#needs.clear();
    this.#silent.clear();
    this.#nextMs = this.#core.nowMs;
  }

  #isDone(): boolean {
    const { learner, options } = this.#core;
    const voters = votersOf(learner.configuration);
    const has = (agentId: AgentId) =>
      agentId === options.agentId ? learner.durableChosen >= learner.configurationSlot : this.#confirmed.has(agentId);
    return voters.length === 0 || isMajority(voters.filter(has).length, voters);
  }

  /** Some answer said how far its sender durably knows the journal chosen. */
  onDurablyChosen(from: AgentId, chosenThrough: Slot, needFrom: Slot): void {
    if (chosenThrough >= this.#core.learner.configurationSlot) this.#confirmed.add(from);
    this.#silent.delete(from);
    if (needFrom > 0) this.#needs.set(from, needFrom);
    else this.#needs.set(from, chosenThrough + 1);
  }

  get nextMs(): number {
    return this.#isDone() ? Number.POSITIVE_INFINITY : this.#nextMs;
  }

  tick(): void {
    const { nowMs, options, learner, leadership } = this.#core;
    if (nowMs < this.#nextMs || this.#isDone()) return;
    this.#nextMs = nowMs + options.config.heartbeatMs * 2;
    if (leadership.role === 'leader' || leadership.hasHeardLeaderWithin(options.config.electionMaxMs)) return;
    for (const voter of votersOf(learner.configuration)) {
      if (voter === options.agentId || this.#confirmed.has(voter)) continue;
      const maxBytes = this.#silent.has(voter) || !this.#needs.has(voter) ? 1 : TELL_BYTES;
      this.#silent.add(voter);
      learner.tell(voter, this.#needs.get(voter) ?? learner.configurationSlot, NO_BALLOT, maxBytes);
    }
  }
}
