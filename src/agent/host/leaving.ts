import type { AgentId } from '../consensus/types.ts';
import type { AutopilotDuty } from './autopilot-duty.ts';
import { votersOf } from './configuration-change.ts';
import type { HostContext } from './host-context.ts';
import type { Liveness } from './liveness.ts';

/**
 * Good order before an exit, so that the cell hardly notices: a leader hands over to the voter that is furthest, a sole
 * voter first swaps roles with a learner.
 */
export class Leaving {
  #context: HostContext;
  #liveness: Liveness;
  #autopilot: AutopilotDuty;
  #waiting: (() => void)[] = [];
  #deadlineMs = 0;
  #askedMs = -Infinity;

  constructor(context: HostContext, parts: { liveness: Liveness; autopilot: AutopilotDuty }) {
    this.#context = context;
    this.#liveness = parts.liveness;
    this.#autopilot = parts.autopilot;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  begin(timeoutMs: number, then: () => void): void {
    this.#waiting.push(then);
    this.#deadlineMs = this.#context.ports.nowMs() + timeoutMs;
    this.#context.watchDeadlines();
    this.#context.wake();
  }

  proceed(): void {
    if (this.#waiting.length === 0) return;
    const nowMs = this.#context.ports.nowMs();
    if (nowMs < this.#deadlineMs && this.#hasSuccessor(nowMs)) return;
    this.end();
  }

  /** Done, hopeless, or the host stops: whoever waits for it goes on. */
  end(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#autopilot.isLeaving = false;
    for (const then of waiting) then();
  }

  /** False: there is nothing to wait for (any more). */
  #hasSuccessor(nowMs: number): boolean {
    const { replica, agentId } = this.#context;
    const voters = votersOf(replica.configuration);
    if (voters.length === 1 && voters[0] === agentId) return this.#swapRoles();
    // An ex-leader waits until somebody else leads, a follower has nothing to hand over.
    if (replica.role !== 'leader') return this.#askedMs > -Infinity && replica.leader === undefined;
    const to = this.#furthest(voters);
    if (to === undefined) return false;
    if (nowMs - this.#askedMs >= this.#context.config.consensus.electionMaxMs) {
      this.#askedMs = nowMs;
      this.#context.feed({ kind: 'transferLeadership', to });
    }
    return true;
  }

  #swapRoles(): boolean {
    const { replica, agentId, config } = this.#context;
    const learners = replica.configuration.participants.filter((participant) => participant.agentId !== agentId);
    if (config.autopilotMode === 'off' || !learners.some((learner) => this.#isHeard(learner.agentId))) return false;
    this.#askedMs = this.#context.ports.nowMs();
    if (!this.#autopilot.isLeaving) this.#autopilot.hurry();
    this.#autopilot.isLeaving = true;
    return true;
  }

  #furthest(voters: readonly AgentId[]): AgentId | undefined {
    let best: { readonly agentId: AgentId; readonly through: number } | undefined;
    for (const { agentId, through } of this.#context.replica.progress()) {
      if (!voters.includes(agentId) || !this.#isHeard(agentId)) continue;
      if (best === undefined || through > best.through) best = { agentId, through };
    }
    return best?.agentId;
  }

  #isHeard(agentId: AgentId): boolean {
    return this.#liveness.silentMs(agentId) < this.#context.config.silentAfterMs;
  }
}
