import type { Base } from '../agent/consensus/io.ts';
import type { AgentId, Ballot, Slot } from '../agent/consensus/types.ts';
import type { AutopilotPolicy } from '../agent/host/autopilot-view.ts';
import { GroupHost } from '../agent/host/group-host.ts';
import type { HostConfig } from '../agent/host/host-config.ts';
import { type HostObserver, NO_OBSERVER } from '../agent/host/observer.ts';
import type { HostPorts, PeerMessage } from '../agent/host/ports.ts';
import type { StateMeta, StateStore } from '../agent/machine/store.ts';
import type { SimulatedLogDisk, StoredState } from './disk.ts';
import { type CloneableStore, ObservedStore } from './observed-store.ts';
import type { Driver, SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** A state file: a whole store as of one flush. Never written to; whoever runs on it takes a clone. */
export interface HostState extends StoredState {
  readonly slot: Slot;
  readonly promised: Ballot;
  readonly store: CloneableStore;
}

/** What travels: the state, and what its maker had promised when it was made. */
export interface SentState {
  readonly state: HostState;
  readonly promised: Ballot;
}

export type HostProcess = SimulatedProcess<HostState, HostDriver>;

export interface HostDriverOptions {
  readonly config: HostConfig;
  readonly cellId: string;
  readonly autopilot: AutopilotPolicy;
  readonly fetchSnapshot: (by: HostProcess, from: AgentId, then: (sent: SentState | undefined) => void) => void;
}

export function baseOfMeta(meta: StateMeta): Base {
  return {
    slot: meta.appliedSlot,
    era: JSON.parse(meta.era) as Ballot,
    configuration: JSON.parse(meta.configuration) as Base['configuration'],
    configurationSlot: meta.configurationSlot,
  };
}

/** Runs one real `GroupHost` with the real machine on a simulated process: its ports, its disk and its store. */
export class HostDriver implements Driver {
  readonly host: GroupHost;
  readonly #world: World;
  readonly #process: HostProcess;
  readonly #disk: SimulatedLogDisk<HostState>;
  readonly #options: HostDriverOptions;
  #inner!: CloneableStore;
  #appliedSlot: Slot;

  constructor(world: World, process: HostProcess, disk: SimulatedLogDisk<HostState>, options: HostDriverOptions) {
    this.#world = world;
    this.#process = process;
    this.#disk = disk;
    this.#options = options;
    const store = this.#observe(process.storage.state.store.clone());
    const meta = store.readMeta();
    this.#appliedSlot = meta.appliedSlot;
    world.invariants.based(process.agentId, baseOfMeta(meta), meta.stateHash);
    this.host = new GroupHost({
      agentId: process.agentId,
      cellId: options.cellId,
      group: 0,
      disk,
      store,
      base: baseOfMeta(meta),
      ports: this.#ports(),
      config: options.config,
      autopilot: options.autopilot,
      observer: this.#observer(),
      bootNonce: `${process.agentId}${process.boots}-${process.random.uint32().toString(36)}`,
    });
    this.#guardFloor(disk);
  }

  start(): void {
    this.host.start();
    this.#look();
  }

  receive(message: PeerMessage): void {
    this.host.receive(message);
    this.#look();
  }

  /** What would travel to whoever fetches the state of this agent. */
  snapshot(): SentState {
    this.host.flush();
    const store = this.#inner.clone();
    const promised = this.#disk.promisedAtFlush();
    return { state: { slot: store.readMeta().appliedSlot, promised, store }, promised };
  }

  /** The disk calls back outside of any other work: what it changes is looked at as well. */
  #guardFloor(disk: SimulatedLogDisk<HostState>): void {
    const { onFloor } = disk;
    disk.onFloor = (floor) => {
      onFloor(floor);
      this.#look();
    };
  }

  #look(): void {
    this.#world.invariants.ballots.observed(this.#process.shadow, this.host.replica);
  }

  #ports(): HostPorts {
    const process = this.#process;
    const looking = (work: () => void) => (): void => {
      work();
      this.#look();
    };
    return {
      nowMs: () => process.nowMs(),
      wallMs: () => process.wallMs(),
      random: () => process.random.next(),
      soon: (work) => void process.after(0, looking(work)),
      after: (delayMs, work) => process.after(delayMs, looking(work)),
      send: (to, message) => process.send(to, message),
      afterSends: (work) => void process.after(0, looking(work)),
      fetchSnapshot: (from, then) => this.#fetchSnapshot(from, then),
    };
  }

  #fetchSnapshot(from: AgentId, then: (installed: { store: StateStore; base: Base } | undefined) => void): void {
    this.#options.fetchSnapshot(this.#process, from, (sent) => {
      if (sent === undefined || sent.state.slot <= this.#appliedSlot) {
        then(undefined);
        return;
      }
      const { state, promised } = sent;
      this.#disk.install(state, promised, () => {
        // The host went on applying meanwhile.
        if (state.slot <= this.#appliedSlot) {
          this.#world.counters.add('snapshot overtaken');
          this.#disk.onFloor(state.slot + 1);
          then(undefined);
          return;
        }
        const store = this.#observe(state.store.clone());
        const meta = store.readMeta();
        this.#world.counters.add('snapshot installed');
        this.#world.invariants.based(this.#process.agentId, baseOfMeta(meta), meta.stateHash);
        this.#appliedSlot = meta.appliedSlot;
        then({ store, base: { ...baseOfMeta(meta), promised } });
        this.#look();
      });
    });
  }

  #observe(inner: CloneableStore): ObservedStore {
    this.#inner = inner;
    return new ObservedStore(
      inner,
      (meta, appended) => {
        this.#world.invariants.applied(this.#process.agentId, this.#appliedSlot, meta);
        this.#world.coordination.applied(meta.appliedSlot, appended);
        this.#appliedSlot = meta.appliedSlot;
        // The hash of the run covers the state, so that runs on other stores can be compared.
        const number = Number.parseInt(meta.stateHash.slice(0, 8), 16) || 0;
        this.#world.trace.add(this.#world.queue.nowMs, this.#process.agentId, 'applies', meta.appliedSlot, number);
      },
      () => {
        this.#process.boundary('at a flush of the state');
        const promised = this.#disk.promisedAtFlush();
        this.#disk.flush({ slot: inner.readMeta().appliedSlot, promised, store: inner.clone() });
      },
    );
  }

  #observer(): HostObserver {
    const { trace, queue, invariants, counters } = this.#world;
    const { agentId, shadow } = this.#process;
    return {
      ...NO_OBSERVER,
      roleChanged: (role, ballot, _leader, reason) => {
        trace.add(queue.nowMs, agentId, `is ${role}: ${reason}`, ballot);
        if (role === 'campaigning' && ballot.agentId === agentId) {
          invariants.ballots.campaigning(shadow, ballot, this.host.replica);
        }
      },
      note: (level, text, details) => {
        trace.add(queue.nowMs, agentId, `${level}: ${text}`, details);
        counters.add(`note: ${text.split(':')[0]}`);
      },
    };
  }
}
