import { encodeConfiguration } from '../agent/consensus/configuration.ts';
import type { AgentId, Configuration, Participant } from '../agent/consensus/types.ts';
import type { Random } from './random.ts';
import type { ReplicaCell } from './replica-cell.ts';
import type { ReplicaProcess } from './replica-driver.ts';
import type { FaultChoice } from './settings.ts';

/**
 * Changes who takes part, at any moment and without care for who is ready: promotes, demotes, removes, replaces the
 * whole set, takes newcomers in. It cares for one thing only: that lost disks never take the majority away.
 */
export class Operator {
  readonly #cell: ReplicaCell;
  readonly #choice: FaultChoice;
  readonly #random: Random;
  readonly #meanMs: number;
  /** Every configuration that may still be chosen. */
  readonly #proposed: Configuration[] = [];
  isStopped = false;
  #count = 0;

  constructor(cell: ReplicaCell, choice: FaultChoice, meanMs: number) {
    this.#cell = cell;
    this.#choice = choice;
    this.#random = cell.world.random.split('operator');
    this.#meanMs = meanMs;
  }

  /** One agent founded the cell: the others join as learners, then all of them vote. */
  assemble(): void {
    const { world, leader, processes } = this.#cell;
    const { participants } = world.chosen.configuration;
    const isDone = participants.length === processes.size && participants.every(({ role }) => role === 'voter');
    if (isDone || this.isStopped || world.queue.nowMs > 3_000) return;
    world.queue.after(100, () => this.assemble());
    if (leader === undefined) return;
    const role = participants.length < processes.size ? 'learner' : 'voter';
    const joining = [...processes.keys()].map((agentId): Participant => {
      return participants.find((known) => known.agentId === agentId && known.role === 'voter') ?? { agentId, role };
    });
    this.#propose(leader, joining);
  }

  start(): void {
    this.#cell.world.queue.after(this.#random.exponential(this.#meanMs), () => {
      if (this.isStopped) return;
      if (this.#choice.transfers && this.#random.chance(0.3)) this.#transfer();
      else if (this.#choice.membership) this.#change();
      this.start();
    });
  }

  isExpendable(agentId: AgentId): boolean {
    const { world } = this.#cell;
    const { chosen } = world;
    const slot = chosen.last?.configurationSlot ?? 0;
    const knowsNewest = (voter: AgentId): boolean => world.shadow(voter).durableChosen >= slot;
    const later = this.#proposed.filter(({ epoch }) => epoch > chosen.configuration.epoch);
    const remains = (configuration: Configuration, isGood: (voter: AgentId) => boolean): boolean => {
      const voters = configuration.participants.filter(({ role }) => role === 'voter');
      const left = voters.filter(
        (voter) => voter.agentId !== agentId && !this.#isLost(voter.agentId) && isGood(voter.agentId),
      );
      return 2 * left.length > voters.length;
    };
    // Until a majority of the new voters has the newest change, the old ones may be the only ones that know it.
    return (
      remains(chosen.configuration, knowsNewest) && later.every((configuration) => remains(configuration, () => true))
    );
  }

  #isLost(agentId: AgentId): boolean {
    return this.#cell.processes.get(agentId)?.state === 'lost';
  }

  #transfer(): void {
    const { leader } = this.#cell;
    if (leader === undefined) return;
    const to = this.#random.pick([...this.#cell.processes.keys()]);
    this.#cell.world.counters.add('transfer asked');
    if (this.#random.chance(0.3)) leader.run(() => leader.driver?.stepDown());
    else leader.run(() => leader.driver?.transferLeadership(to));
  }

  #change(): void {
    const { leader } = this.#cell;
    const replica = leader?.driver?.replica;
    if (leader === undefined || replica === undefined) return;
    const next = this.#draw(replica.configuration.participants);
    if (next !== undefined) this.#propose(leader, next);
  }

  #propose(leader: ReplicaProcess, participants: readonly Participant[]): void {
    const { world } = this.#cell;
    const epoch = (leader.driver?.replica.configuration.epoch ?? 0) + 1;
    const configuration: Configuration = { epoch, participants };
    this.#proposed.push(configuration);
    this.#count += 1;
    world.counters.add('configuration proposed');
    const requestId = `operator-${this.#count}`;
    const payload = encodeConfiguration(configuration);
    leader.run(() => {
      leader.driver?.propose(
        [{ kind: 'configuration', stampMs: leader.wallMs(), requestId, payload }],
        (_id, outcome) => {
          if (outcome.kind === 'done') world.counters.add('configuration changed');
        },
      );
    });
  }

  #draw(participants: readonly Participant[]): Participant[] | undefined {
    const random = this.#random;
    const usable = [...this.#cell.processes.keys()].filter((agentId) => !this.#isLost(agentId));
    const outside = usable.filter((agentId) => !participants.some((participant) => participant.agentId === agentId));
    const kind = random.weighted([3, 3, 2, 2, 1]);
    if (kind === 0) {
      const joining = outside.length > 0 && random.chance(0.8) ? random.pick(outside) : this.#newcomer();
      return joining === undefined ? undefined : [...participants, { agentId: joining, role: 'learner' }];
    }
    if (kind === 1) return this.#safe(participants.map(({ agentId }) => ({ agentId, role: 'voter' })));
    if (kind === 2) {
      const demoted = random.sample(participants, 1, 2);
      return this.#safe(
        participants.map(({ agentId, role }) => ({
          agentId,
          role: demoted.some((one) => one.agentId === agentId) ? 'learner' : role,
        })),
      );
    }
    if (kind === 3) {
      const removed = random.pick(participants);
      return this.#safe(participants.filter(({ agentId }) => agentId !== removed.agentId));
    }
    // Anything at all: also a whole new set of voters.
    const members = random.sample(usable, 1, usable.length);
    return this.#safe(members.map((agentId) => ({ agentId, role: random.chance(0.7) ? 'voter' : 'learner' })));
  }

  #newcomer(): AgentId | undefined {
    this.#cell.world.counters.add('newcomer');
    return this.#cell.newcomer()?.agentId;
  }

  /** Undefined when the result has no voters, or lost disks would be half of them. */
  #safe(participants: readonly Participant[]): Participant[] | undefined {
    const voters = participants.filter(({ role }) => role === 'voter');
    const lost = voters.filter(({ agentId }) => this.#isLost(agentId));
    return voters.length === 0 || 2 * lost.length >= voters.length ? undefined : [...participants];
  }
}
