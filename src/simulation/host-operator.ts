import type { AgentId } from '../agent/consensus/types.ts';
import type { AutopilotPolicy } from '../agent/host/autopilot-view.ts';
import type { ParticipantChange } from '../agent/host/messages.ts';
import type { HostCell } from './host-cell.ts';
import type { Random } from './random.ts';
import type { FaultChoice } from './settings.ts';
import { require } from './violation.ts';

/** By then everybody has joined, or is left to join when it can. */
const ASSEMBLED_MS = 4_000;

/** Asks hosts for changes of the participants and for hand-overs, at any moment; newcomers join as learners. */
export class HostOperator {
  readonly #cell: HostCell;
  readonly #choice: FaultChoice;
  readonly #random: Random;
  readonly #meanMs: number;
  /**
   * A demotion that was asked for before a voter died for good may take the majority away after it, and nobody could help
   * that: a run either loses disks, or changes voters at will.
   */
  readonly #losesDisks: boolean;
  isStopped = false;

  constructor(cell: HostCell, choice: FaultChoice, meanMs: number) {
    this.#cell = cell;
    this.#choice = choice;
    this.#random = cell.world.random.split('operator');
    this.#meanMs = meanMs;
    this.#losesDisks = this.#random.chance(0.5);
  }

  /** One agent founded the cell: the others join as learners, and then vote, two at a time. */
  assemble(): void {
    const { world, processes } = this.#cell;
    const { participants } = world.chosen.configuration;
    const learners = participants.filter(({ role }) => role === 'learner');
    const isDone = participants.length === processes.size && learners.length === 0;
    if (isDone || this.isStopped || world.queue.nowMs > ASSEMBLED_MS) return;
    world.queue.after(150, () => this.assemble());
    if (participants.length < processes.size) this.#joinWhoIsOutside();
    else this.#ask(learners.slice(0, 2).map(({ agentId }) => ({ agentId, role: 'voter' })));
  }

  start(): void {
    this.#cell.world.queue.after(this.#random.exponential(this.#meanMs), () => {
      if (this.isStopped) return;
      this.#joinWhoIsOutside();
      if (this.#choice.transfers && this.#random.chance(0.3)) this.#transfer();
      else if (this.#choice.membership) this.#change();
      this.start();
    });
  }

  /** One lost disk in a run, and only while a majority knows the newest configuration without it. */
  isExpendable(agentId: AgentId): boolean {
    const { chosen } = this.#cell.world;
    const processes = [...this.#cell.processes.values()];
    const isAssembled = this.#cell.world.queue.nowMs > ASSEMBLED_MS + this.#cell.config.changeWaitMs;
    if (!this.#losesDisks || !isAssembled || processes.some(({ state }) => state === 'lost')) return false;
    const slot = chosen.last?.configurationSlot ?? 0;
    const voters = chosen.configuration.participants.filter(({ role }) => role === 'voter');
    const left = voters.filter(
      (voter) => voter.agentId !== agentId && this.#cell.world.shadow(voter.agentId).durableChosen >= slot,
    );
    return 2 * left.length > voters.length && voters.length >= 3;
  }

  /** Agents that are alive and no participants ask to join again and again. */
  #joinWhoIsOutside(): void {
    const participants = this.#cell.world.chosen.configuration.participants.map(({ agentId }) => agentId);
    const outside = this.#cell.running.filter(({ agentId }) => !participants.includes(agentId));
    for (const { agentId } of outside.slice(0, 2)) this.#ask([{ agentId, role: 'learner' }]);
  }

  #change(): void {
    const random = this.#random;
    const { participants } = this.#cell.world.chosen.configuration;
    if (this.#losesDisks || random.chance(0.2)) {
      const newcomer = this.#cell.newcomer();
      if (newcomer !== undefined) this.#ask([{ agentId: newcomer.agentId, role: 'learner' }]);
      return;
    }
    const changes = random.sample(participants, 1, 2).map(({ agentId }): ParticipantChange => {
      return { agentId, role: random.pick(['voter', 'voter', 'learner', 'removed'] as const) };
    });
    this.#ask(changes);
  }

  #ask(changes: readonly ParticipantChange[]): void {
    const { world, running } = this.#cell;
    if (running.length === 0) return;
    const process = this.#random.pick(running);
    world.counters.add('change of participants asked');
    process.run(() => {
      process.driver?.host.changeParticipants(changes, 0, (answer) => {
        if (answer.ok) world.counters.add('configuration changed');
      });
    });
  }

  #transfer(): void {
    const { running, world, processes } = this.#cell;
    if (running.length === 0) return;
    const process = this.#random.pick(running);
    world.counters.add('transfer asked');
    process.run(() => process.driver?.host.transferLeadership(this.#random.pick([...processes.keys()]), () => {}));
  }
}

/** Judges what an autopilot decides by the general rule (invariant 17), whatever its own reasons are. */
export function judged(policy: AutopilotPolicy, note: () => void): AutopilotPolicy {
  return (view) => {
    const changes = policy(view);
    if (changes === undefined || changes.length === 0 || view.leaving) return changes;
    note();
    const before = view.participants.filter(({ role }) => role === 'voter');
    const roleAfter = (agentId: AgentId, role: string): string =>
      changes.find((change) => change.agentId === agentId)?.role ?? role;
    const after = view.participants.filter(({ agentId, role }) => roleAfter(agentId, role) === 'voter');
    const live = after.filter(({ agentId, suspect }) => agentId === view.self || !suspect);
    const shrinks = after.length < before.length;
    const sameVoters = after.length === before.length && after.every((voter) => before.includes(voter));
    const isRight =
      sameVoters || (after.length % 2 === 1 && 2 * live.length > after.length && (!shrinks || after.length >= 3));
    require(isRight, 'automatic changes keep an odd majority', () => {
      return `${before.length} voters become ${after.length}, of which ${live.length} are live`;
    });
    return changes;
  };
}
