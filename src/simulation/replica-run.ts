import { Clients } from './clients.ts';
import { Faults } from './faults.ts';
import { Liveness, type LivenessTarget, PARTIAL_PARTITIONS, type PartialPartition } from './liveness.ts';
import { Operator } from './operator.ts';
import { ReplicaCell } from './replica-cell.ts';
import type { ReplicaHooks, ReplicaProcess } from './replica-driver.ts';
import { ALL_FAULTS, drawSettings, type FaultChoice } from './settings.ts';
import type { World } from './world.ts';

export interface ReplicaRunOptions {
  readonly seed: number;
  readonly agents?: number;
  readonly safetyMs: number;
  readonly stableMs: number;
  readonly faults?: FaultChoice;
  readonly hooks?: ReplicaHooks;
  readonly partialPartition?: PartialPartition;
}

/** A cell of bare replicas: the safety phase with faults, then the liveness phase without. */
export function runReplicas(world: World, options: ReplicaRunOptions): void {
  const { seed, safetyMs, stableMs } = options;
  const choice = options.faults ?? ALL_FAULTS;
  const settings = drawSettings(seed, options.agents);
  const cell = new ReplicaCell(world, settings, options.hooks ?? {});
  const clients = new Clients(cell, settings);
  const operator = new Operator(cell, choice, settings.faultMeanMs * 3);
  const leaderId = (): string | undefined => cell.leader?.agentId;
  const faults = new Faults(
    {
      world,
      leaderId,
      burst: (agentId) => clients.burst('fault', cell.processes.get(agentId) as ReplicaProcess),
      isExpendable: (agentId) => operator.isExpendable(agentId),
    },
    choice,
    settings.faultMeanMs,
  );
  clients.start();
  if (choice.membership) operator.assemble();
  operator.start();
  faults.start();
  world.runUntil(safetyMs);
  faults.end();
  operator.isStopped = true;
  const target: LivenessTarget = {
    world,
    electionMaxMs: settings.consensus.electionMaxMs,
    leaderId,
    voters: () => participants('voter'),
    votersCount: () => world.chosen.configuration.participants.filter(({ role }) => role === 'voter').length,
    leadership: () => {
      const ballot = cell.leader?.driver?.replica.ballot;
      return ballot === undefined ? '' : `${ballot.round}.${ballot.agentId}`;
    },
    epoch: () => world.chosen.configuration.epoch,
    writeOnce: (then) => clients.writeOnce(then),
    laggard: () => {
      clients.isStopped = true;
      const slot = world.chosen.through;
      const lagging = [...participants('voter'), ...participants('learner')].filter((agentId) => {
        return cell.processes.get(agentId)?.driver?.machine.slot !== slot;
      });
      return lagging.length === 0 ? undefined : `${lagging.join(',')} did not reach slot ${slot}`;
    },
  };
  const participants = (role: 'voter' | 'learner'): string[] => {
    return world.chosen.configuration.participants
      .filter((participant) => participant.role === role && cell.processes.get(participant.agentId)?.state === 'up')
      .map(({ agentId }) => agentId);
  };
  const partition = options.partialPartition ?? world.random.pick(PARTIAL_PARTITIONS);
  new Liveness(target).run(partition, stableMs);
  clients.check();
  world.counters.add('writes completed', clients.completedWrites);
}
