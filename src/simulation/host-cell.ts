import { encodeConfiguration } from '../agent/consensus/configuration.ts';
import type { AgentId, Entry, ParticipantRole } from '../agent/consensus/types.ts';
import type { AutopilotPolicy } from '../agent/host/autopilot-view.ts';
import type { HostConfig } from '../agent/host/host-config.ts';
import { SimulatedStorage } from './disk.ts';
import { HostDriver, type HostProcess, type HostState, type SentState } from './host-driver.ts';
import type { CloneableStore } from './observed-store.ts';
import { SimulatedProcess } from './process.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

const CELL_ID = 'simulated-cell';

/** A cell of whole hosts, each with the real machine on a store in memory. */
export class HostCell {
  readonly world: World;
  readonly processes = new Map<AgentId, HostProcess>();
  readonly config: HostConfig;
  readonly #autopilot: AutopilotPolicy;
  readonly #createStore: () => CloneableStore;

  constructor(
    world: World,
    settings: Settings,
    config: HostConfig,
    parts: { readonly autopilot: AutopilotPolicy; readonly createStore: () => CloneableStore },
  ) {
    this.world = world;
    this.config = config;
    this.#autopilot = parts.autopilot;
    this.#createStore = parts.createStore;
    const names = Array.from({ length: settings.agents }, (_, index) => agentName(index));
    const founders = settings.isFoundedWhole ? names : names.slice(0, 1);
    const first = foundingEntry(founders);
    world.chosen.found(first, first.origin);
    for (const agentId of names) this.#create(agentId, founders.includes(agentId) ? first : undefined);
    for (const process of this.processes.values()) process.boot();
  }

  newcomer(): HostProcess | undefined {
    if (this.processes.size >= 14) return undefined;
    const process = this.#create(agentName(this.processes.size), undefined);
    process.boot();
    return process;
  }

  get running(): HostProcess[] {
    return [...this.processes.values()].filter(({ state }) => state === 'up');
  }

  get leader(): HostProcess | undefined {
    const round = ({ driver }: HostProcess): number => driver?.host.replica.ballot.round ?? 0;
    return this.running
      .filter(({ driver }) => driver?.host.replica.role === 'leader')
      .sort((one, other) => round(other) - round(one))[0];
  }

  #create(agentId: AgentId, first: Entry | undefined): HostProcess {
    const { world } = this;
    const store = this.#createStore();
    store.writeMeta({ ...store.readMeta(), cellId: CELL_ID });
    store.flush();
    const storage = new SimulatedStorage<HostState>({ slot: 0, promised: { round: 0, agentId: '' }, store });
    const process: HostProcess = new SimulatedProcess(world, agentId, storage, (self, disk) => {
      return new HostDriver(world, self, disk, {
        config: this.config,
        cellId: CELL_ID,
        autopilot: this.#autopilot,
        fetchSnapshot: (by, from, then) => this.#fetchSnapshot(by, from, then),
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

  /** The source may die of it: making a snapshot writes. */
  #snapshotOf(source: HostProcess | undefined): SentState | undefined {
    let made: SentState | undefined;
    source?.run(() => {
      made = source.driver?.snapshot();
    });
    return made;
  }

  /** The state file of the other side as of its last flush; see `ReplicaCell` for what may go wrong on the way. */
  #fetchSnapshot(by: HostProcess, from: AgentId, then: (sent: SentState | undefined) => void): void {
    const { network, counters, queue } = this.world;
    const source = this.processes.get(from);
    const life = source?.boots;
    const isReachable = (): boolean =>
      source?.state === 'up' && source.boots === life && !network.isBlocked(from, by.agentId);
    by.after(by.random.range(1, 5), () => {
      const made = isReachable() ? this.#snapshotOf(source) : undefined;
      if (made === undefined) {
        then(undefined);
        return;
      }
      counters.add('snapshot sent');
      const unpin = source?.storage.pin(made.state.slot);
      const travelMs = by.random.exponential(40);
      queue.after(travelMs, () => unpin?.());
      by.after(travelMs, () => {
        const hasArrived = isReachable();
        if (!hasArrived) counters.add('snapshot interrupted');
        then(hasArrived ? made : undefined);
      });
    });
  }
}

function foundingEntry(founders: readonly AgentId[]): Entry {
  const participants = founders.map((agentId) => ({ agentId, role: 'voter' as ParticipantRole }));
  return {
    kind: 'configuration',
    origin: { round: 1, agentId: founders[0] as AgentId },
    stampMs: 0,
    requestId: 'founding',
    payload: encodeConfiguration({ epoch: 1, participants }),
  };
}

function agentName(index: number): AgentId {
  return String.fromCharCode(65 + index);
}
