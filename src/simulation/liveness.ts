import type { AgentId } from '../agent/consensus/types.ts';
import type { Random } from './random.ts';
import { require } from './violation.ts';
import type { World } from './world.ts';

/** Partial partitions in which plain Raft loses its leader for ever (Ng, Haridi, Carbone: Omni-Paxos, 2023). */
export const PARTIAL_PARTITIONS = ['none', 'quorum loss', 'constrained election', 'chained'] as const;
export type PartialPartition = (typeof PARTIAL_PARTITIONS)[number];

/** What the liveness phase needs to know of a cell; `agents` are those that live on. */
export interface LivenessTarget {
  readonly world: World;
  readonly electionMaxMs: number;
  /** Of the newest chosen configuration, without lost disks. */
  voters(): AgentId[];
  /** With those whose disks are lost. */
  votersCount(): number;
  leaderId(): AgentId | undefined;
  /** Identifies one leadership; it changes with every new leader. */
  leadership(): string;
  /** A change of the voters, which an autopilot may make at any time, begins a new leadership. */
  epoch(): number;
  writeOnce(then: () => void): void;
  /** Undefined when all participants have applied the same, else who lags. */
  laggard(): string | undefined;
}

/** After the faults have stopped: writes complete, the leader stays, everybody ends with the same state (invariant 18). */
export class Liveness {
  readonly #target: LivenessTarget;
  readonly #world: World;
  readonly #random: Random;

  constructor(target: LivenessTarget) {
    this.#target = target;
    this.#world = target.world;
    this.#random = target.world.random.split('liveness');
  }

  run(partition: PartialPartition, stableMs: number): void {
    this.#settle();
    this.#expectWrite('all are connected');
    this.#part(partition);
    this.#expectWrite(partition);
    this.#expectStableLeader(stableMs, partition);
    this.#world.network.healAll();
    this.#expectWrite(`after ${partition}`);
    this.#expectConvergence();
  }

  /** What was under way when the faults stopped ends: detours of messages, slow disks. */
  #settle(): void {
    const { queue, processes } = this.#world;
    const busyMs = Math.max(...[...processes.values()].map(({ storage }) => storage.fsyncEndsMs));
    this.#world.runUntil(Math.max(queue.nowMs + 2_200, busyMs));
  }

  #expectWrite(when: string): void {
    const { queue } = this.#world;
    const withinMs = 10 * this.#target.electionMaxMs;
    let isDone = false;
    this.#target.writeOnce(() => {
      isDone = true;
    });
    const startedMs = queue.nowMs;
    this.#world.runUntil(startedMs + withinMs, () => isDone);
    require(isDone, 'a write completes once a majority is connected', () => {
      return `${when}: no write completed within ${withinMs} ms; voters ${this.#target.voters().join(',')}`;
    });
  }

  #part(partition: PartialPartition): void {
    const { network, queue, counters } = this.#world;
    const voters = this.#target.voters();
    const leaderId = this.#target.leaderId() ?? (voters[0] as AgentId);
    const others = this.#random.shuffled([...this.#world.processes.keys()].filter((agentId) => agentId !== leaderId));
    const otherVoters = others.filter((agentId) => voters.includes(agentId));
    const [centre] = otherVoters;
    // In a chain nobody reaches more than two others; in a constrained election the leader is out of reach.
    const reached = { none: 0, 'quorum loss': voters.length, 'constrained election': voters.length - 1, chained: 3 };
    const isLivable = 2 * Math.min(reached[partition], voters.length) > this.#target.votersCount();
    if (partition === 'none' || centre === undefined || voters.length < 3 || !isLivable) return;
    counters.add(`partial partition: ${partition}`);
    if (partition === 'chained') {
      // Voters only in the chain, the leader at its end; learners hang on to nobody.
      network.partition('chain', [leaderId, ...otherVoters, ...others.filter((one) => !voters.includes(one))]);
      return;
    }
    const all = [centre, leaderId, ...others.filter((agentId) => agentId !== centre)];
    if (partition === 'constrained election') {
      // The only agent that will reach a majority falls behind first, and then the leader is gone.
      network.partition('isolate', all);
      this.#world.runUntil(queue.nowMs + 1_500);
    }
    network.partition('star', all);
    if (partition === 'constrained election') {
      network.block(centre, leaderId);
      network.block(leaderId, centre);
      for (const other of all.slice(2)) {
        network.unblock(centre, other);
        network.unblock(other, centre);
      }
    } else {
      for (const other of all.slice(1)) {
        network.unblock(centre, other);
        network.unblock(other, centre);
      }
    }
  }

  #expectStableLeader(stableMs: number, when: string): void {
    const { queue } = this.#world;
    // A leader that was just elected may still be deposed once by who had not heard of it.
    this.#world.runUntil(queue.nowMs + 10 * this.#target.electionMaxMs);
    for (let attempts = 1; ; attempts += 1) {
      const before = this.#target.leadership();
      const epoch = this.#target.epoch();
      this.#world.runUntil(queue.nowMs + stableMs);
      const after = this.#target.leadership();
      if (before === after && before !== '') return;
      require(epoch !== this.#target.epoch() && attempts < 5, 'the leader stays', () => {
        return `${when}: ${before || 'nobody'} led, then ${after || 'nobody'}, within ${stableMs} ms`;
      });
    }
  }

  #expectConvergence(): void {
    const { queue } = this.#world;
    this.#world.runUntil(queue.nowMs + 30_000, () => this.#target.laggard() === undefined);
    const laggard = this.#target.laggard();
    require(laggard === undefined, 'all agents converge', () => laggard ?? '');
  }
}
