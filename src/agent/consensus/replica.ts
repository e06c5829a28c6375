import { Acceptor } from './acceptor.ts';
import { isAdmitted } from './admission.ts';
import { compareBallots, NO_BALLOT, sameBallot } from './ballot.ts';
import { onPreVote } from './campaign.ts';
import type { Core } from './core.ts';
import { Handover } from './handover.ts';
import { assertNever } from './invariants.ts';
import type { Input, Output, ReplicaOptions } from './io.ts';
import { Journal } from './journal.ts';
import { Leadership } from './leadership.ts';
import { Learner } from './learner.ts';
import type { Envelope, Message } from './messages.ts';
import { Outbox } from './outbox.ts';
import type { AgentId, Ballot, Configuration, Role, Slot } from './types.ts';

/** A tick at least this often, so that a caller never has to think about "never". */
const TICK_PAUSE_MAX_MS = 1_000;

/** What a leader knows of a participant. */
export interface Progress {
  readonly agentId: AgentId;
  /** Durable there: known chosen or accepted in this ballot. */
  readonly through: Slot;
  readonly chosenThrough: Slot;
  readonly applied: Slot;
  readonly lastHeardMs: number;
}

/**
 * One member of a Multi-Paxos group: `step` takes what happened and returns what to do, in order. No I/O, no clock, no
 * randomness of its own. Only dispatches; the rules live in the files beside it.
 */
export class Replica {
  /** Open to tests, which plant bugs here and look at the parts; nothing else should. */
  readonly core: Core;

  constructor(options: ReplicaOptions) {
    const { durable, group, cellId, agentId } = options;
    const { base } = durable;
    const outbox = new Outbox({ group, cellId, agentId, epoch: () => this.core.learner.configuration.epoch });
    // Undelivered entries and everything that may still be asked about in phase 1 are loaded into memory.
    const journal = new Journal(
      options.journal,
      durable.floor,
      durable.end,
      Math.min(durable.chosenThrough, durable.end) + 1,
    );
    const core = { options, outbox, journal, nowMs: options.nowMs } as { -readonly [K in keyof Core]: Core[K] };
    core.learner = new Learner(core, base);
    core.acceptor = new Acceptor(core, durable.promised);
    core.leadership = new Leadership(core);
    core.handover = new Handover(core);
    this.core = core;
    core.learner.start(Math.min(durable.chosenThrough, durable.end));
    core.acceptor.start();
    core.leadership.start();
  }

  /**
   * @param nowMs monotonic milliseconds at which the input happened. Silence is measured from it, so a caller that leaves
   *   it out makes elections early by as much as its last tick is old.
   * @throws InvariantViolation when the protocol is broken; the agent must stop.
   */
  step(input: Input, nowMs: number = this.core.nowMs): Output[] {
    const { learner, leadership, outbox } = this.core;
    this.core.nowMs = Math.max(this.core.nowMs, nowMs);
    this.#dispatch(input);
    leadership.leading?.finishStep();
    learner.deliver();
    learner.recordAlong();
    return outbox.take();
  }

  #dispatch(input: Input): void {
    const { core } = this;
    const { acceptor, handover, journal, leadership, learner, outbox } = core;
    switch (input.kind) {
      case 'message':
        if (isAdmitted(core, input.envelope)) this.#onMessage(input.envelope);
        return;
      case 'tick':
        core.nowMs = Math.max(core.nowMs, input.nowMs);
        leadership.tick();
        handover.tick();
        return;
      case 'propose':
        if (leadership.leading) leadership.leading.propose(input.entries);
        else
          for (const { requestId } of input.entries)
            outbox.emit({ kind: 'proposalFate', requestId, fate: 'notLeader' });
        return;
      case 'read':
        if (leadership.leading) leadership.leading.reads.request(input.readId);
        else outbox.emit({ kind: 'readFailed', readId: input.readId });
        return;
      case 'persisted':
        outbox.persisted(input.token);
        acceptor.settle();
        learner.settle();
        this.#trimMemory();
        leadership.tick();
        return;
      case 'applied':
        learner.onApplied(input.slot);
        this.#trimMemory();
        return;
      case 'compacted':
        journal.dropBelow(input.floor);
        return;
      case 'snapshotInstalled':
        learner.install(input.base);
        return;
      case 'stepDown':
        if (leadership.leading) leadership.stepDown('asked to step down');
        return;
      case 'transferLeadership':
        leadership.leading?.transfer.begin(input.to);
        return;
      default:
        assertNever(input);
    }
  }

  /** What is durable as chosen can be read back, delivered or not: a machine that lags keeps nothing in memory. */
  #trimMemory(): void {
    const { journal, learner, options } = this.core;
    journal.trimMemory(learner.durableChosen + 1, options.config.journalMemoryBytes);
  }

  #onMessage({ from, message }: Envelope): void {
    const { acceptor, handover, leadership, learner, outbox } = this.core;
    switch (message.kind) {
      case 'preVote':
        onPreVote(this.core, from, message);
        return;
      case 'preVoteReply':
        leadership.onPreVoteReply(from, message);
        return;
      case 'prepare':
        acceptor.onPrepare(from, message);
        return;
      case 'prepareReply':
        leadership.onPrepareReply(from, message);
        return;
      case 'accept':
        acceptor.onAccept(from, message);
        return;
      case 'acceptReply':
        handover.onDurablyChosen(from, message.chosenThrough, 0);
        if (message.accepted) leadership.leading?.onAcceptReply(from, message);
        else leadership.onRefused(message.promised, message.ballot);
        return;
      case 'heartbeat':
        acceptor.onHeartbeat(from, message);
        return;
      case 'heartbeatReply':
        handover.onDurablyChosen(from, message.chosenThrough, 0);
        if (message.accepted) leadership.leading?.onHeartbeatReply(from, message);
        else leadership.onRefused(message.promised, message.ballot);
        return;
      case 'chosen':
        this.#onChosen(from, message);
        return;
      case 'chosenReply':
        handover.onDurablyChosen(from, message.chosenThrough, message.needFrom);
        leadership.leading?.onChosenReply(from, message);
        return;
      case 'campaignNow':
        leadership.onCampaignNow(message);
        return;
      case 'snapshotOffer':
        if (message.floor > learner.chosenThrough + 1) {
          outbox.emit({ kind: 'snapshotNeeded', from, floor: message.floor });
        } else {
          learner.record();
          const { chosenThrough } = learner;
          outbox.send(from, { kind: 'chosenReply', chosenThrough, needFrom: chosenThrough + 1 }, outbox.barrier());
        }
        return;
      case 'removedNotice':
        outbox.emit({ kind: 'removed', by: from, epoch: message.epoch });
        return;
      default:
        assertNever(message);
    }
  }

  #onChosen(from: AgentId, message: Extract<Message, { kind: 'chosen' }>): void {
    const { acceptor, leadership, learner, outbox } = this.core;
    if (!sameBallot(message.ballot, NO_BALLOT) && sameBallot(message.ballot, acceptor.promised)) {
      leadership.heardLeader(message.ballot);
    }
    const needFrom = learner.learnEntries(message.entries);
    // True of any ballot, also one below the promise: it speaks only of entries of that very ballot.
    if (compareBallots(message.ballot, NO_BALLOT) > 0) learner.learnPrefix(message.chosenThrough, message.ballot);
    if (message.entries.length === 0) return;
    learner.record();
    const { chosenThrough } = learner;
    outbox.send(from, { kind: 'chosenReply', chosenThrough, needFrom }, outbox.barrier());
  }

  get role(): Role {
    return this.core.leadership.role;
  }
  /** The highest ballot promised here. */
  get ballot(): Ballot {
    return this.core.acceptor.promised;
  }
  get leader(): AgentId | undefined {
    return this.core.leadership.leader;
  }
  /** Leading, and the own no-op is chosen. */
  get isLeaderReady(): boolean {
    return this.core.leadership.leading?.isReady === true;
  }
  get configuration(): Configuration {
    return this.core.learner.configuration;
  }
  get configurationSlot(): Slot {
    return this.core.learner.configurationSlot;
  }
  get era(): Ballot {
    return this.core.learner.era;
  }
  get chosenThrough(): Slot {
    return this.core.learner.chosenThrough;
  }
  get journalFloor(): Slot {
    return this.core.journal.floor;
  }
  get journalEnd(): Slot {
    return this.core.journal.end;
  }
  /** Monotonic milliseconds at which a tick has something to do; never more than a second away. */
  get nextTickMs(): number {
    const { handover, leadership, nowMs } = this.core;
    return Math.min(leadership.nextMs, handover.nextMs, nowMs + TICK_PAUSE_MAX_MS);
  }
  /** Of every participant but itself; empty unless leader. */
  progress(): readonly Progress[] {
    return [...(this.core.leadership.leading?.replication.progress.values() ?? [])];
  }
}
