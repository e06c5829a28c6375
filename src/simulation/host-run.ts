import { hostConfig } from '../agent/config.ts';
import type { AgentId } from '../agent/consensus/types.ts';
import type { AutopilotPolicy } from '../agent/host/autopilot-view.ts';
import { MemoryStateStore } from '../agent/machine/memory-store.ts';
import { CoordinationClient } from './coordination-client.ts';
import { CountingClient } from './counting-client.ts';
import { Faults } from './faults.ts';
import { History } from './history.ts';
import { HostCell } from './host-cell.ts';
import { HostClient } from './host-client.ts';
import { Answers, bytesOf, textOf } from './host-history.ts';
import { HostOperator, judged } from './host-operator.ts';
import { findViolation } from './linearizability.ts';
import { Liveness, type LivenessTarget, PARTIAL_PARTITIONS, type PartialPartition } from './liveness.ts';
import type { CloneableStore } from './observed-store.ts';
import { ALL_FAULTS, drawSettings, type FaultChoice } from './settings.ts';
import { Violation } from './violation.ts';
import { WatchingClient } from './watching-client.ts';
import { WorkClient } from './work-client.ts';
import type { World } from './world.ts';

/** When all is quiet, whoever watches is told everything within this time. */
const WATCHED_WITHIN_MS = 200;

export interface HostRunOptions {
  readonly seed: number;
  readonly agents?: number;
  readonly safetyMs: number;
  readonly stableMs: number;
  readonly faults?: FaultChoice;
  readonly partialPartition?: PartialPartition;
  /** Without one nobody is promoted or evicted but by the operator. */
  readonly autopilot?: AutopilotPolicy;
  /** Programs that use locks, elections and barriers; unless it is false. */
  readonly coordination?: boolean;
  /** Programs that vote, do work once and use queues; if it is true. */
  readonly work?: boolean;
  /** Programs that count; if it is true. */
  readonly counting?: boolean;
  /** Programs that watch; if it is true. */
  readonly watching?: boolean;
  /** In memory when absent. */
  readonly createStore?: () => CloneableStore;
}

/** A cell of whole hosts: the safety phase with faults, then the liveness phase without. */
export function runHosts(world: World, options: HostRunOptions): void {
  const { seed, safetyMs, stableMs, coordination = true, work = false, counting = false, watching = false } = options;
  const choice = options.faults ?? ALL_FAULTS;
  const settings = drawSettings(seed, options.agents);
  const random = world.random.split('hosts');
  const isEvicting = random.chance(0.4);
  const config = hostConfig(
    'simulated',
    {
      stateFlushSlots: settings.stateFlushSlots,
      stateFlushMs: random.pick([200, 1_000]),
      changeWaitMs: 1_500,
      evictAfterMs: isEvicting ? 3_000 : 60_000,
      internalSessionTtlMs: random.pick([3_000, 30_000]),
    },
    settings.consensus,
  );
  const policy = judged(options.autopilot ?? (() => undefined), () => world.counters.add('autopilot changed voters'));
  const cell = new HostCell(world, settings, config, {
    autopilot: policy,
    createStore: options.createStore ?? (() => new MemoryStateStore()),
  });
  const history = new History();
  const answers = new Answers(world.counters);
  const shared = { history, answers, keys: settings.keys, pauseMeanMs: settings.clientPauseMeanMs };
  const clients = Array.from({ length: settings.clients }, (_, index) => {
    return new HostClient(`c${index}`, cell, random.split(`c${index}`), shared);
  });
  const crowd = new Set<string>();
  const coordinating = Array.from({ length: coordination ? random.between(2, 3) : 0 }, (_, index) => {
    const about = { answers, pauseMeanMs: 2 * settings.clientPauseMeanMs, crowd };
    return new CoordinationClient(`k${index}`, cell, random.split(`k${index}`), about);
  });
  const proposals: number[] = [];
  const working = Array.from({ length: work ? 3 : 0 }, (_, index) => {
    const about = { answers, pauseMeanMs: 2 * settings.clientPauseMeanMs, proposals };
    return new WorkClient(`w${index}`, cell, random.split(`w${index}`), about);
  });
  const countingClients = Array.from({ length: counting ? 3 : 0 }, (_, index) => {
    const about = { answers, pauseMeanMs: settings.clientPauseMeanMs, book: world.coordination.counting };
    return new CountingClient(`n${index}`, cell, random.split(`n${index}`), about);
  });
  const watchingClients = Array.from({ length: watching ? 3 : 0 }, (_, index) => {
    return new WatchingClient(`o${index}`, cell, random.split(`o${index}`), world.coordination.changes);
  });
  const programs = [...clients, ...coordinating, ...working, ...countingClients, ...watchingClients];
  const operator = new HostOperator(cell, choice, settings.faultMeanMs * 3);
  const leaderId = (): string | undefined => cell.leader?.agentId;
  const faults = new Faults(
    {
      world,
      leaderId,
      burst: (agentId) => burst(cell, agentId),
      isExpendable: (agentId) => operator.isExpendable(agentId),
    },
    choice,
    settings.faultMeanMs,
  );
  for (const program of programs) program.start();
  if (choice.membership) operator.assemble();
  operator.start();
  faults.start();
  world.runUntil(safetyMs);
  faults.end();
  operator.isStopped = true;
  const participants = (isWanted: (role: string) => boolean): AgentId[] => {
    return world.chosen.configuration.participants
      .filter(({ agentId, role }) => isWanted(role) && cell.processes.get(agentId)?.state === 'up')
      .map(({ agentId }) => agentId);
  };
  const target: LivenessTarget = {
    world,
    electionMaxMs: settings.consensus.electionMaxMs,
    leaderId,
    voters: () => participants((role) => role === 'voter'),
    votersCount: () => world.chosen.configuration.participants.filter(({ role }) => role === 'voter').length,
    leadership: () => {
      const ballot = cell.leader?.driver?.host.replica.ballot;
      return ballot === undefined ? '' : `${ballot.round}.${ballot.agentId}`;
    },
    epoch: () => world.chosen.configuration.epoch,
    writeOnce: (then) => writeOnce(cell, then),
    laggard: () => {
      for (const program of programs) program.isStopped = true;
      const slot = world.chosen.through;
      const lagging = participants(() => true).filter((agentId) => {
        return cell.processes.get(agentId)?.driver?.host.status.applied !== slot;
      });
      return lagging.length === 0 ? undefined : `${lagging.join(',')} did not reach slot ${slot}`;
    },
  };
  // An autopilot that evicts soon takes a partial partition for many deaths: that is another experiment.
  const partition = isEvicting ? 'none' : (options.partialPartition ?? world.random.pick(PARTIAL_PARTITIONS));
  new Liveness(target).run(partition, stableMs);
  const found = findViolation(history.operations);
  if (found !== undefined) {
    const lines = found.operations.map((operation) => JSON.stringify(operation)).join('\n');
    throw new Violation('reads are linearizable', `key ${found.key}:\n${lines}`);
  }
  world.coordination.checkQuiet();
  const settled = cell.running.find(({ driver }) => driver?.host.status.applied === world.chosen.through);
  if (settled !== undefined) {
    for (const watcher of watchingClients) watcher.watch(settled);
    world.runUntil(world.queue.nowMs + WATCHED_WITHIN_MS);
    for (const watcher of watchingClients) watcher.settled();
  }
  const state = settled?.driver?.host.state;
  if (state !== undefined) world.coordination.counting.settled((key) => Number(textOf(state.get('user', key)?.value)));
  for (const client of clients) world.counters.add('writes completed', client.completedWrites);
}

function put(text: string) {
  return { kind: 'put', key: '/bulk', value: bytesOf(text), leaseId: '', returnPrevious: false } as const;
}

function burst(cell: HostCell, agentId: AgentId): void {
  const process = cell.processes.get(agentId);
  process?.run(() => {
    for (let index = 0; index < 30; index += 1) {
      process.driver?.host.write(put(`burst ${index}`), { quorum: 'majority', timeoutMs: 2_000 }, () => {});
    }
  });
}

/** Repeated at another agent every now and then, as a program would. */
function writeOnce(cell: HostCell, then: () => void): void {
  const { queue, random } = cell.world;
  let isDone = false;
  const again = (): void => {
    if (isDone) return;
    const process = cell.leader ?? random.pick([...cell.processes.values()]);
    process.run(() => {
      process.driver?.host.write(put('probe'), { quorum: 'majority', timeoutMs: 1_000 }, (answer) => {
        if (!answer.ok || isDone) return;
        isDone = true;
        then();
      });
    });
    queue.after(400, again);
  };
  again();
}
