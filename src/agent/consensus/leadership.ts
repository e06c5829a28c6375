import { nextBallot, sameBallot } from './ballot.ts';
import { Campaign, PreVoteRound } from './campaign.ts';
import { isVoter, sameVoters, votersOf } from './configuration.ts';
import type { Core } from './core.ts';
import { Leader } from './leader.ts';
import type { Message } from './messages.ts';
import type { AgentId, Ballot, Configuration, Role } from './types.ts';

type Body<K extends Message['kind']> = Extract<Message, { kind: K }>;

/** Who leads, who wants to, and when: the roles of one agent and the moves between them. */
export class Leadership {
  leader: AgentId | undefined;
  leading: Leader | undefined;
  #core: Core;
  #preVote: PreVoteRound | undefined;
  #campaign: Campaign | undefined;
  #heardLeaderMs = Number.NEGATIVE_INFINITY;
  #electionMs = 0;
  /** Highest round seen in anybody's ballot. */
  #seenRound = 0;
  /** Campaign without a pre-vote as soon as the configuration is durable here. */
  #isCalled = false;
  /** Ballots promised since a leader was last heard: the more, the longer the timeouts, so that slow disks get their turn. */
  #inVain = 0;
  #announced = '';

  constructor(core: Core) {
    this.#core = core;
  }

  start(): void {
    const { learner, nowMs, options } = this.#core;
    const voters = votersOf(learner.configuration);
    this.#drawElection();
    // A sole voter has nobody to wait for.
    if (voters.length === 1 && voters[0] === options.agentId) this.#electionMs = nowMs;
    this.#announced = this.#signature();
  }

  get role(): Role {
    if (this.leading) return 'leader';
    if (this.#campaign || this.#preVote) return 'campaigning';
    return isVoter(this.#core.learner.configuration, this.#core.options.agentId) ? 'follower' : 'learner';
  }

  hasHeardLeaderWithin(durationMs: number): boolean {
    return this.#core.nowMs - this.#heardLeaderMs < durationMs;
  }

  /** Drawn afresh for every campaign, so that two campaigners do not collide for ever. */
  #drawElection(): void {
    const { nowMs, options } = this.#core;
    const { electionMinMs, electionMaxMs } = options.config;
    const patience = 2 ** Math.min(Math.max(0, this.#inVain - 1), 3);
    this.#electionMs = nowMs + patience * (electionMinMs + options.random() * (electionMaxMs - electionMinMs));
  }

  /** A message of the leader of this ballot, which is promised here. */
  heardLeader(ballot: Ballot): void {
    this.#heardLeaderMs = this.#core.nowMs;
    this.#inVain = 0;
    this.#drawElection();
    this.#isCalled = false;
    if (this.leader === ballot.agentId && !this.#campaign && !this.#preVote) return;
    this.#preVote = undefined;
    this.#campaign = undefined;
    this.leader = ballot.agentId;
    this.#announce('heard the leader');
  }

  /** The acceptor took a higher ballot, of another agent or of the own next campaign. */
  promisedHigher(ballot: Ballot): void {
    this.#saw(ballot);
    this.#inVain += 1;
    this.#drawElection();
    if (this.leading) this.#endLeading();
    this.#campaign = undefined;
    this.#preVote = undefined;
    this.leader = undefined;
    if (ballot.agentId !== this.#core.options.agentId) this.#announce('promised a higher ballot');
  }

  /** Somebody's phase 1 is making progress here: do not start a rival one meanwhile. */
  heardCampaign(): void {
    this.#drawElection();
  }

  #saw(ballot: Ballot): void {
    this.#seenRound = Math.max(this.#seenRound, ballot.round);
  }

  stepDown(reason: string): void {
    this.#endLeading();
    this.#campaign = undefined;
    this.#preVote = undefined;
    this.#drawElection();
    this.#announce(reason);
  }

  #endLeading(): void {
    const { leading } = this;
    if (!leading) return;
    this.leading = undefined;
    this.leader = undefined;
    leading.end();
  }

  /** A change of the voters ends every campaign and leadership at once: a ballot uses only the voters it started with. */
  configurationChanged(before: Configuration, after: Configuration): void {
    const { options } = this.#core;
    if (sameVoters(before, after)) {
      const gone = before.participants.filter(({ agentId }) => !after.participants.some((p) => p.agentId === agentId));
      if (gone.length > 0) this.leading?.farewell(gone.map(({ agentId }) => agentId));
      this.leading?.replication.participantsChanged();
      this.#announce('participants changed');
      return;
    }
    const hasLed = this.leading !== undefined;
    this.leading?.farewell(before.participants.map(({ agentId }) => agentId));
    this.stepDown('the voters changed');
    if (hasLed && isVoter(after, options.agentId)) this.#isCalled = true;
  }

  /** Nobody campaigns under a configuration before it is durable here, nor while the own disk does not answer. */
  get #mayCampaign(): boolean {
    const { learner, nowMs, options, outbox } = this.#core;
    if (!isVoter(learner.configuration, options.agentId)) return false;
    if (learner.durableChosen < learner.configurationSlot) return false;
    const { waitingSinceMs } = outbox;
    return waitingSinceMs === undefined || nowMs - waitingSinceMs <= 2 * options.config.electionMaxMs;
  }

  tick(): void {
    const { nowMs } = this.#core;
    if (this.leading) {
      const reason = this.leading.tick();
      if (reason) this.stepDown(reason);
      return;
    }
    this.proceed();
    if (this.leading) return;
    if (this.#campaign && !this.#core.acceptor.isPromiseDurable) this.#campaign.postpone();
    else if (this.#isCalled && this.#mayCampaign) this.#startCampaign();
    else if (this.#campaign && nowMs >= this.#campaign.deadlineMs) this.#startPreVote('the campaign timed out');
    else if (this.#campaign) this.#campaign.tick();
    else if (this.#preVote && nowMs >= this.#preVote.deadlineMs) this.#giveUp('no majority would answer');
    else if (!this.#preVote && nowMs >= this.#electionMs) this.#startPreVote('heard no leader');
    this.proceed();
  }

  get nextMs(): number {
    if (this.leading) return this.leading.nextMs;
    if (this.#campaign) return this.#campaign.nextMs;
    if (this.#preVote) return this.#preVote.deadlineMs;
    return this.#electionMs;
  }

  #giveUp(reason: string): void {
    this.#preVote = undefined;
    this.#campaign = undefined;
    this.#drawElection();
    this.#announce(reason);
  }

  /**
   * Also above the era: who learned the prefix from entries sent as chosen, or from a snapshot, has promised nothing, and
   * whatever it proposed below the era, its own no-op included, would be void.
   */
  #nextBallot(): Ballot {
    const { acceptor, learner, options } = this.#core;
    return nextBallot(acceptor.promised, Math.max(this.#seenRound, learner.era.round), options.agentId);
  }

  #startPreVote(reason: string): void {
    this.#campaign = undefined;
    this.leader = undefined;
    if (!this.#mayCampaign) {
      this.#giveUp(reason);
      return;
    }
    const ballot = this.#nextBallot();
    const { configuration } = this.#core.learner;
    this.#preVote = new PreVoteRound(this.#core, ballot, votersOf(configuration));
    this.#announce(reason);
  }

  /** Transfer target: the leader itself asks for this campaign. */
  onCampaignNow(message: Body<'campaignNow'>): void {
    if (!sameBallot(message.ballot, this.#core.acceptor.promised) || this.leading || this.#campaign) return;
    if (this.#mayCampaign) this.#startCampaign();
  }

  #startCampaign(): void {
    const { acceptor, learner } = this.#core;
    this.#isCalled = false;
    const ballot = this.#nextBallot();
    // The own promise is written before `Prepare` leaves, so this ballot is never used twice.
    acceptor.promise(ballot);
    this.#campaign = new Campaign(this.#core, ballot, votersOf(learner.configuration), this.#electionMs);
    this.#campaign.ask();
    this.#announce('campaigning');
  }

  onPreVoteReply(from: AgentId, reply: Body<'preVoteReply'>): void {
    this.#saw(reply.promised);
    if (!this.#preVote || !sameBallot(reply.ballot, this.#preVote.ballot) || !reply.granted) return;
    this.#preVote.grantedBy(from);
    this.proceed();
  }

  onPrepareReply(from: AgentId, reply: Body<'prepareReply'>): void {
    const { learner, outbox } = this.#core;
    this.#saw(reply.promised);
    const campaign = this.#campaign;
    if (!campaign || !sameBallot(reply.ballot, campaign.ballot)) return;
    if (!reply.granted) {
      this.#giveUp('a voter has promised a higher ballot');
      return;
    }
    const floor = campaign.take(from, reply);
    // What the replier knows chosen is an entry sent as chosen. It may end this campaign.
    const chosen = reply.entries.filter(({ slot }) => slot <= reply.chosenThrough);
    if (chosen.length > 0) learner.learnEntries(chosen);
    if (this.#campaign !== campaign) return;
    if (floor > learner.chosenThrough + 1) {
      outbox.emit({ kind: 'snapshotNeeded', from, floor });
      this.#giveUp('needs a snapshot first');
      return;
    }
    if (floor > 0) {
      // The replier compacted what it has meanwhile told as chosen: ask afresh.
      this.#giveUp('the journal of a voter moved on');
      return;
    }
    this.proceed();
  }

  /** A refusal that names a higher ballot ends a leadership: a majority may already have moved on. */
  onRefused(promised: Ballot, ballot: Ballot): void {
    this.#saw(promised);
    if (this.leading && sameBallot(ballot, this.leading.ballot))
      this.stepDown('a participant has promised a higher ballot');
  }

  /** Pre-vote and campaign go on when they have their majority. */
  proceed(): void {
    // A change of learners may have become known meanwhile: it must be durable first, like every other.
    if (this.#preVote?.isWon && this.#mayCampaign) {
      this.#preVote = undefined;
      this.#startCampaign();
    }
    if (this.#campaign?.isWon) this.#win(this.#campaign);
  }

  #win(campaign: Campaign): void {
    this.#inVain = 0;
    this.#campaign = undefined;
    this.leader = campaign.ballot.agentId;
    this.leading = new Leader(this.#core, campaign.ballot, campaign.voters, campaign.recovered());
    this.#announce('won the campaign');
  }

  #signature(): string {
    const { promised } = this.#core.acceptor;
    return `${this.role} ${promised.round} ${promised.agentId} ${this.leader}`;
  }

  #announce(reason: string): void {
    const signature = this.#signature();
    if (signature === this.#announced) return;
    this.#announced = signature;
    const ballot = this.#core.acceptor.promised;
    this.#core.outbox.emit({ kind: 'roleChanged', role: this.role, ballot, leader: this.leader, reason });
  }
}
