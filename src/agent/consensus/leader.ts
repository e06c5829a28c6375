import { compareBallots, formatBallot, sameBallot } from './ballot.ts';
import { decodeConfiguration, isMajority, majorityReached } from './configuration.ts';
import type { Core } from './core.ts';
import { invariant } from './invariants.ts';
import type { EntryParts } from './io.ts';
import type { Message } from './messages.ts';
import { Proposer } from './proposer.ts';
import { QuorumReads } from './quorum-read.ts';
import { type ParticipantProgress, Replication } from './replication.ts';
import { LeadershipTransfer } from './transfer.ts';
import type { AgentId, Ballot, Entry, Slot } from './types.ts';

type Body<K extends Message['kind']> = Extract<Message, { kind: K }>;

/** One leadership: one ballot, with the voters it was won from. */
export class Leader {
  readonly ballot: Ballot;
  readonly voters: readonly AgentId[];
  readonly replication: Replication;
  readonly reads: QuorumReads;
  readonly proposer: Proposer;
  readonly transfer: LeadershipTransfer;
  #core: Core;
  #round = 0;
  #heartbeatMs: number;
  #isReady = false;

  constructor(core: Core, ballot: Ballot, voters: readonly AgentId[], recovered: readonly Entry[]) {
    this.#core = core;
    this.ballot = ballot;
    this.voters = voters;
    this.replication = new Replication(core, ballot);
    this.transfer = new LeadershipTransfer(core, this);
    this.proposer = new Proposer(core, this, recovered);
    this.reads = new QuorumReads(core, voters, () => this.startRound());
    this.#heartbeatMs = core.nowMs;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  propose(entries: readonly EntryParts[]): void {
    this.proposer.request(entries);
  }

  startRound(): void {
    const { learner, outbox, nowMs, options } = this.#core;
    this.#round += 1;
    this.#heartbeatMs = nowMs + options.config.heartbeatMs;
    const { chosenThrough } = learner;
    const message: Message = { kind: 'heartbeat', ballot: this.ballot, round: this.#round, chosenThrough };
    for (const progress of this.replication.progress.values()) {
      outbox.send(progress.agentId, message);
      progress.told = chosenThrough;
    }
    this.reads.roundStarted(this.#round);
  }

  /** @returns why leadership must end, if it must. */
  tick(): string | undefined {
    const { nowMs, options, outbox } = this.#core;
    const { electionMaxMs } = options.config;
    const heard = this.voters.filter((voter) => {
      const progress = this.replication.progress.get(voter);
      return voter === options.agentId || (progress && nowMs - progress.lastHeardMs <= electionMaxMs);
    });
    if (!isMajority(heard.length, this.voters)) return 'no majority heard within an election timeout';
    const waitingSinceMs = outbox.waitingSinceMs;
    if (this.voters.length > 1 && waitingSinceMs !== undefined && nowMs - waitingSinceMs > 2 * electionMaxMs) {
      return 'the own disk does not answer';
    }
    this.transfer.tick();
    if (nowMs >= this.#heartbeatMs) {
      if (waitingSinceMs === undefined) this.#core.learner.record();
      this.startRound();
      this.reads.settle();
    }
    return undefined;
  }

  get nextMs(): number {
    return Math.min(this.#heartbeatMs, this.transfer.nextMs);
  }

  onAcceptReply(from: AgentId, reply: Body<'acceptReply'>): void {
    const progress = this.#heard(from, reply.ballot);
    if (!progress) return;
    this.#advance(progress, reply.through, reply.chosenThrough);
    progress.received(reply.received);
    if (reply.needFrom > 0) this.replication.onGap(progress, reply.needFrom);
  }

  onHeartbeatReply(from: AgentId, reply: Body<'heartbeatReply'>): void {
    const progress = this.#heard(from, reply.ballot);
    if (!progress) return;
    this.#advance(progress, reply.through, reply.chosenThrough);
    progress.applied = Math.max(progress.applied, reply.applied);
    progress.priority = reply.priority;
    progress.received(reply.through);
    // Everything sent before this round went out should have arrived with it.
    if (reply.round > progress.sentInRound && reply.received + 1 < progress.next) progress.rewind(reply.received + 1);
    this.reads.answered(from, reply.round);
    this.transfer.consider(progress);
  }

  onChosenReply(from: AgentId, reply: Body<'chosenReply'>): void {
    const progress = this.replication.progress.get(from);
    if (!progress) return;
    progress.lastHeardMs = this.#core.nowMs;
    // Without a ballot it is no vote: it says only what this leader knows chosen itself.
    const known = Math.min(reply.chosenThrough, this.#core.learner.chosenThrough);
    this.#advance(progress, known, known);
    progress.received(known);
    if (reply.needFrom > 0) this.replication.onGap(progress, reply.needFrom);
  }

  #heard(from: AgentId, ballot: Ballot): ParticipantProgress | undefined {
    const progress = this.replication.progress.get(from);
    if (!progress || !sameBallot(ballot, this.ballot)) return undefined;
    progress.lastHeardMs = this.#core.nowMs;
    return progress;
  }

  #advance(progress: ParticipantProgress, through: Slot, chosenThrough: Slot): void {
    progress.through = Math.max(progress.through, through);
    progress.chosenThrough = Math.max(progress.chosenThrough, chosenThrough);
  }

  /** A slot is chosen when a majority of this ballot's voters durably accepted it (or knows it chosen) in this ballot. */
  choose(): void {
    const { acceptor, learner, options } = this.#core;
    invariant(compareBallots(acceptor.promised, this.ballot) === 0, 'a leader acts in its promised ballot', () => {
      return `${formatBallot(this.ballot)}, promised ${formatBallot(acceptor.promised)}`;
    });
    const reached = majorityReached(this.voters, (agentId) =>
      agentId === options.agentId ? acceptor.durableThrough : (this.replication.progress.get(agentId)?.through ?? 0),
    );
    const chosen = Math.min(reached, this.proposer.proposedThrough);
    if (chosen > learner.chosenThrough) learner.advance(chosen);
  }

  /** What the step made possible: choose, report, propose, send. Does nothing once leadership has ended. */
  finishStep(): void {
    const { leadership, learner, outbox } = this.#core;
    this.choose();
    if (leadership.leading !== this) return;
    this.proposer.settle();
    if (!this.#isReady && this.proposer.noopSlot > 0 && this.proposer.noopSlot <= learner.chosenThrough) {
      this.#isReady = true;
      outbox.emit({ kind: 'leaderReady', ballot: this.ballot, slot: this.proposer.noopSlot });
      this.reads.ready();
    }
    this.proposer.pump();
    this.replication.send(this.proposer.proposedThrough, this.#round);
  }

  /** Voters changed: everybody, old and new, is told what this ballot chose before it ends. */
  farewell(before: readonly AgentId[]): void {
    const { journal, learner, options, outbox } = this.#core;
    const { chosenThrough } = learner;
    const message: Message = { kind: 'chosen', ballot: this.ballot, entries: [], chosenThrough, floor: journal.floor };
    const present = learner.configuration.participants.map(({ agentId }) => agentId);
    for (const agentId of new Set([...before, ...present])) {
      if (agentId !== options.agentId) outbox.send(agentId, message);
    }
  }

  end(): void {
    this.reads.fail();
    this.proposer.fail();
  }

  isConfigurationNext(payload: Uint8Array): boolean {
    return decodeConfiguration(payload).epoch === this.#core.learner.configuration.epoch + 1;
  }
}
