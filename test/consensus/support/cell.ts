import { encodeConfiguration } from '../../../src/agent/consensus/configuration.ts';
import type { Envelope, Message } from '../../../src/agent/consensus/messages.ts';
import type {
  AgentId,
  Configuration,
  Entry,
  JournalEntry,
  ParticipantRole,
  Slot,
} from '../../../src/agent/consensus/types.ts';
import { Random } from '../../../src/simulation/random.ts';
import { ballot } from '../replica-fixture.ts';
import { Agent, type AgentOptions } from './agent.ts';

/** Due ticks of an agent come no closer together. */
const TICK_MS = 1;

export type Roles = Readonly<Record<AgentId, ParticipantRole>>;

/**
 * A cell of bare replicas in one hand: a manual clock, disks in memory, and a network that does what the test says. Nothing
 * happens between two calls of a test, and the same test does the same every time.
 */
export class Cell {
  nowMs = 0;
  readonly random: Random;
  /** True loses the message, when it would arrive. */
  loses: (envelope: Envelope) => boolean = () => false;
  latencyMs: (envelope: Envelope) => number = () => 1;
  /** Two agents that had different entries for one slot. */
  readonly conflicts: string[] = [];
  readonly #agents = new Map<AgentId, Agent>();
  readonly #known = new Map<Slot, { by: AgentId; entry: Entry }>();
  /** In order of time, the next one last. */
  readonly #events: { atMs: number; work: () => void }[] = [];

  constructor(seed = 1) {
    this.random = new Random(seed);
  }

  get agents(): Agent[] {
    return [...this.#agents.values()];
  }

  add(id: AgentId, options: AgentOptions = {}): Agent {
    const agent = new Agent(this, id, options);
    this.#agents.set(id, agent);
    return agent;
  }

  agent(id: AgentId): Agent {
    const agent = this.#agents.get(id);
    if (agent === undefined) throw new Error(`no agent ${id}`);
    return agent;
  }

  /** Agents that know the founding entry, and nothing else. */
  found(roles: Roles, options: AgentOptions = {}): Agent[] {
    return Object.keys(roles).map((id) => this.add(id, { entries: [founding(roles)], ...options }));
  }

  /** Only these look at their clocks; the others still answer. */
  onlyTick(...agents: readonly Agent[]): void {
    for (const agent of this.agents) agent.isTicking = agents.includes(agent);
  }

  /** The agents of each group reach each other and nobody else; whoever is in none is alone. */
  partition(...groups: readonly (readonly Agent[])[]): void {
    const groupOf = (id: AgentId) => groups.findIndex((group) => group.some((agent) => agent.id === id));
    this.loses = ({ from, to }) => groupOf(from) < 0 || groupOf(from) !== groupOf(to);
  }

  send(envelope: Envelope): void {
    this.after(this.latencyMs(envelope), () => {
      if (!this.loses(envelope)) this.#agents.get(envelope.to)?.step({ kind: 'message', envelope });
    });
  }

  after(delayMs: number, work: () => void): void {
    if (delayMs === Number.POSITIVE_INFINITY) return;
    const atMs = this.nowMs + delayMs;
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1]?.atMs ?? 0) <= atMs) at -= 1;
    this.#events.splice(at, 0, { atMs, work });
  }

  pass(durationMs: number): void {
    this.#run(this.nowMs + durationMs, () => false);
  }

  /** @throws when it has not come true within so much of the manual clock */
  until(condition: () => boolean, limitMs = 10_000): void {
    if (condition() || this.#run(this.nowMs + limitMs, condition)) return;
    throw new Error(`did not come true within ${limitMs} ms: ${condition}`);
  }

  /** An agent has the entry of a slot as chosen. */
  chosen(agent: Agent, slot: Slot, entry: Entry): void {
    const known = this.#known.get(slot);
    if (known === undefined) this.#known.set(slot, { by: agent.id, entry });
    else if (known.entry.requestId !== entry.requestId || known.entry.origin.round !== entry.origin.round) {
      const conflict = `slot ${slot}: ${known.entry.requestId} at ${known.by}, ${entry.requestId} at ${agent.id}`;
      this.conflicts.push(conflict);
    }
  }

  #run(endMs: number, isOver: () => boolean): boolean {
    while (this.nowMs < endMs) {
      const nextMs = Math.min(this.#nextTickMs(), this.#events.at(-1)?.atMs ?? endMs, endMs);
      this.nowMs = Math.max(this.nowMs, nextMs);
      while ((this.#events.at(-1)?.atMs ?? Number.POSITIVE_INFINITY) <= this.nowMs) {
        this.#events.pop()?.work();
        if (isOver()) return true;
      }
      for (const agent of this.agents) {
        if (!agent.isTicking || agent.isDown || agent.replica.nextTickMs > this.nowMs) continue;
        agent.step({ kind: 'tick', nowMs: this.nowMs });
        if (isOver()) return true;
      }
    }
    return false;
  }

  #nextTickMs(): number {
    const due = this.agents
      .filter(({ isTicking, isDown }) => isTicking && !isDown)
      .map(({ replica }) => replica.nextTickMs);
    return Math.max(Math.min(...due), this.nowMs + TICK_MS);
  }
}

export function configuration(epoch: number, roles: Roles): Configuration {
  return { epoch, participants: Object.entries(roles).map(([agentId, role]) => ({ agentId, role })) };
}

/** Slot 1 of a cell. */
export function founding(roles: Roles): JournalEntry {
  const payload = encodeConfiguration(configuration(1, roles));
  const origin = ballot('0.founder');
  return {
    slot: 1,
    ballot: origin,
    entry: { kind: 'configuration', origin, stampMs: 0, requestId: 'founding', payload },
  };
}

export function command(slot: Slot, of: string, requestId: string, payload = new Uint8Array(0)): JournalEntry {
  const origin = ballot(of);
  return { slot, ballot: origin, entry: { kind: 'command', origin, stampMs: 0, requestId, payload } };
}

export function change(agent: Agent, roles: Roles): void {
  const next = configuration(agent.replica.configuration.epoch + 1, roles);
  const payload = encodeConfiguration(next);
  agent.step({ kind: 'propose', entries: [{ kind: 'configuration', stampMs: 0, requestId: 'change', payload }] });
}

export function envelope(from: Agent, to: Agent, message: Message): Envelope {
  const { epoch } = from.replica.configuration;
  return { group: 0, cellId: 'cell', from: from.id, to: to.id, epoch, message };
}
