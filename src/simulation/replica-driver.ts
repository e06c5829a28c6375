import type { ConsensusConfig, Durable, EntryParts, Input, Output, ReplicaOptions } from '../agent/consensus/io.ts';
import type { Envelope } from '../agent/consensus/messages.ts';
import { Replica } from '../agent/consensus/replica.ts';
import type { AgentId, Ballot, Slot, Token } from '../agent/consensus/types.ts';
import type { PeerMessage } from '../agent/host/ports.ts';
import type { SimulatedLogDisk } from './disk.ts';
import type { Driver, SimulatedProcess } from './process.ts';
import { baseOf, type RegisterResult, SimpleMachine, type SimpleState } from './simple-machine.ts';
import type { World } from './world.ts';

export type ReplicaProcess = SimulatedProcess<SimpleState, ReplicaDriver>;

/** What became of a proposal or a read, as a client of this agent learns it. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** It had no effect. */
  | { readonly kind: 'refused' }
  /** It may have, or may still have, an effect. */
  | { readonly kind: 'unknown' };

export interface ReadAnswer {
  readonly slot: Slot;
  readonly get: (key: string) => string;
}

/** Where tests put their planted bugs. */
export interface ReplicaHooks {
  createReplica?(options: ReplicaOptions): Replica;
  outputs?(replica: Replica, outputs: Output[]): Output[];
}

/** The state of another agent, and what that agent had promised when it was made. */
export interface SentSnapshot {
  readonly state: SimpleState;
  readonly promised: Ballot;
}

export interface ReplicaDriverOptions {
  readonly config: ConsensusConfig;
  readonly cellId: string;
  readonly stateFlushSlots: number;
  readonly hooks: ReplicaHooks;
  readonly fetchSnapshot: (by: ReplicaProcess, from: AgentId, then: (sent: SentSnapshot | undefined) => void) => void;
  readonly rejoin: (agentId: AgentId) => void;
}

/** Drives one bare `Replica` the way a host would: executes its outputs in order against the simulated disk and network. */
export class ReplicaDriver implements Driver {
  readonly replica: Replica;
  machine: SimpleMachine;
  readonly #world: World;
  readonly #process: ReplicaProcess;
  readonly #disk: SimulatedLogDisk<SimpleState>;
  readonly #options: ReplicaDriverOptions;
  readonly #inputs: Input[] = [];
  #isStepping = false;
  #lastToken: Token = 0;
  #durableToken: Token = 0;
  #isFsyncing = false;
  #waiting: { after: Token; envelope: Envelope }[] = [];
  #tickDueMs = Number.POSITIVE_INFINITY;
  #cancelTick: () => void = () => {};
  #flushedSlot: Slot;
  #isFetching = false;
  readonly #proposals = new Map<string, (outcome: Outcome<RegisterResult>) => void>();
  #applicable: { readonly readId: string; readonly slot: Slot }[] = [];
  readonly #reads = new Map<string, (outcome: Outcome<ReadAnswer>) => void>();

  constructor(
    world: World,
    process: ReplicaProcess,
    disk: SimulatedLogDisk<SimpleState>,
    options: ReplicaDriverOptions,
  ) {
    this.#world = world;
    this.#process = process;
    this.#disk = disk;
    this.#options = options;
    const { state } = process.storage;
    this.machine = new SimpleMachine(world.identity, state);
    this.#flushedSlot = state.slot;
    const durable: Durable = { ...disk.found, base: baseOf(state) };
    world.invariants.based(process.agentId, durable.base, state.hash);
    const replicaOptions: ReplicaOptions = {
      group: 0,
      agentId: process.agentId,
      cellId: options.cellId,
      durable,
      journal: disk,
      random: () => process.random.next(),
      nowMs: process.nowMs(),
      config: options.config,
    };
    this.replica = options.hooks.createReplica?.(replicaOptions) ?? new Replica(replicaOptions);
    disk.onFloor = (floor) => this.#step({ kind: 'compacted', floor });
  }

  start(): void {
    this.#step({ kind: 'tick', nowMs: this.#process.nowMs() });
  }

  receive(message: PeerMessage): void {
    if (message.kind !== 'consensus') return;
    // Time passes before what arrives in it is judged.
    this.#inputs.push({ kind: 'tick', nowMs: this.#process.nowMs() });
    this.#step({ kind: 'message', envelope: message.envelope });
  }

  propose(entries: readonly EntryParts[], then: (requestId: string, outcome: Outcome<RegisterResult>) => void): void {
    for (const { requestId } of entries) this.#proposals.set(requestId, (outcome) => then(requestId, outcome));
    this.#step({ kind: 'propose', entries });
  }

  read(readId: string, then: (outcome: Outcome<ReadAnswer>) => void): void {
    this.#reads.set(readId, then);
    this.#step({ kind: 'read', readId });
  }

  stepDown(): void {
    this.#step({ kind: 'stepDown' });
  }

  transferLeadership(to: AgentId): void {
    this.#step({ kind: 'transferLeadership', to });
  }

  #step(input: Input): void {
    this.#inputs.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      const outputs = this.replica.step(next);
      this.#world.invariants.ballots.observed(this.#process.shadow, this.replica);
      const { hooks } = this.#options;
      for (const output of hooks.outputs?.(this.replica, outputs) ?? outputs) this.#execute(output);
    }
    this.#isStepping = false;
    this.#beginFsync();
    this.#scheduleTick();
  }

  #execute(output: Output): void {
    switch (output.kind) {
      case 'persist':
        this.#disk.commit(output.writes);
        this.#lastToken = output.token;
        this.#process.boundary('after a commit');
        return;
      case 'send':
        this.#send(output.envelope, output.after ?? 0);
        return;
      case 'deliver':
        for (const delivered of output.entries) this.#apply(delivered);
        this.#inputs.push({ kind: 'applied', slot: this.machine.slot });
        this.#answerApplicable();
        this.#flush();
        return;
      case 'proposalFate':
        if (output.fate === 'proposed') return;
        this.#answerProposal(output.requestId, { kind: output.fate === 'lost' ? 'unknown' : 'refused' });
        return;
      case 'readReady':
        this.#applicable.push(output);
        this.#answerApplicable();
        return;
      case 'readFailed':
        this.#answerRead(output.readId, { kind: 'refused' });
        return;
      case 'snapshotNeeded':
        this.#fetchSnapshot(output.from);
        return;
      case 'removed':
        this.#options.rejoin(this.#process.agentId);
        return;
      case 'roleChanged':
        this.#trace(`is ${output.role}: ${output.reason}`);
        return;
      case 'configurationChosen':
        this.#trace('configuration', output.configuration);
        return;
      case 'leaderReady':
        return;
    }
  }

  #apply(delivered: Parameters<SimpleMachine['apply']>[0]): void {
    const previous = this.machine.slot;
    const result = this.machine.apply(delivered);
    this.#world.invariants.delivered(this.#process.agentId, previous, delivered, this.machine.hash);
    const { requestId } = delivered.entry;
    if (!this.#proposals.has(requestId)) return;
    // A void entry had no effect and never will.
    if (delivered.isVoid) this.#answerProposal(requestId, { kind: 'refused' });
    else this.#answerProposal(requestId, { kind: 'done', value: result });
  }

  #answerProposal(requestId: string, outcome: Outcome<RegisterResult>): void {
    const then = this.#proposals.get(requestId);
    this.#proposals.delete(requestId);
    then?.(outcome);
  }

  #answerRead(readId: string, outcome: Outcome<ReadAnswer>): void {
    const then = this.#reads.get(readId);
    this.#reads.delete(readId);
    then?.(outcome);
  }

  /** A read is answered from the state once that has reached its slot. */
  #answerApplicable(): void {
    const { machine } = this;
    const ready = this.#applicable.filter(({ slot }) => slot <= machine.slot);
    this.#applicable = this.#applicable.filter(({ slot }) => slot > machine.slot);
    for (const { readId } of ready) {
      this.#answerRead(readId, { kind: 'done', value: { slot: machine.slot, get: (key) => machine.get(key) } });
    }
  }

  #send(envelope: Envelope, after: Token): void {
    const { invariants } = this.#world;
    invariants.created(this.#process.shadow, envelope);
    if (envelope.message.kind === 'prepare') {
      invariants.ballots.preparing(this.#process.shadow, envelope.message.ballot, this.replica);
    }
    if (after > this.#durableToken) this.#waiting.push({ after, envelope });
    else this.#process.send(envelope.to, { kind: 'consensus', envelope });
  }

  #beginFsync(): void {
    if (this.#isFsyncing || this.#lastToken <= this.#durableToken) return;
    this.#isFsyncing = true;
    const token = this.#lastToken;
    this.#disk.fsync(() => {
      this.#isFsyncing = false;
      this.#durableToken = token;
      const free = this.#waiting.filter(({ after }) => after <= token);
      this.#waiting = this.#waiting.filter(({ after }) => after > token);
      for (const { envelope } of free) this.#process.send(envelope.to, { kind: 'consensus', envelope });
      this.#inputs.push({ kind: 'tick', nowMs: this.#process.nowMs() });
      this.#step({ kind: 'persisted', token });
    });
  }

  #scheduleTick(): void {
    const dueMs = this.replica.nextTickMs;
    if (dueMs >= this.#tickDueMs) return;
    this.#cancelTick();
    this.#tickDueMs = dueMs;
    this.#cancelTick = this.#process.after(dueMs - this.#process.nowMs(), () => {
      this.#tickDueMs = Number.POSITIVE_INFINITY;
      const nowMs = this.#process.nowMs();
      if (nowMs >= this.replica.nextTickMs) this.#step({ kind: 'tick', nowMs });
      else this.#scheduleTick();
    });
  }

  #flush(): void {
    if (this.machine.slot - this.#flushedSlot < this.#options.stateFlushSlots) return;
    this.#flushedSlot = this.machine.slot;
    this.#disk.flush(this.machine.state(this.#disk.promisedAtFlush()));
  }

  #fetchSnapshot(from: AgentId): void {
    if (this.#isFetching) return;
    this.#isFetching = true;
    this.#options.fetchSnapshot(this.#process, from, (sent) => {
      if (sent === undefined || sent.state.slot <= this.machine.slot) {
        this.#isFetching = false;
        return;
      }
      const { state, promised } = sent;
      this.#disk.install(state, promised, () => {
        this.#isFetching = false;
        this.#world.counters.add('snapshot installed');
        this.#world.invariants.based(this.#process.agentId, baseOf(state), state.hash);
        if (state.slot > this.machine.slot) this.machine = new SimpleMachine(this.#world.identity, state);
        this.#flushedSlot = state.slot;
        this.#step({ kind: 'snapshotInstalled', base: { ...baseOf(state), promised } });
      });
    });
  }

  #trace(what: string, detail?: unknown): void {
    this.#world.trace.add(this.#world.queue.nowMs, this.#process.agentId, what, detail);
  }
}
