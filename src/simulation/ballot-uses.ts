import type { AgentId, Ballot, Configuration, Role, Slot } from '../agent/consensus/types.ts';
import type { AcceptorShadow } from './acceptor-shadow.ts';
import type { ChosenJournal } from './chosen-journal.ts';
import type { Counters } from './counters.ts';
import { ballotText, type Identity, isSameBallot } from './identity.ts';
import { require } from './violation.ts';

/** What a bare replica shows of itself after each step. */
export interface ReplicaView {
  readonly role: Role;
  readonly ballot: Ballot;
  readonly configuration: Configuration;
  readonly configurationSlot: Slot;
  readonly chosenThrough: Slot;
}

/** A ballot belongs to one campaign, and then one leadership, of one life, under one set of voters. */
interface BallotUse {
  readonly life: number;
  readonly ballot: Ballot;
  readonly configuration: Configuration;
  readonly voters: number;
  /** Whether anybody else may have heard of it: a campaign that died before its promise was durable leaves no trace. */
  hasLeft: boolean;
  stage: 'campaigning' | 'leader' | 'ended';
}

/** That a ballot is used once, by its owner, with the voters it started with (invariants 3 and 17). */
export class BallotUses {
  private readonly identity: Identity;
  private readonly chosen: ChosenJournal;
  private readonly counters: Counters;
  private readonly ballotUses = new Map<string, BallotUse>();
  private readonly leading = new Map<AgentId, BallotUse>();

  constructor(identity: Identity, chosen: ChosenJournal, counters: Counters) {
    this.identity = identity;
    this.chosen = chosen;
    this.counters = counters;
  }

  /** A `prepare` of this ballot was made: the campaign started, or asks again. */
  preparing(shadow: AcceptorShadow, ballot: Ballot, view: ReplicaView): void {
    const use = this.use(shadow, ballot, view);
    require(use.life === shadow.life && use.stage === 'campaigning', 'a ballot is never used twice', () => {
      return `${shadow.agentId} prepares ${ballotText(ballot)} again, it was ${use.stage} in life ${use.life}`;
    });
  }

  /** After each step of a bare replica, and after each turn of a host. */
  observed(shadow: AcceptorShadow, view: ReplicaView): void {
    const led = this.leading.get(shadow.agentId);
    const isSame = led !== undefined && view.role === 'leader' && isSameBallot(led.ballot, view.ballot);
    if (led !== undefined && !isSame) {
      led.stage = 'ended';
      this.leading.delete(shadow.agentId);
    }
    if (view.role !== 'leader') return;
    const use = this.use(shadow, view.ballot, view);
    require(use.life === shadow.life && use.stage !== 'ended', 'a ballot is never used twice', () => {
      return `${shadow.agentId} leads again in ${ballotText(view.ballot)}`;
    });
    require(use.configuration === view.configuration ||
      this.identity.voters(view.configuration) === use.voters, 'a ballot never spans a change of the voter set', () => {
      return `${shadow.agentId} leads in ${ballotText(view.ballot)} with other voters than it started with`;
    });
    if (use.stage === 'campaigning') this.counters.add('leadership');
    use.stage = 'leader';
    this.leading.set(shadow.agentId, use);
  }

  /** The process died, and with it what it led. */
  ended(agentId: AgentId): void {
    const led = this.leading.get(agentId);
    if (led !== undefined) led.stage = 'ended';
    this.leading.delete(agentId);
    for (const [key, use] of this.ballotUses) {
      if (use.ballot.agentId === agentId && !use.hasLeft) this.ballotUses.delete(key);
    }
  }

  private use(shadow: AcceptorShadow, ballot: Ballot, view: ReplicaView): BallotUse {
    const key = ballotText(ballot);
    const known = this.ballotUses.get(key);
    if (known !== undefined) return known;
    const { configuration, configurationSlot } = view;
    const voters = this.identity.voters(configuration);
    const use: BallotUse = { life: shadow.life, ballot, configuration, voters, hasLeft: false, stage: 'campaigning' };
    this.ballotUses.set(key, use);
    this.counters.add('campaign');
    checkOwner(shadow.agentId, ballot);
    this.chosen.ballotStarted(ballot, voters);
    require(configurationSlot <= shadow.durableChosen, 'a campaign follows from a durable configuration', () => {
      const durable = `durably knows ${shadow.durableChosen} as chosen`;
      return `${shadow.agentId} campaigns under the configuration of slot ${configurationSlot} and ${durable}`;
    });
    return use;
  }

  /** A host says that it campaigns in a ballot of its own, or asks for pre-votes while it still holds the last one. */
  campaigning(shadow: AcceptorShadow, ballot: Ballot, view: ReplicaView): void {
    this.use(shadow, ballot, view);
  }

  /** Others have heard of the ballot. */
  left(ballot: Ballot): void {
    const use = this.ballotUses.get(ballotText(ballot));
    if (use !== undefined) use.hasLeft = true;
  }
}

/** Only the owner of a ballot acts in it. */
export function checkOwner(from: AgentId, ballot: Ballot): void {
  require(ballot.agentId === from, 'a ballot is never used twice', () => `${from} acts in ${ballotText(ballot)}`);
}
