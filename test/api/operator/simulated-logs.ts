import type { SequenceMerge } from '../../../src/agent/api/operator/sequence-merge.ts';
import type { Exchange, MessageView } from '../../../src/contract/index.ts';

/** What a run is made of, in order. Everything random is in here. */
export type Step =
  | {
      readonly kind: 'send';
      readonly from: number;
      readonly to: number;
      readonly latencyMs: number;
      readonly fate: Fate;
    }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'read'; readonly agent: number; readonly count: number }
  | { readonly kind: 'lose'; readonly agent: number }
  | { readonly kind: 'restart'; readonly agent: number; readonly skewMs: number }
  | { readonly kind: 'take' };
export type Fate = 'arrives' | 'twice' | 'lost' | 'dropped';

interface SimulatedAgent {
  readonly id: string;
  boot: number;
  skewMs: number;
  log: MessageView[];
  /** Lines of the log that the merge was given. */
  read: number;
}

/** Both ends of a message as the merge was told of them. */
export interface KnownEnds {
  sent?: { readonly lane: string; readonly sequence: number };
  received?: { readonly lane: string; readonly sequence: number };
}

/** Agents with clocks of their own that send each other messages over one true time, and a viewer that reads their logs. */
export class SimulatedLogs {
  readonly agents: SimulatedAgent[];
  /** What the viewer knows by the newest event about it. */
  readonly told = new Map<string, Exchange>();
  /** What it should know: the ends that were read. */
  readonly known = new Map<string, KnownEnds>();
  /** Told with one end while the other was in a log that can be read. */
  readonly tooEarly: Exchange[] = [];
  missed = 0;
  #nowMs = 1_000_000;
  #sent = 0;
  #arriving: { readonly atMs: number; readonly arrive: () => void }[] = [];
  readonly #merge: SequenceMerge;

  constructor(merge: SequenceMerge, skewsMs: readonly number[]) {
    this.#merge = merge;
    this.agents = skewsMs.map((skewMs, index) => ({ id: `agent${index}`, boot: 1, skewMs, log: [], read: 0 }));
    for (const agent of this.agents) this.#open(agent);
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) this.#do(step);
    // Everything arrives, all logs are read, and time goes on.
    this.#pass(2_000);
    for (const ms of [2_000, 1]) {
      for (const agent of this.agents) this.#read(agent, Number.POSITIVE_INFINITY);
      this.#pass(ms);
    }
    this.#take();
  }

  #do(step: Step): void {
    if (step.kind === 'send') this.#send(this.#at(step.from), this.#at(step.to), step.latencyMs, step.fate);
    else if (step.kind === 'pass') this.#pass(step.ms);
    else if (step.kind === 'read') this.#read(this.#at(step.agent), step.count);
    else if (step.kind === 'lose') this.#merge.lost(this.#at(step.agent).id);
    else if (step.kind === 'restart') this.#restart(this.#at(step.agent), step.skewMs);
    else this.#take();
  }

  #at(index: number): SimulatedAgent {
    return this.agents[index % this.agents.length]!;
  }

  #restart(agent: SimulatedAgent, skewMs: number): void {
    agent.boot += 1;
    agent.skewMs = skewMs;
    agent.log = [];
    agent.read = 0;
    this.#open(agent);
  }

  #open(agent: SimulatedAgent): void {
    this.#merge.opened(agent.id, `boot${agent.boot}`, Number.NEGATIVE_INFINITY);
  }

  #send(from: SimulatedAgent, to: SimulatedAgent, latencyMs: number, fate: Fate): void {
    if (from === to) return;
    this.#sent += 1;
    const messageId = `${from.id}-${this.#sent}`;
    this.#record(from, 'sent', to.id, messageId, fate === 'dropped' ? 'dropped: no link' : '');
    if (fate === 'lost' || fate === 'dropped') return;
    const arrive = (): void => this.#record(to, 'received', from.id, messageId, '');
    this.#arriving.push({ atMs: this.#nowMs + latencyMs, arrive });
    if (fate === 'twice') this.#arriving.push({ atMs: this.#nowMs + latencyMs + 1, arrive });
  }

  #pass(ms: number): void {
    const until = this.#nowMs + ms;
    this.#arriving.sort((a, b) => a.atMs - b.atMs);
    while (this.#arriving.length > 0 && this.#arriving[0]!.atMs <= until) {
      const { atMs, arrive } = this.#arriving.shift()!;
      this.#nowMs = Math.max(this.#nowMs, atMs);
      arrive();
    }
    this.#nowMs = until;
  }

  #record(
    agent: SimulatedAgent,
    direction: MessageView['direction'],
    peer: string,
    messageId: string,
    status: string,
  ): void {
    agent.log.push({
      sequence: agent.log.length + 1,
      atMs: this.#nowMs + agent.skewMs,
      channel: 'peer',
      direction,
      peer,
      kind: 'accept',
      messageId,
      ballot: null,
      slot: 1,
      throughSlot: 1,
      bytes: 10,
      durationMs: 0,
      status,
      own: false,
    });
  }

  #read(agent: SimulatedAgent, count: number): void {
    const lines = agent.log.slice(agent.read, agent.read + count);
    agent.read += lines.length;
    for (const { messageId, direction, sequence } of lines) {
      const ends = this.known.get(messageId) ?? {};
      // A message that the network delivered twice counts as received when it came first.
      ends[direction] ??= { lane: agent.id, sequence };
      this.known.set(messageId, ends);
    }
    const isAll = agent.read === agent.log.length;
    const atMs = isAll ? this.#nowMs + agent.skewMs : (lines.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY);
    this.#open(agent);
    this.#merge.read(agent.id, { messages: lines, missed: 0, atMs, isComplete: isAll }, this.#nowMs);
  }

  #take(): void {
    const { exchanges, missed } = this.#merge.take();
    this.missed += missed;
    for (const exchange of exchanges) {
      this.told.set(exchange.messageId, exchange);
      if (exchange.receivedMs !== null || exchange.status !== '') continue;
      const to = this.agents.find(({ id }) => id === exchange.to)!;
      const unread = to.log.slice(to.read).some(({ messageId }) => messageId === exchange.messageId);
      if (unread) this.tooEarly.push(exchange);
    }
  }
}
