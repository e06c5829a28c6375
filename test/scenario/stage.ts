import { consensusConfig } from '../../src/agent/config.ts';
import { EMPTY_CONFIGURATION, encodeConfiguration } from '../../src/agent/consensus/configuration.ts';
import type { Base, ConsensusConfig, EntryParts, Input, Output } from '../../src/agent/consensus/io.ts';
import type { Envelope } from '../../src/agent/consensus/messages.ts';
import { Replica } from '../../src/agent/consensus/replica.ts';
import type { AgentId, Configuration, JournalEntry, Slot, Token } from '../../src/agent/consensus/types.ts';
import { LogImage } from '../../src/simulation/log-image.ts';
import { ballotText, configurationText, itemText, messageText, outputText } from './format.ts';

const NOWHERE: Base = {
  slot: 0,
  era: { round: 0, agentId: '' },
  configuration: EMPTY_CONFIGURATION,
  configurationSlot: 0,
};

interface Actor {
  readonly agentId: AgentId;
  replica: Replica | undefined;
  /** What an fsync covered, and what is only committed. */
  durable: LogImage;
  committed: LogImage;
  durableBase: Base;
  token: Token;
  durableToken: Token;
  waiting: { readonly after: Token; readonly envelope: Envelope }[];
  nowMs: number;
  applied: Slot;
}

/** What the scenarios count their steps in. */
const PACE = { heartbeatMs: 50, electionMinMs: 150, electionMaxMs: 300 };

/** Replicas, their disks and the messages between them, moved by hand: nothing happens that the script does not say. */
export class Stage {
  readonly lines: string[] = [];
  /** Every write is durable at once. */
  autoPersist = true;
  isQuiet = false;
  settings: Partial<ConsensusConfig> = {};
  readonly #actors = new Map<AgentId, Actor>();
  #inFlight: Envelope[] = [];

  // -- who is there

  found(configuration: Configuration): void {
    const origin = { round: 1, agentId: configuration.participants[0]?.agentId ?? '' };
    const payload = encodeConfiguration(configuration);
    const entry = { kind: 'configuration', origin, stampMs: 0, requestId: 'founding', payload } as const;
    for (const { agentId } of configuration.participants) {
      const actor = this.#add(agentId);
      actor.durable.apply({ promised: origin, entries: [{ slot: 1, ballot: origin, entry }], chosenThrough: 1 });
      this.restart(agentId);
    }
  }

  newcomer(agentId: AgentId): void {
    this.#add(agentId);
    this.restart(agentId);
  }

  #add(agentId: AgentId): Actor {
    const actor: Actor = {
      agentId,
      replica: undefined,
      durable: new LogImage(),
      committed: new LogImage(),
      durableBase: NOWHERE,
      token: 0,
      durableToken: 0,
      waiting: [],
      nowMs: 0,
      applied: 0,
    };
    this.#actors.set(agentId, actor);
    return actor;
  }

  get agents(): AgentId[] {
    return [...this.#actors.keys()];
  }

  get running(): AgentId[] {
    return this.agents.filter((agentId) => this.#actors.get(agentId)?.replica !== undefined);
  }

  #actor(agentId: AgentId): Actor {
    const actor = this.#actors.get(agentId);
    if (actor === undefined) throw new Error(`nobody is called ${agentId}`);
    return actor;
  }

  #running(agentId: AgentId): Actor & { replica: Replica } {
    const actor = this.#actor(agentId);
    if (actor.replica === undefined) throw new Error(`${agentId} is down`);
    return actor as Actor & { replica: Replica };
  }

  /** Everything that was not fsynced is lost, and so are the messages that waited for it. */
  crash(agentId: AgentId): void {
    const actor = this.#actor(agentId);
    actor.replica = undefined;
    actor.waiting = [];
  }

  restart(agentId: AgentId): void {
    const actor = this.#actor(agentId);
    actor.committed = actor.durable.copy();
    actor.token = 0;
    actor.durableToken = 0;
    actor.applied = actor.durableBase.slot;
    actor.replica = new Replica({
      group: 0,
      agentId,
      cellId: 'cell',
      durable: { ...actor.committed.found, base: actor.durableBase },
      journal: { read: (from, through, maxBytes) => actor.committed.read(from, through, maxBytes) },
      random: () => 0.5,
      nowMs: actor.nowMs,
      config: consensusConfig({ ...PACE, ...this.settings }),
    });
    this.step(agentId, { kind: 'tick', nowMs: actor.nowMs });
  }

  // -- what happens to one

  step(agentId: AgentId, input: Input): void {
    const actor = this.#running(agentId);
    for (const output of actor.replica.step(input)) this.#execute(actor, output);
    if (this.autoPersist && actor.token > actor.durableToken) this.persist(agentId);
  }

  #execute(actor: Actor & { replica: Replica }, output: Output): void {
    const text = outputText(output);
    if (text !== undefined) for (const line of text.split('\n')) this.#say(`${actor.agentId} ${line}`);
    if (output.kind === 'persist') {
      actor.committed.apply(output.writes);
      actor.token = output.token;
    }
    if (output.kind === 'send') {
      const { envelope, after = 0 } = output;
      if (after > actor.durableToken) actor.waiting.push({ after, envelope });
      else this.#inFlight.push(envelope);
    }
    if (output.kind === 'deliver') {
      actor.applied = output.entries.at(-1)?.slot ?? actor.applied;
      actor.replica.step({ kind: 'applied', slot: actor.applied });
    }
  }

  #say(line: string): void {
    if (!this.isQuiet) this.lines.push(line);
  }

  tick(agentId: AgentId, delayMs: number): void {
    const actor = this.#running(agentId);
    actor.nowMs += delayMs;
    this.step(agentId, { kind: 'tick', nowMs: actor.nowMs });
  }

  persist(agentId: AgentId): void {
    const actor = this.#running(agentId);
    actor.durable = actor.committed.copy();
    actor.durableToken = actor.token;
    const free = actor.waiting.filter(({ after }) => after <= actor.token);
    actor.waiting = actor.waiting.filter(({ after }) => after > actor.token);
    this.#inFlight.push(...free.map(({ envelope }) => envelope));
    this.step(agentId, { kind: 'persisted', token: actor.token });
  }

  propose(agentId: AgentId, parts: EntryParts): void {
    this.step(agentId, { kind: 'propose', entries: [parts] });
  }

  configure(agentId: AgentId, participants: Configuration['participants']): void {
    const { replica } = this.#running(agentId);
    const epoch = replica.configuration.epoch + 1;
    const payload = encodeConfiguration({ epoch, participants });
    this.propose(agentId, { kind: 'configuration', stampMs: 0, requestId: `epoch ${epoch}`, payload });
  }

  /** The state is flushed and the journal begins behind what was applied. */
  compact(agentId: AgentId): void {
    const actor = this.#running(agentId);
    actor.durableBase = this.#baseOf(actor);
    const floor = actor.applied + 1;
    actor.committed.dropBelow(floor);
    actor.durable.dropBelow(floor);
    this.step(agentId, { kind: 'compacted', floor });
  }

  snapshot(from: AgentId, to: AgentId): void {
    const base = this.#baseOf(this.#running(from));
    const actor = this.#running(to);
    for (const image of [actor.committed, actor.durable]) {
      image.dropBelow(base.slot + 1);
      image.chosenThrough = Math.max(image.chosenThrough, base.slot);
    }
    actor.durableBase = base;
    actor.applied = base.slot;
    this.step(to, { kind: 'snapshotInstalled', base });
  }

  #baseOf({ replica, applied }: Actor & { replica: Replica }): Base {
    const { era, configuration, configurationSlot } = replica;
    return { slot: applied, era, configuration, configurationSlot };
  }

  // -- messages

  /** Delivers what is in flight now and matches; what that causes stays in flight. */
  deliver(matches: (envelope: Envelope) => boolean, count = Number.POSITIVE_INFINITY): number {
    const now = this.#inFlight.filter(matches).slice(0, count);
    this.#inFlight = this.#inFlight.filter((envelope) => !now.includes(envelope));
    for (const envelope of now) {
      const actor = this.#actors.get(envelope.to);
      if (actor?.replica === undefined) continue;
      this.#say(`${envelope.to} < ${envelope.from} ${messageText(envelope.message)}`);
      this.step(envelope.to, { kind: 'message', envelope });
    }
    return now.length;
  }

  drop(matches: (envelope: Envelope) => boolean): number {
    const before = this.#inFlight.length;
    this.#inFlight = this.#inFlight.filter((envelope) => !matches(envelope));
    return before - this.#inFlight.length;
  }

  inFlight(matches: (envelope: Envelope) => boolean): string[] {
    return this.#inFlight.filter(matches).map(({ from, to, message }) => `${from} > ${to} ${messageText(message)}`);
  }

  // -- what can be seen

  status(agentId: AgentId): string {
    const { replica } = this.#actor(agentId);
    if (replica === undefined) return `${agentId} is down`;
    const { role, ballot, leader, chosenThrough, era, configuration, journalFloor, journalEnd } = replica;
    const parts = [
      `${agentId} ${role} promised ${ballotText(ballot)}`,
      `leader ${leader ?? 'unknown'}`,
      `chosen ${chosenThrough}`,
      `era ${ballotText(era)}`,
      `journal ${journalFloor}-${journalEnd}`,
      configurationText(configuration),
    ];
    return parts.join(', ');
  }

  journal(agentId: AgentId): string[] {
    const { committed } = this.#actor(agentId);
    return committed
      .read(committed.floor, committed.end, Number.POSITIVE_INFINITY)
      .map((item: JournalEntry) => itemText(item));
  }
}
