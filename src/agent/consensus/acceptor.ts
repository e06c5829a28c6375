import { compareBallots, formatBallot, sameBallot } from './ballot.ts';
import type { Core } from './core.ts';
import { invariant } from './invariants.ts';
import type { Message } from './messages.ts';
import type { AgentId, Ballot, Entry, JournalEntry, Slot, Token } from './types.ts';

/** How much of the accepted suffix travels in one `prepareReply`. */
const PREPARE_CHUNK_BYTES = 1024 * 1024;

type Body<K extends Message['kind']> = Extract<Message, { kind: K }>;

/**
 * Phase 1 and phase 2 of one acceptor (Lamport, Paxos Made Simple, 2.2): it never acts below its promise. It answers
 * whoever asks, voter or not: only the configuration of the asker's ballot decides whose answers count.
 */
export class Acceptor {
  promised: Ballot;
  /**
   * Every slot up to here is known chosen or was accepted in `promised`. What an answer may cover: a cumulative
   * acknowledgement over an entry of an older ballot would count a vote that was never given.
   */
  received: Slot = 0;
  /** The same, as far as it is durable here. */
  durableThrough: Slot = 0;
  #promiseToken: Token = 0;
  #unsettled: { token: Token; through: Slot }[] = [];
  #core: Core;

  constructor(core: Core, promised: Ballot) {
    this.#core = core;
    this.promised = promised;
  }

  /** After the journal and the chosen prefix are there: at the start everything on disk is durable. */
  start(): void {
    this.refresh();
    this.durableThrough = this.received;
    this.#unsettled = [];
  }

  /** Takes a ballot above everything promised so far. The promise is durable with the returned token. */
  promise(ballot: Ballot): Token {
    invariant(compareBallots(ballot, this.promised) > 0, 'promises only grow', () => {
      return `${formatBallot(ballot)} after ${formatBallot(this.promised)}`;
    });
    this.promised = ballot;
    this.received = 0;
    this.durableThrough = Math.min(this.durableThrough, this.#core.learner.chosenThrough);
    this.#unsettled = [];
    this.#promiseToken = this.#core.outbox.write({ promised: ballot }, this.#core.nowMs);
    this.refresh();
    this.#core.leadership.promisedHigher(ballot);
    return this.#promiseToken;
  }

  /** Promising higher is always safe: it only refuses more. */
  promiseAtLeast(ballot: Ballot): void {
    if (compareBallots(ballot, this.promised) > 0) this.promise(ballot);
  }

  /** Recomputes what was received after the chosen prefix or the journal moved. */
  refresh(): void {
    const { journal, learner, outbox } = this.#core;
    const before = this.received;
    this.received = Math.max(this.received, learner.chosenThrough);
    while (this.received < journal.end) {
      const ballot = journal.ballotAt(this.received + 1);
      if (!ballot || !sameBallot(ballot, this.promised)) break;
      this.received += 1;
    }
    if (this.received === before) return;
    this.#unsettled.push({ token: outbox.lastToken, through: this.received });
    this.settle();
  }

  settle(): void {
    const { durableToken } = this.#core.outbox;
    while (this.#unsettled.length > 0 && (this.#unsettled[0]?.token ?? 0) <= durableToken) {
      this.durableThrough = Math.max(this.durableThrough, this.#unsettled[0]?.through ?? 0);
      this.#unsettled.shift();
    }
  }

  get isPromiseDurable(): boolean {
    return this.#promiseToken <= this.#core.outbox.durableToken;
  }

  onPrepare(from: AgentId, { ballot, fromSlot }: Body<'prepare'>): void {
    const { journal, learner, outbox } = this.#core;
    const isGranted = compareBallots(ballot, this.promised) >= 0;
    if (isGranted && !sameBallot(ballot, this.promised)) this.promise(ballot);
    if (isGranted) this.#core.leadership.heardCampaign();
    // Below the floor there is nothing to report: the campaigner sees the floor and fetches a snapshot first.
    const entries = isGranted ? this.acceptedFrom(fromSlot) : [];
    const last = entries.at(-1)?.slot ?? fromSlot - 1;
    const reply: Body<'prepareReply'> = {
      kind: 'prepareReply',
      ballot,
      granted: isGranted,
      promised: this.promised,
      fromSlot,
      entries,
      complete: isGranted && fromSlot >= journal.floor && last >= journal.end,
      chosenThrough: learner.chosenThrough,
      floor: journal.floor,
    };
    outbox.send(from, reply, outbox.barrier());
  }

  acceptedFrom(fromSlot: Slot): JournalEntry[] {
    const { journal } = this.#core;
    return journal.slice(fromSlot, journal.end, PREPARE_CHUNK_BYTES);
  }

  onAccept(from: AgentId, message: Body<'accept'>): void {
    const { outbox, learner, leadership } = this.#core;
    const { ballot } = message;
    if (compareBallots(ballot, this.promised) < 0) {
      outbox.send(from, this.#acceptReply(ballot, false, 0));
      return;
    }
    if (!sameBallot(ballot, this.promised)) this.promise(ballot);
    leadership.heardLeader(ballot);
    const needFrom = this.accept(ballot, message.fromSlot, message.entries);
    learner.learnPrefix(message.chosenThrough, ballot);
    outbox.send(from, this.#acceptReply(ballot, true, needFrom), outbox.barrier());
  }

  #acceptReply(ballot: Ballot, isAccepted: boolean, needFrom: Slot): Body<'acceptReply'> {
    return {
      kind: 'acceptReply',
      ballot,
      accepted: isAccepted,
      promised: this.promised,
      // It leaves after everything written so far is durable, so what was received is then durable too.
      through: isAccepted ? this.received : 0,
      received: isAccepted ? this.received : 0,
      needFrom,
      chosenThrough: this.#core.learner.durableChosen,
    };
  }

  /**
   * Accepts in the promised ballot, in order and without a gap.
   *
   * @returns 0, or the first slot that is missing: nothing beyond it was taken.
   */
  accept(ballot: Ballot, fromSlot: Slot, entries: readonly Entry[]): Slot {
    const { journal, outbox, nowMs } = this.#core;
    invariant(sameBallot(ballot, this.promised), 'no acceptor acts below its promise', () => formatBallot(ballot));
    if (fromSlot > this.received + 1) return this.received + 1;
    const taken: JournalEntry[] = [];
    for (let index = Math.max(0, this.received + 1 - fromSlot); index < entries.length; index += 1) {
      const item = { slot: fromSlot + index, ballot, entry: entries[index] as Entry };
      journal.put(item);
      taken.push(item);
    }
    if (taken.length > 0) outbox.write({ entries: taken }, nowMs);
    this.refresh();
    return 0;
  }

  onHeartbeat(from: AgentId, message: Body<'heartbeat'>): void {
    const { outbox, learner, leadership, options } = this.#core;
    const { ballot, round } = message;
    const isAccepted = compareBallots(ballot, this.promised) >= 0;
    if (isAccepted) {
      if (!sameBallot(ballot, this.promised)) this.promise(ballot);
      leadership.heardLeader(ballot);
      learner.learnPrefix(message.chosenThrough, ballot);
    }
    // A quiet journal's last bound has nothing to ride along with; without it a restart would find the state ahead of it.
    if (outbox.waitingSinceMs === undefined) learner.record();
    const reply: Body<'heartbeatReply'> = {
      kind: 'heartbeatReply',
      ballot,
      accepted: isAccepted,
      promised: this.promised,
      round,
      through: isAccepted ? this.durableThrough : 0,
      received: isAccepted ? this.received : 0,
      chosenThrough: learner.durableChosen,
      applied: learner.applied,
      priority: options.config.priority,
    };
    // Only the promise must be durable: a slow disk must not make this agent look dead.
    outbox.send(from, reply, this.isPromiseDurable ? undefined : this.#promiseToken);
  }

  /** A snapshot replaced everything up to the chosen prefix; what was accepted beyond it stays. */
  snapshotInstalled(slot: Slot): void {
    this.received = Math.max(this.received, this.#core.learner.chosenThrough);
    this.durableThrough = Math.max(this.durableThrough, slot);
    this.refresh();
  }
}
