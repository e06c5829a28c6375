import type { AgentId, Slot } from '../consensus/types.ts';
import type { HostContext } from './host-context.ts';

interface Wait {
  readonly slot: Slot;
  readonly missing: Set<AgentId>;
  readonly deadlineMs: number;
  readonly then: (notAppliedBy: readonly AgentId[]) => void;
}

interface Asking {
  readonly from: AgentId;
  readonly callId: string;
  readonly slot: Slot;
  readonly untilMs: number;
}

const ASKING_MAX = 4_096;
const ASKING_MS = 10_000;

/** Quorum ALL: waits until other voters have applied a slot, by asking each of them once per turn. */
export class AppliedQuorum {
  #context: HostContext;
  #liveVoters: () => readonly AgentId[];
  #waits: Wait[] = [];
  /** What each agent has said it applied, since it started. */
  #known = new Map<AgentId, Slot>();
  #uptimeMs = new Map<AgentId, number>();
  #toAsk = new Map<AgentId, Slot>();
  #askedThrough = new Map<AgentId, Slot>();
  #askedMs = new Map<AgentId, number>();
  /** Others that wait for this agent. */
  #asking: Asking[] = [];

  constructor(context: HostContext, liveVoters: () => readonly AgentId[]) {
    this.#context = context;
    this.#liveVoters = liveVoters;
  }

  get isWaiting(): boolean {
    return this.#waits.length > 0 || this.#asking.length > 0;
  }

  /** Suspects are not waited for. Calls back with those that had not applied it in time. */
  awaitLiveVoters(slot: Slot, waitMs: number, then: (notAppliedBy: readonly AgentId[]) => void): void {
    this.#await(slot, this.#liveVoters(), this.#context.ports.nowMs() + waitMs, then);
  }

  awaitAllVoters(slot: Slot, deadlineMs: number, then: (notAppliedBy: readonly AgentId[]) => void): void {
    this.#await(slot, this.#voters(), deadlineMs, then);
  }

  #await(slot: Slot, voters: readonly AgentId[], deadlineMs: number, then: Wait['then']): void {
    const missing = new Set<AgentId>();
    for (const agentId of voters) {
      if (agentId === this.#context.agentId || (this.#known.get(agentId) ?? 0) >= slot) continue;
      missing.add(agentId);
      this.#mustAsk(agentId, slot);
    }
    if (missing.size === 0) {
      then([]);
      return;
    }
    this.#waits.push({ slot, missing, deadlineMs, then });
    this.#context.wake();
    this.#context.watchDeadlines();
  }

  /** The slot was proposed and will be waited for: who knows that now answers in the moment it has applied it. */
  askAhead(slot: Slot): void {
    for (const agentId of this.#liveVoters()) if (agentId !== this.#context.agentId) this.#mustAsk(agentId, slot);
  }

  #mustAsk(agentId: AgentId, slot: Slot): void {
    if ((this.#askedThrough.get(agentId) ?? 0) >= slot) return;
    this.#toAsk.set(agentId, Math.max(slot, this.#toAsk.get(agentId) ?? 0));
  }

  /** Ends a turn: one question per voter, for the highest slot that this turn began to wait for. */
  flush(): void {
    if (this.#toAsk.size === 0) return;
    for (const [agentId, slot] of this.#toAsk) this.#ask(agentId, slot);
    this.#toAsk.clear();
  }

  #ask(agentId: AgentId, slot: Slot): void {
    this.#askedMs.set(agentId, this.#context.ports.nowMs());
    this.#askedThrough.set(agentId, Math.max(slot, this.#askedThrough.get(agentId) ?? 0));
    this.#context.send(agentId, { kind: 'awaitApplied', callId: this.#context.nextCallId(), slot });
  }

  answered(from: AgentId, applied: Slot): void {
    if (applied <= (this.#known.get(from) ?? 0)) return;
    this.#known.set(from, applied);
    this.#settle((wait) => {
      if (applied >= wait.slot) wait.missing.delete(from);
      return wait.missing.size === 0;
    });
  }

  /** An agent that has started again executes anew what its state on disk did not have. */
  reported(from: AgentId, uptimeMs: number): void {
    if (uptimeMs <= (this.#uptimeMs.get(from) ?? Infinity)) {
      this.#known.delete(from);
      this.#askedThrough.delete(from);
    }
    this.#uptimeMs.set(from, uptimeMs);
  }

  /** Another agent waits for this one. */
  received(from: AgentId, callId: string, slot: Slot): void {
    if (this.#context.applied >= slot) {
      this.#context.send(from, { kind: 'awaitAppliedReply', callId, applied: this.#context.applied });
      return;
    }
    if (this.#asking.length >= ASKING_MAX) this.#asking.shift();
    this.#asking.push({ from, callId, slot, untilMs: this.#context.ports.nowMs() + ASKING_MS });
    this.#context.watchDeadlines();
  }

  applied(slot: Slot): void {
    if (this.#asking.length === 0) return;
    this.#asking = this.#asking.filter((asking) => {
      if (asking.slot > slot) return true;
      this.#context.send(asking.from, { kind: 'awaitAppliedReply', callId: asking.callId, applied: slot });
      return false;
    });
  }

  sweep(nowMs: number): void {
    if (this.#asking.length > 0) this.#asking = this.#asking.filter((asking) => asking.untilMs > nowMs);
    if (this.#waits.length === 0) return;
    const voters = new Set(this.#voters());
    this.#settle((wait) => {
      for (const agentId of wait.missing) if (!voters.has(agentId)) wait.missing.delete(agentId);
      return wait.missing.size === 0 || nowMs >= wait.deadlineMs;
    });
    for (const { missing, slot } of this.#waits) {
      for (const agentId of missing) {
        if (nowMs - (this.#askedMs.get(agentId) ?? 0) >= this.#context.config.retryMs) this.#ask(agentId, slot);
      }
    }
  }

  /** Nobody is waited for any more: what waits is told who is missing. */
  stop(): void {
    this.#asking = [];
    this.#toAsk.clear();
    this.#settle(() => true);
  }

  #settle(isOver: (wait: Wait) => boolean): void {
    const over: Wait[] = [];
    this.#waits = this.#waits.filter((wait) => {
      if (!isOver(wait)) return true;
      over.push(wait);
      return false;
    });
    for (const wait of over) wait.then([...wait.missing]);
  }

  #voters(): AgentId[] {
    return this.#context.replica.configuration.participants.flatMap(({ agentId, role }) =>
      role === 'voter' ? [agentId] : [],
    );
  }
}
