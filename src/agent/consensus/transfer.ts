import type { Core } from './core.ts';
import type { Leader } from './leader.ts';
import type { ParticipantProgress } from './replication.ts';
import type { AgentId } from './types.ts';

/** A voter with a higher priority must look healthy for this many of its heartbeats before it is handed the leadership. */
const PRIORITY_HEARTBEATS = 20;

/** Handing over leadership: proposals pause, the target gets everything, then it campaigns without a pre-vote. */
export class LeadershipTransfer {
  #core: Core;
  #leader: Leader;
  #target: AgentId | undefined;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #isSent = false;
  #preferred: { agentId: AgentId; heartbeats: number } | undefined;

  constructor(core: Core, leader: Leader) {
    this.#core = core;
    this.#leader = leader;
  }

  get isUnderWay(): boolean {
    return this.#target !== undefined;
  }

  get nextMs(): number {
    return this.#deadlineMs;
  }

  begin(target: AgentId): void {
    const { nowMs, options } = this.#core;
    if (target === options.agentId || !this.#leader.voters.includes(target)) return;
    this.#target = target;
    this.#isSent = false;
    this.#deadlineMs = nowMs + options.config.electionMaxMs;
    this.proceed();
  }

  tick(): void {
    if (this.#core.nowMs >= this.#deadlineMs) {
      // The target did not take over: go on leading.
      this.#target = undefined;
      this.#deadlineMs = Number.POSITIVE_INFINITY;
    }
    this.proceed();
  }

  proceed(): void {
    if (this.#target === undefined || this.#isSent) return;
    const progress = this.#leader.replication.progress.get(this.#target);
    if (!progress || progress.through < this.#leader.proposer.proposedThrough) return;
    this.#isSent = true;
    this.#core.outbox.send(this.#target, { kind: 'campaignNow', ballot: this.#leader.ballot });
  }

  /** Optional leader priority: a caught-up voter with a higher one is handed the leadership. */
  consider(progress: ParticipantProgress): void {
    this.proceed();
    const { options, learner } = this.#core;
    const isPreferable =
      this.#leader.isReady &&
      progress.priority > options.config.priority &&
      this.#leader.voters.includes(progress.agentId) &&
      progress.through >= learner.chosenThrough;
    if (!isPreferable) {
      if (this.#preferred?.agentId === progress.agentId) this.#preferred = undefined;
      return;
    }
    const preferred = this.#preferred && this.#leader.replication.progress.get(this.#preferred.agentId);
    if (preferred && preferred !== progress && preferred.priority >= progress.priority) return;
    if (preferred !== progress || !this.#preferred) {
      this.#preferred = { agentId: progress.agentId, heartbeats: 0 };
    }
    this.#preferred.heartbeats += 1;
    if (this.#preferred.heartbeats >= PRIORITY_HEARTBEATS && !this.isUnderWay) {
      this.#preferred = undefined;
      this.begin(progress.agentId);
    }
  }
}
