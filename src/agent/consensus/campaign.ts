import { compareBallots, sameBallot } from './ballot.ts';
import { isMajority } from './configuration.ts';
import type { Core } from './core.ts';
import { invariant } from './invariants.ts';
import type { Message } from './messages.ts';
import type { AgentId, Ballot, Entry, JournalEntry, Slot } from './types.ts';

type Body<K extends Message['kind']> = Extract<Message, { kind: K }>;

/**
 * A non-binding question before a campaign (Ongaro, 9.6): would a majority answer? It changes no promise, so a
 * participant that cannot win disturbs nobody.
 */
export class PreVoteRound {
  readonly ballot: Ballot;
  readonly voters: readonly AgentId[];
  readonly deadlineMs: number;
  #granted = new Set<AgentId>();

  constructor(core: Core, ballot: Ballot, voters: readonly AgentId[]) {
    this.ballot = ballot;
    this.voters = voters;
    this.deadlineMs = core.nowMs + core.options.config.preVoteMs;
    this.#granted.add(core.options.agentId);
    const message: Message = { kind: 'preVote', ballot, chosenThrough: core.learner.chosenThrough };
    for (const voter of voters) if (voter !== core.options.agentId) core.outbox.send(voter, message);
  }

  grantedBy(from: AgentId): void {
    this.#granted.add(from);
  }

  get isWon(): boolean {
    return isMajority(this.voters.filter((voter) => this.#granted.has(voter)).length, this.voters);
  }
}

/** What one voter has reported so far. */
interface Report {
  entries: JournalEntry[];
  /** First slot of the next chunk. */
  nextSlot: Slot;
  isComplete: boolean;
}

/**
 * Phase 1 for every slot above the chosen prefix, with the voters of the configuration it started with. A change of the
 * voters that becomes known on the way ends it (`Leadership`).
 */
export class Campaign {
  readonly ballot: Ballot;
  readonly voters: readonly AgentId[];
  readonly fromSlot: Slot;
  deadlineMs: number;
  #core: Core;
  #reports = new Map<AgentId, Report>();
  #repeatMs: number;

  constructor(core: Core, ballot: Ballot, voters: readonly AgentId[], deadlineMs: number) {
    this.#core = core;
    this.ballot = ballot;
    this.voters = voters;
    this.fromSlot = core.learner.chosenThrough + 1;
    this.deadlineMs = deadlineMs;
    this.#repeatMs = core.nowMs + core.options.config.heartbeatMs;
  }

  /** Asks every voter that has not reported completely. Leaves only once the own promise is durable. */
  ask(): void {
    const { options, outbox } = this.#core;
    for (const voter of this.voters) {
      const report = this.#reports.get(voter);
      if (voter === options.agentId || report?.isComplete) continue;
      const fromSlot = report?.nextSlot ?? this.fromSlot;
      outbox.send(voter, { kind: 'prepare', ballot: this.ballot, fromSlot }, outbox.barrier());
    }
  }

  /** The own promise is not durable: nothing was asked yet. */
  postpone(): void {
    const { nowMs, options } = this.#core;
    this.deadlineMs = Math.max(this.deadlineMs, nowMs + options.config.electionMinMs);
    this.#repeatMs = nowMs + options.config.heartbeatMs;
  }

  tick(): void {
    const { nowMs, options } = this.#core;
    if (nowMs < this.#repeatMs) return;
    this.#repeatMs = nowMs + options.config.heartbeatMs;
    this.ask();
  }

  get nextMs(): number {
    return Math.min(this.#repeatMs, this.deadlineMs);
  }

  /**
   * One chunk of a report. It counts only when it is complete: a replier that promised higher, or that compacted into the
   * range before its last chunk, has not told everything it accepted.
   *
   * @returns the replier's journal floor when a snapshot is needed first, else 0.
   */
  take(from: AgentId, reply: Body<'prepareReply'>): Slot {
    invariant(sameBallot(reply.ballot, this.ballot), 'replies belong to the campaign', () => from);
    const report = this.#reports.get(from) ?? { entries: [], nextSlot: this.fromSlot, isComplete: false };
    if (report.isComplete || reply.fromSlot !== report.nextSlot) return 0;
    if (reply.floor > reply.fromSlot) {
      this.#reports.delete(from);
      return reply.floor;
    }
    for (const item of reply.entries) report.entries.push(item);
    report.nextSlot = reply.fromSlot + reply.entries.length;
    report.isComplete = reply.complete;
    this.deadlineMs = Math.max(this.deadlineMs, this.#core.nowMs + this.#core.options.config.electionMinMs);
    this.#reports.set(from, report);
    if (!report.isComplete) {
      this.#core.outbox.send(from, { kind: 'prepare', ballot: this.ballot, fromSlot: report.nextSlot });
    }
    return 0;
  }

  /** The own report counts once the own promise is durable. */
  get isWon(): boolean {
    const { options, acceptor } = this.#core;
    const count = this.voters.filter((voter) =>
      voter === options.agentId
        ? sameBallot(acceptor.promised, this.ballot) && acceptor.isPromiseDurable
        : this.#reports.get(voter)?.isComplete === true,
    ).length;
    return isMajority(count, this.voters);
  }

  /**
   * Per slot above the chosen prefix, the entry of the highest ballot among the complete reports and the own journal
   * (Lamport, Paxos Made Simple, 2.2, phase 2a). Accepting is gap-free, so this has no gaps: asserted, never filled, for
   * a no-op put into a compacted or unseen slot could contradict what was chosen there.
   */
  recovered(): Entry[] {
    const { journal, learner } = this.#core;
    const first = learner.chosenThrough + 1;
    const best = new Map<Slot, JournalEntry>();
    let last = first - 1;
    const consider = (item: JournalEntry) => {
      if (item.slot < first) return;
      last = Math.max(last, item.slot);
      const known = best.get(item.slot);
      if (!known || compareBallots(item.ballot, known.ballot) > 0) best.set(item.slot, item);
    };
    for (const report of this.#reports.values()) if (report.isComplete) report.entries.forEach(consider);
    for (let slot = first; slot <= journal.end; slot += 1) {
      const item = journal.get(slot);
      if (item) consider(item);
    }
    const entries: Entry[] = [];
    for (let slot = first; slot <= last; slot += 1) {
      const item = best.get(slot);
      invariant(item !== undefined, 'recovered slots have no gaps', () => `slot ${slot} of ${first}..${last}`);
      entries.push(item.entry);
    }
    return entries;
  }
}

/** Pre-votes are answered by whoever could help: not by one who hears a leader, nor by one who compacted beyond the asker. */
export function onPreVote(core: Core, from: AgentId, message: Body<'preVote'>): void {
  const { acceptor, journal, learner, leadership, options, outbox } = core;
  const isBeyond = journal.floor > message.chosenThrough + 1;
  const hearsLeader = leadership.role === 'leader' || leadership.hasHeardLeaderWithin(options.config.electionMinMs);
  const isHigher = compareBallots(message.ballot, acceptor.promised) > 0;
  // Else the only agent that reaches a majority may never lead: its campaign would need what nobody can report any more.
  if (isBeyond) {
    outbox.send(from, { kind: 'snapshotOffer', floor: journal.floor, chosenThrough: learner.chosenThrough });
  }
  outbox.send(from, {
    kind: 'preVoteReply',
    ballot: message.ballot,
    granted: !isBeyond && !hearsLeader && isHigher,
    promised: acceptor.promised,
    floor: journal.floor,
    chosenThrough: learner.chosenThrough,
  });
}
