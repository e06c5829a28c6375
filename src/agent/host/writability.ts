import type { HostContext } from './host-context.ts';

/**
 * Whether the cell takes writes, as far as this agent can tell: it hears a leader that has a majority. An election is
 * not worth a word; only when none succeeds for a while the agent calls itself read-only.
 */
export class Writability {
  #context: HostContext;
  #leaderlessSinceMs: number | undefined;
  #reason = 'this agent has just started and heard no leader yet';
  #sinceMs: number;
  #isToldRemoved = false;

  constructor(context: HostContext) {
    this.#context = context;
    this.#leaderlessSinceMs = context.ports.nowMs();
    this.#sinceMs = Math.floor(context.ports.wallMs());
  }

  get isWritable(): boolean {
    return this.#reason === '';
  }

  get reason(): string {
    return this.#reason;
  }

  /** Wall clock; 0 while writable. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** A participant said so; a leader that sends its heartbeats refutes it. */
  removed(): void {
    this.#isToldRemoved = true;
  }

  get isToldRemoved(): boolean {
    return this.#isToldRemoved;
  }

  /** Returns true when the answer changed. */
  review(isSilent: (agentId: string) => boolean): boolean {
    const { replica, ports, config, agentId } = this.#context;
    const { leader } = replica;
    const isLed = leader !== undefined && (leader !== agentId || this.#context.isReadyLeader);
    if (isLed) {
      this.#leaderlessSinceMs = undefined;
      this.#isToldRemoved = false;
      return this.#set('');
    }
    const nowMs = ports.nowMs();
    this.#leaderlessSinceMs ??= nowMs;
    // Said once is enough: while the cell stays without a leader, the first reason and moment stand.
    if (nowMs - this.#leaderlessSinceMs < 2 * config.consensus.electionMaxMs) return false;
    return this.#set(this.#explain(isSilent));
  }

  #explain(isSilent: (agentId: string) => boolean): string {
    const { participants } = this.#context.replica.configuration;
    if (participants.length === 0) return 'this agent has not joined a cell yet';
    if (!participants.some(({ agentId }) => agentId === this.#context.agentId)) {
      return 'this agent is not a participant of the cell any more';
    }
    if (this.#isToldRemoved) return 'this agent was removed from the cell';
    const voters = participants.filter(({ role }) => role === 'voter');
    const heard = voters.filter(({ agentId }) => agentId === this.#context.agentId || !isSilent(agentId));
    const majority = Math.floor(voters.length / 2) + 1;
    const hears = `no leader: this agent hears ${heard.length} of ${voters.length} voters`;
    return heard.length < majority ? `${hears}, ${majority} are needed` : `${hears}, and an election is under way`;
  }

  #set(reason: string): boolean {
    if (reason === this.#reason) return false;
    const turned = (reason === '') !== (this.#reason === '');
    this.#reason = reason;
    if (turned) this.#sinceMs = reason === '' ? 0 : Math.floor(this.#context.ports.wallMs());
    return true;
  }
}
