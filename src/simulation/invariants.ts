import type { Base, Delivered } from '../agent/consensus/io.ts';
import type { Envelope } from '../agent/consensus/messages.ts';
import type { AgentId, Ballot, Slot } from '../agent/consensus/types.ts';
import type { StateMeta } from '../agent/machine/store.ts';
import type { AcceptorShadow } from './acceptor-shadow.ts';
import { BallotUses, checkOwner } from './ballot-uses.ts';
import type { ChosenJournal } from './chosen-journal.ts';
import type { Counters } from './counters.ts';
import { ballotText, higherBallot, type Identity, isBelow, isSameBallot } from './identity.ts';
import { require } from './violation.ts';

/** The invariants that are checked after every event. What each agent claims is held against what is durable. */
export class Invariants {
  private readonly identity: Identity;
  private readonly chosen: ChosenJournal;
  private readonly counters: Counters;
  private readonly revisions = new Map<Slot, { readonly revision: number; readonly floor: number }>();
  private readonly hashes = new Map<Slot, string | number>();
  readonly ballots: BallotUses;
  /** The highest slot whose effect a client has seen acknowledged. */
  acknowledgedThrough: Slot = 0;

  constructor(identity: Identity, chosen: ChosenJournal, counters: Counters) {
    this.identity = identity;
    this.chosen = chosen;
    this.counters = counters;
    this.ballots = new BallotUses(identity, chosen, counters);
  }

  /** A message was made; it leaves when what it depends on is durable. */
  created(shadow: AcceptorShadow, { message }: Envelope): void {
    const isPositive =
      (message.kind === 'prepareReply' && message.granted) ||
      ((message.kind === 'acceptReply' || message.kind === 'heartbeatReply') && message.accepted);
    if (!isPositive) return;
    const bound =
      message.kind === 'heartbeatReply' ? shadow.promised : higherBallot(shadow.promised, shadow.answeredBallot);
    require(!isBelow(message.ballot, bound), 'no acceptor acts below its durable promise', () => {
      return `${shadow.agentId} answers ${message.kind} in ${ballotText(message.ballot)} below ${ballotText(bound)}`;
    });
  }

  /** A message leaves: from here on others rely on it. */
  sent(shadow: AcceptorShadow, { from, message }: Envelope): void {
    this.checkClaims(shadow, message);
    switch (message.kind) {
      case 'prepare':
        this.checkDurablePromise(shadow, message.ballot, 'prepare');
        this.ballots.left(message.ballot);
        break;
      case 'prepareReply':
        if (!message.granted) break;
        this.checkDurablePromise(shadow, message.ballot, 'prepareReply');
        shadow.answeredBallot = higherBallot(shadow.answeredBallot, message.ballot);
        break;
      case 'accept':
        checkOwner(from, message.ballot);
        this.ballots.left(message.ballot);
        message.entries.forEach((entry, index) => {
          this.chosen.asked(message.fromSlot + index, message.ballot, entry);
        });
        break;
      case 'acceptReply':
        if (!message.accepted) break;
        this.checkDurablePromise(shadow, message.ballot, 'acceptReply');
        shadow.answeredBallot = higherBallot(shadow.answeredBallot, message.ballot);
        shadow.checkCovers(message.ballot, message.through);
        break;
      case 'heartbeat':
        checkOwner(from, message.ballot);
        this.ballots.left(message.ballot);
        break;
      case 'heartbeatReply':
        if (message.accepted) shadow.checkCovers(message.ballot, message.through);
        break;
      case 'chosen':
        for (const { slot, ballot, entry } of message.entries) {
          const value = this.identity.entry(entry);
          require(this.chosen.at(slot)?.value ===
            value, 'a choice follows from the durable state of a majority', () => {
            return `${from} sends slot ${slot} of ${ballotText(ballot)} as chosen; chosen is through ${this.chosen.through}`;
          });
        }
        break;
      default:
        break;
    }
  }

  /** Whoever says that a prefix is chosen must be right; whoever says "durably" must have it durably. */
  private checkClaims(shadow: AcceptorShadow, message: Envelope['message']): void {
    if (!('chosenThrough' in message)) return;
    const { chosenThrough } = message;
    require(chosenThrough <= this.chosen.through, 'a choice follows from the durable state of a majority', () => {
      return `${shadow.agentId} tells ${message.kind} that all is chosen through ${chosenThrough}; it is through ${this.chosen.through}`;
    });
    const isDurableClaim =
      message.kind === 'acceptReply' || message.kind === 'heartbeatReply' || message.kind === 'chosenReply';
    require(!isDurableClaim ||
      chosenThrough <= shadow.durableChosen, 'an acknowledgement covers only what is durable', () => {
      return `${shadow.agentId} says it durably stores ${chosenThrough} as chosen, it is ${shadow.durableChosen}`;
    });
  }

  private checkDurablePromise(shadow: AcceptorShadow, ballot: Ballot, kind: string): void {
    require(!isBelow(shadow.durablePromised, ballot), 'no acceptor acts below its durable promise', () => {
      const durable = ballotText(shadow.durablePromised);
      return `${shadow.agentId} sends ${kind} in ${ballotText(ballot)}, durably promised is ${durable}`;
    });
  }

  /** One slot goes to the machine. `hash` is the state after it. */
  delivered(agentId: AgentId, previous: Slot, { slot, entry, isVoid, era }: Delivered, hash: string | number): void {
    require(slot === previous + 1, 'a prefix is applied in order', () => `${agentId}: slot ${slot} after ${previous}`);
    const chosen = this.chosen.at(slot);
    require(chosen !== undefined, 'a choice follows from the durable state of a majority', () => {
      return `${agentId} takes slot ${slot} as chosen; chosen is through ${this.chosen.through}`;
    });
    require(chosen.value === this.identity.entry(entry), 'one value per slot', () => {
      return `${agentId} delivers ${entry.kind} ${entry.requestId} in slot ${slot}, chosen is ${chosen.entry.kind} ${chosen.entry.requestId}`;
    });
    require(isVoid === chosen.isVoid && isSameBallot(era, chosen.era), 'an entry of an older era has no effect', () => {
      return `${agentId} says void ${isVoid}, era ${ballotText(era)} in slot ${slot}; it is ${chosen.isVoid}, ${ballotText(chosen.era)}`;
    });
    if (isVoid) this.counters.add('void entry');
    this.checkHash(agentId, slot, hash);
  }

  /** One slot went through the real machine. */
  applied(agentId: AgentId, previous: Slot, meta: StateMeta): void {
    const { appliedSlot, era, stateHash, userRevision, userFloor } = meta;
    require(appliedSlot === previous + 1, 'a prefix is applied in order', () => {
      return `${agentId}: slot ${appliedSlot} after ${previous}`;
    });
    const chosen = this.chosen.at(appliedSlot);
    require(chosen !== undefined, 'a choice follows from the durable state of a majority', () => {
      return `${agentId} applies slot ${appliedSlot}; chosen is through ${this.chosen.through}`;
    });
    require(isSameBallot(JSON.parse(era) as Ballot, chosen.era), 'an entry of an older era has no effect', () => {
      return `${agentId} has era ${era} in slot ${appliedSlot}; it is ${ballotText(chosen.era)}`;
    });
    if (chosen.isVoid) this.counters.add('void entry');
    this.checkHash(agentId, appliedSlot, stateHash);
    const before = this.revisions.get(previous);
    const isGrowing = before === undefined || (before.revision <= userRevision && before.floor <= userFloor);
    require(isGrowing && userFloor <= userRevision + 1, 'revisions only grow', () => {
      return `${agentId}: revision ${userRevision}, floor ${userFloor} in slot ${appliedSlot}, before ${JSON.stringify(before)}`;
    });
    this.revisions.set(appliedSlot, { revision: userRevision, floor: userFloor });
  }

  checkHash(agentId: AgentId, slot: Slot, hash: string | number): void {
    const known = this.hashes.get(slot);
    if (known === undefined) this.hashes.set(slot, hash);
    require(known === undefined || known === hash, 'equal slots mean equal state', () => {
      return `${agentId} has ${hash} in slot ${slot}, another had ${known}`;
    });
  }

  /** A snapshot, or the applied state at a start. */
  based(agentId: AgentId, base: Base, hash: string | number): void {
    if (base.slot === 0) return;
    const chosen = this.chosen.at(base.slot);
    require(chosen !== undefined, 'a choice follows from the durable state of a majority', () => {
      return `${agentId} takes over a state of slot ${base.slot}; chosen is through ${this.chosen.through}`;
    });
    const isRight =
      isSameBallot(chosen.era, base.era) &&
      chosen.configuration.epoch === base.configuration.epoch &&
      chosen.configurationSlot === base.configurationSlot;
    require(isRight, 'equal slots mean equal state', () => `${agentId}: the base of slot ${base.slot} is another`);
    this.checkHash(agentId, base.slot, hash);
  }

  /** A client was told that its write is done. */
  acknowledged(slot: Slot): void {
    require(slot <= this.chosen.through, 'what was acknowledged is there', () => `slot ${slot} was acknowledged`);
    this.acknowledgedThrough = Math.max(this.acknowledgedThrough, slot);
  }

  /** A read that was asked for when `acknowledgedThrough` was `knownThrough` is answered from `slot`. */
  readAnswered(agentId: AgentId, knownThrough: Slot, slot: Slot): void {
    require(slot >= knownThrough, 'reads are linearizable', () => {
      return `${agentId} answers from slot ${slot}; ${knownThrough} was acknowledged before it was asked`;
    });
  }
}
