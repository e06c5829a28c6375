import type { Writes } from '../agent/consensus/io.ts';
import type { AgentId, Ballot, Slot } from '../agent/consensus/types.ts';
import type { PeerMessage } from '../agent/host/ports.ts';
import type { AcceptorShadow } from './acceptor-shadow.ts';
import type { DiskOwner, SimulatedLogDisk, SimulatedStorage, StoredState } from './disk.ts';
import type { Random } from './random.ts';
import { messageNumber } from './trace.ts';
import type { World } from './world.ts';

/** What runs inside a process: a bare replica, or a host with its machine. It dies with the process. */
export interface Driver {
  start(): void;
  receive(message: PeerMessage): void;
}

export type ProcessState = 'up' | 'paused' | 'down' | 'lost';

/** A process as faults and the network see it, whatever runs inside. */
export type AnyProcess = Pick<
  SimulatedProcess<StoredState, Driver>,
  | 'agentId'
  | 'storage'
  | 'state'
  | 'crashAfterBoundaries'
  | 'boot'
  | 'crash'
  | 'lose'
  | 'pause'
  | 'resume'
  | 'drift'
  | 'jumpWall'
  | 'deliver'
>;

/** Thrown at a boundary to end the life of a process in the middle of its work. */
const CRASH = new Error('the simulated process crashed');

/**
 * One simulated agent process: it boots, is paused, crashes at any boundary between a write and a message, and has a
 * clock of its own that drifts. What it left on its disk is all that the next life knows.
 */
export class SimulatedProcess<S extends StoredState, D extends Driver> implements DiskOwner {
  readonly agentId: AgentId;
  readonly storage: SimulatedStorage<S>;
  readonly shadow: AcceptorShadow;
  readonly random: Random;
  state: ProcessState = 'down';
  boots = 0;
  /** Of the running life. */
  driver: D | undefined;
  /** Counts down at every boundary; the process crashes at zero. */
  crashAfterBoundaries = 0;
  readonly #world: World;
  readonly #createDriver: (process: SimulatedProcess<S, D>, disk: SimulatedLogDisk<S>) => D;
  #backlog: (() => void)[] = [];
  #rate = 1;
  #localAtMs = 0;
  #globalAtMs = 0;
  #wallOffsetMs = 0;

  constructor(
    world: World,
    agentId: AgentId,
    storage: SimulatedStorage<S>,
    createDriver: (process: SimulatedProcess<S, D>, disk: SimulatedLogDisk<S>) => D,
  ) {
    this.#world = world;
    this.agentId = agentId;
    this.storage = storage;
    this.shadow = world.shadow(agentId);
    this.random = world.random.split(agentId);
    this.#createDriver = createDriver;
  }

  get isRunning(): boolean {
    return this.state === 'up' || this.state === 'paused';
  }

  // -- life

  boot(): void {
    if (this.state !== 'down') return;
    const { trace, queue, counters } = this.#world;
    if (!this.storage.isIntact) {
      counters.add('damaged disk refused');
      trace.add(queue.nowMs, this.agentId, 'refuses to start: its log does not reach the mark');
      this.state = 'lost';
      return;
    }
    this.boots += 1;
    this.state = 'up';
    if (this.boots > 1) counters.add('restart');
    // The monotonic clock of a new process begins anywhere.
    this.#localAtMs = this.random.range(0, 1_000_000);
    this.#globalAtMs = queue.nowMs;
    const disk = this.storage.open(this);
    this.shadow.booted(disk.found, this.storage.state.slot, (slot) => this.storage.journal.at(slot));
    trace.add(queue.nowMs, this.agentId, 'boots', disk.found, this.boots);
    this.driver = this.#createDriver(this, disk);
    this.run(() => this.driver?.start());
  }

  crash(reason: string): void {
    if (!this.isRunning) return;
    const { trace, queue, counters } = this.#world;
    counters.add('crash');
    this.state = 'down';
    this.driver = undefined;
    this.#backlog = [];
    this.crashAfterBoundaries = 0;
    const survived = this.storage.crash(this.random, counters);
    this.shadow.crashed(survived);
    this.#world.invariants.ballots.ended(this.agentId);
    trace.add(queue.nowMs, this.agentId, 'crashes', reason, survived);
  }

  /** The disk is gone: whoever runs here next is another agent. */
  lose(reason: string): void {
    this.crash(reason);
    this.state = 'lost';
    this.#world.counters.add('disk lost');
  }

  pause(): void {
    if (this.state !== 'up') return;
    this.#world.counters.add('pause');
    this.#world.trace.add(this.#world.queue.nowMs, this.agentId, 'is paused');
    this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.#world.trace.add(this.#world.queue.nowMs, this.agentId, 'resumes');
    this.state = 'up';
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const work of backlog) {
      if (this.state !== 'up') return;
      this.run(work);
    }
  }

  /** Runs work of the current life: at once, when the pause ends, or never. */
  run(work: () => void): void {
    if (this.state === 'paused') {
      this.#backlog.push(work);
      return;
    }
    if (this.state !== 'up') return;
    try {
      work();
    } catch (error) {
      if (error !== CRASH) throw error;
      this.crash('at a boundary');
    }
  }

  /** Between a write and a message, and everywhere else where a kill -9 would make a difference. */
  boundary(name: string): void {
    if (this.crashAfterBoundaries === 0) return;
    this.crashAfterBoundaries -= 1;
    if (this.crashAfterBoundaries > 0) return;
    this.#world.counters.add(`crash ${name}`);
    throw CRASH;
  }

  // -- clocks

  nowMs(): number {
    return this.#localAtMs + (this.#world.queue.nowMs - this.#globalAtMs) * this.#rate;
  }

  wallMs(): number {
    return Math.max(0, Math.floor(1_700_000_000_000 + this.#world.queue.nowMs + this.#wallOffsetMs));
  }

  drift(rate: number): void {
    this.#localAtMs = this.nowMs();
    this.#globalAtMs = this.#world.queue.nowMs;
    this.#rate = rate;
  }

  jumpWall(offsetMs: number): void {
    this.#wallOffsetMs = offsetMs;
  }

  /** Runs work of this life once its own clock has moved on by `delayMs`. */
  after(delayMs: number, work: () => void): () => void {
    const life = this.boots;
    const dueMs = this.nowMs() + delayMs;
    // A microsecond more, so that rounding never lets the same moment come again and again.
    const scheduled = this.#world.queue.after(Math.max(0, delayMs) / this.#rate + 0.001, () => {
      if (life !== this.boots || !this.isRunning) return;
      this.run(() => {
        if (this.nowMs() < dueMs) this.after(dueMs - this.nowMs(), work);
        else work();
      });
    });
    return () => {
      scheduled.work = undefined;
    };
  }

  // -- messages

  send(to: AgentId, message: PeerMessage): void {
    const { network, trace, queue, invariants } = this.#world;
    this.boundary('before a send');
    if (message.kind === 'consensus') invariants.sent(this.shadow, message.envelope);
    trace.add(queue.nowMs, this.agentId, `> ${to}`, message, messageNumber(message));
    network.send(this.agentId, to, message);
    this.boundary('after a send');
  }

  deliver(message: PeerMessage): void {
    if (!this.isRunning) return;
    this.run(() => {
      const { trace, queue } = this.#world;
      const from = message.kind === 'consensus' ? message.envelope.from : message.from;
      trace.add(queue.nowMs, this.agentId, `< ${from}`, message, messageNumber(message));
      this.driver?.receive(message);
    });
  }

  // -- the disk's owner

  get counters() {
    return this.#world.counters;
  }

  get globalMs(): number {
    return this.#world.queue.nowMs;
  }

  get journalKeptSlots(): number {
    return this.#world.journalKeptSlots;
  }

  committed(writes: Writes): void {
    this.boundary('before a commit');
    this.#world.trace.add(this.#world.queue.nowMs, this.agentId, 'commits', writes, writes.entries?.length ?? 0);
    this.shadow.committed(writes);
  }

  installed(slot: Slot, promised: Ballot): void {
    this.boundary('before a snapshot is switched to');
    this.#world.trace.add(this.#world.queue.nowMs, this.agentId, 'switches to a snapshot', undefined, slot);
    this.shadow.installed(slot, promised);
  }

  becameDurable(count: number): void {
    this.#world.trace.add(this.#world.queue.nowMs, this.agentId, 'durable', undefined, count);
    this.shadow.becameDurable(count);
    this.boundary('after an fsync');
  }

  promiseBecameDurable(promised: Ballot): void {
    this.shadow.promiseBecameDurable(promised);
  }

  floorMoved(floor: Slot): void {
    this.#world.trace.add(this.#world.queue.nowMs, this.agentId, 'journal begins at', undefined, floor);
    this.shadow.dropBelow(floor);
  }

  fsyncFailed(): void {
    throw CRASH;
  }
}
