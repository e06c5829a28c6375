import { decodeConfiguration, EMPTY_CONFIGURATION } from '../agent/consensus/configuration.ts';
import type { AgentId, Ballot, Configuration, Entry, Slot } from '../agent/consensus/types.ts';
import { ballotText, type Identity, isBelow, isMajority, isSameBallot } from './identity.ts';
import { require } from './violation.ts';

/** What the harness knows of a chosen slot, derived from durable votes alone. */
export interface ChosenSlot {
  readonly slot: Slot;
  readonly entry: Entry;
  readonly value: number;
  /** A ballot in which a majority had it durably: every higher ballot must propose the same. */
  readonly ballot: Ballot;
  readonly isVoid: boolean;
  /** The era after this slot. */
  readonly era: Ballot;
  /** The configuration after this slot, and the slot that set it. */
  readonly configuration: Configuration;
  readonly configurationSlot: Slot;
}

interface Proposal {
  readonly ballot: Ballot;
  readonly value: number;
  readonly entry: Entry;
  /** Agents that have it durably, as a mask. */
  votes: number;
}

const BEFORE_ALL: Ballot = { round: 0, agentId: '' };

/**
 * The journal as a majority of disks implies it: slot by slot, each choice counted among the voters of its own slot.
 * Everything an agent claims to be chosen is held against it (invariants 1, 3, 4 and 17).
 */
export class ChosenJournal {
  private readonly identity: Identity;
  private readonly slots: ChosenSlot[] = [];
  private readonly proposals = new Map<Slot, Proposal[]>();
  private readonly changeAskedFor = new Map<string, Slot>();
  private readonly votersOfBallot = new Map<string, number>();

  constructor(identity: Identity) {
    this.identity = identity;
  }

  get through(): Slot {
    return this.slots.length;
  }

  at(slot: Slot): ChosenSlot | undefined {
    return this.slots[slot - 1];
  }

  get last(): ChosenSlot | undefined {
    return this.slots.at(-1);
  }

  get configuration(): Configuration {
    return this.last?.configuration ?? EMPTY_CONFIGURATION;
  }

  /** Founding: slot 1 is chosen by decree. */
  found(entry: Entry, ballot: Ballot): void {
    this.choose({ ballot, entry, value: this.identity.entry(entry), votes: 0 });
  }

  /** The voters with which a ballot starts. */
  ballotStarted(ballot: Ballot, voters: number): void {
    this.votersOfBallot.set(ballotText(ballot), voters);
  }

  votersOf(ballot: Ballot): number | undefined {
    return this.votersOfBallot.get(ballotText(ballot));
  }

  /** Somebody stored or sent this entry for this slot in this ballot. */
  proposed(slot: Slot, ballot: Ballot, entry: Entry): void {
    this.proposal(slot, ballot, entry);
  }

  /** A leader asks for acceptance. Beyond a change of its voters it may ask for nothing. */
  asked(slot: Slot, ballot: Ballot, entry: Entry): void {
    this.proposed(slot, ballot, entry);
    const key = ballotText(ballot);
    const changedAt = this.changeAskedFor.get(key);
    require(changedAt === undefined || slot <= changedAt, 'a ballot never spans a change of the voter set', () => {
      return `${key} asks for slot ${slot} after a change of the voters in slot ${changedAt}`;
    });
    const started = this.votersOf(ballot);
    if (entry.kind !== 'configuration' || started === undefined) return;
    if (this.identity.voters(decodeConfiguration(entry.payload)) !== started) this.changeAskedFor.set(key, slot);
  }

  /** The agent has it durably. */
  voted(agentId: AgentId, slot: Slot, ballot: Ballot, entry: Entry): void {
    const proposal = this.proposal(slot, ballot, entry);
    proposal.votes |= this.identity.agentBit(agentId);
    if (slot === this.through + 1) this.advance();
  }

  /** Whether the agent's durable vote in this ballot is on record. */
  hasVote(agentId: AgentId, slot: Slot, ballot: Ballot): boolean {
    const bit = this.identity.agentBit(agentId);
    const proposals = this.proposals.get(slot) ?? [];
    return proposals.some((proposal) => (proposal.votes & bit) !== 0 && isSameBallot(proposal.ballot, ballot));
  }

  private proposal(slot: Slot, ballot: Ballot, entry: Entry): Proposal {
    let proposals = this.proposals.get(slot);
    if (proposals === undefined) {
      proposals = [];
      this.proposals.set(slot, proposals);
    }
    const value = this.identity.entry(entry);
    for (const known of proposals) {
      if (!isSameBallot(known.ballot, ballot)) continue;
      require(known.value === value, 'one value per ballot and slot', () => {
        return `slot ${slot} in ballot ${ballotText(ballot)}: ${describe(known.entry)} and ${describe(entry)}`;
      });
      return known;
    }
    const proposal: Proposal = { ballot, value, entry, votes: 0 };
    proposals.push(proposal);
    const chosen = this.at(slot);
    if (chosen !== undefined) this.checkAgainst(chosen, proposal);
    return proposal;
  }

  private advance(): void {
    for (;;) {
      const proposals = this.proposals.get(this.through + 1) ?? [];
      const voters = this.identity.voters(this.configuration);
      // What learners took in a ballot of other voters is still there when they become voters; it chooses nothing. Whoever
      // counts it all the same claims a choice that did not happen.
      const winner = proposals.find(({ votes, ballot }) => {
        const started = this.votersOf(ballot);
        return isMajority(votes, voters) && (started === undefined || started === voters);
      });
      if (winner === undefined) return;
      this.choose(winner);
    }
  }

  private choose({ ballot, entry, value }: Proposal): void {
    const slot = this.through + 1;
    const before = this.last;
    const eraBefore = before?.era ?? BEFORE_ALL;
    const isConfiguration = entry.kind === 'configuration';
    const isVoid = !isConfiguration && isBelow(entry.origin, eraBefore);
    const configuration = isConfiguration ? decodeConfiguration(entry.payload) : this.configuration;
    require(!isConfiguration ||
      before === undefined ||
      configuration.epoch === before.configuration.epoch + 1, 'a ballot never spans a change of the voter set', () => {
      return `slot ${slot} sets epoch ${configuration.epoch} after epoch ${before?.configuration.epoch}`;
    });
    require(!isConfiguration || !isBelow(entry.origin, eraBefore), 'an entry of an older era has no effect', () => {
      return `the configuration in slot ${slot} is of ${ballotText(entry.origin)}, older than ${ballotText(eraBefore)}`;
    });
    const chosen: ChosenSlot = {
      slot,
      entry,
      value,
      ballot,
      isVoid,
      era: entry.kind === 'noop' && !isVoid ? entry.origin : eraBefore,
      configuration,
      configurationSlot: isConfiguration ? slot : (before?.configurationSlot ?? 0),
    };
    this.slots.push(chosen);
    for (const proposal of this.proposals.get(slot) ?? []) this.checkAgainst(chosen, proposal);
  }

  /** Paxos in one line: what is proposed in a higher ballot than the one that chose is what was chosen. */
  private checkAgainst(chosen: ChosenSlot, proposal: Proposal): void {
    require(!isBelow(chosen.ballot, proposal.ballot) || chosen.value === proposal.value, 'one value per slot', () => {
      const other = `${describe(proposal.entry)} in ${ballotText(proposal.ballot)}`;
      return `slot ${chosen.slot} has ${describe(chosen.entry)} in ${ballotText(chosen.ballot)}, then ${other}`;
    });
  }
}

function describe(entry: Entry): string {
  return `${entry.kind} ${entry.requestId || '-'} of ${ballotText(entry.origin)}`;
}
