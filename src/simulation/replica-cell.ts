import { encodeConfiguration } from '../agent/consensus/configuration.ts';
import type { AgentId, Configuration, Entry, ParticipantRole } from '../agent/consensus/types.ts';
import { SimulatedStorage } from './disk.ts';
import { SimulatedProcess } from './process.ts';
import { ReplicaDriver, type ReplicaHooks, type ReplicaProcess, type SentSnapshot } from './replica-driver.ts';
import type { Settings } from './settings.ts';
import { EMPTY_STATE, type SimpleState } from './simple-machine.ts';
import type { World } from './world.ts';

const CELL_ID = 'simulated-cell';

/** A cell of bare replicas: founding, joining, snapshot transfer. */
export class ReplicaCell {
  readonly world: World;
  readonly processes = new Map<AgentId, ReplicaProcess>();
  /** Removed agents that learned of it and want to come back. */
  readonly wantBack = new Set<AgentId>();
  readonly #settings: Settings;
  readonly #hooks: ReplicaHooks;

  constructor(world: World, settings: Settings, hooks: ReplicaHooks) {
    this.world = world;
    this.#settings = settings;
    this.#hooks = hooks;
    const names = Array.from({ length: settings.agents }, (_, index) => agentName(index));
    const founders = settings.isFoundedWhole ? names : names.slice(0, 1);
    const first = this.#foundingEntry(founders);
    world.chosen.found(first, first.origin);
    for (const agentId of names) this.#create(agentId, founders.includes(agentId) ? first : undefined);
    for (const process of this.processes.values()) process.boot();
  }

  /** An agent that knows nothing yet; it takes part once a configuration names it. */
  newcomer(): ReplicaProcess | undefined {
    if (this.processes.size >= 20) return undefined;
    const process = this.#create(agentName(this.processes.size), undefined);
    process.boot();
    return process;
  }

  get running(): ReplicaProcess[] {
    return [...this.processes.values()].filter(({ state }) => state === 'up');
  }

  /** Whoever leads and may be reached, the highest ballot first. */
  get leader(): ReplicaProcess | undefined {
    return this.running
      .filter(({ driver }) => driver?.replica.role === 'leader')
      .sort((one, other) => (other.driver?.replica.ballot.round ?? 0) - (one.driver?.replica.ballot.round ?? 0))[0];
  }

  #create(agentId: AgentId, first: Entry | undefined): ReplicaProcess {
    const { world } = this;
    const storage = new SimulatedStorage<SimpleState>(EMPTY_STATE);
    const process: ReplicaProcess = new SimulatedProcess(world, agentId, storage, (self, disk) => {
      return new ReplicaDriver(world, self, disk, {
        config: this.#settings.consensus,
        cellId: CELL_ID,
        stateFlushSlots: this.#settings.stateFlushSlots,
        hooks: this.#hooks,
        fetchSnapshot: (by, from, then) => this.#fetchSnapshot(by, from, then),
        rejoin: (removed) => this.wantBack.add(removed),
      });
    });
    if (first !== undefined) {
      const entries = [{ slot: 1, ballot: first.origin, entry: first }];
      storage.prepare({ promised: first.origin, entries, chosenThrough: 1 });
      process.shadow.initialise(first.origin, entries, 1);
    }
    this.processes.set(agentId, process);
    world.processes.set(agentId, process);
    return process;
  }

  #foundingEntry(founders: readonly AgentId[]): Entry {
    const [founder] = founders as [AgentId];
    const participants = founders.map((agentId) => ({ agentId, role: 'voter' as ParticipantRole }));
    const configuration: Configuration = { epoch: 1, participants };
    return {
      kind: 'configuration',
      origin: { round: 1, agentId: founder },
      stampMs: 0,
      requestId: 'founding',
      payload: encodeConfiguration(configuration),
    };
  }

  /** On a channel of its own: it fails when either end dies or the network parts them, and it takes its time. */
  #fetchSnapshot(by: ReplicaProcess, from: AgentId, then: (sent: SentSnapshot | undefined) => void): void {
    const { network, counters } = this.world;
    const source = this.processes.get(from);
    const life = source?.boots;
    const isReachable = (): boolean =>
      source?.state === 'up' && source.boots === life && !network.isBlocked(from, by.agentId);
    by.after(by.random.range(1, 5), () => {
      const driver = isReachable() ? source?.driver : undefined;
      if (driver === undefined) {
        then(undefined);
        return;
      }
      const promised = driver.replica.ballot;
      const state = driver.machine.state(promised);
      counters.add('snapshot sent');
      const unpin = source?.storage.pin(state.slot);
      const travelMs = by.random.exponential(40);
      this.world.queue.after(travelMs, () => unpin?.());
      by.after(travelMs, () => {
        const hasArrived = isReachable();
        if (!hasArrived) counters.add('snapshot interrupted');
        then(hasArrived ? { state, promised } : undefined);
      });
    });
  }
}

function agentName(index: number): AgentId {
  return String.fromCharCode(65 + index);
}
