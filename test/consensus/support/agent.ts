import { consensusConfig } from '../../../src/agent/config.ts';
import { higherBallot, NO_BALLOT } from '../../../src/agent/consensus/ballot.ts';
import { EMPTY_CONFIGURATION } from '../../../src/agent/consensus/configuration.ts';
import type { Base, ConsensusConfig, Input, JournalReader, Output, Writes } from '../../../src/agent/consensus/io.ts';
import type { Envelope } from '../../../src/agent/consensus/messages.ts';
import { Replica } from '../../../src/agent/consensus/replica.ts';
import type { AgentId, Ballot, JournalEntry, Slot, Token } from '../../../src/agent/consensus/types.ts';
import type { Cell } from './cell.ts';

const NOTHING: Base = { slot: 0, era: NO_BALLOT, configuration: EMPTY_CONFIGURATION, configurationSlot: 0 };

/** What an agent starts from, and how it is made. */
export interface AgentOptions {
  readonly entries?: readonly JournalEntry[];
  readonly promised?: Ballot;
  /** By default all of `entries` is recorded as chosen. */
  readonly chosenThrough?: Slot;
  readonly base?: Base;
  readonly config?: Partial<ConsensusConfig>;
}

/** `log.db` and the applied state of one agent, in memory. A restart finds everything that was committed. */
export class Disk implements JournalReader {
  promised: Ballot;
  chosenThrough: Slot;
  base: Base;
  floor: Slot;
  readonly entries = new Map<Slot, JournalEntry>();
  /** Milliseconds; infinite for a disk that never answers. */
  fsyncMs: () => number = () => 0.1;

  constructor({ entries = [], promised = NO_BALLOT, chosenThrough, base = NOTHING }: AgentOptions) {
    for (const item of entries) this.entries.set(item.slot, item);
    this.promised = promised;
    this.base = base;
    this.floor = base.slot + 1;
    this.chosenThrough = chosenThrough ?? this.end;
  }

  get end(): Slot {
    return Math.max(this.floor - 1, ...this.entries.keys());
  }

  commit({ entries, promised, chosenThrough }: Writes): void {
    for (const item of entries ?? []) this.entries.set(item.slot, item);
    if (promised !== undefined) this.promised = promised;
    if (chosenThrough !== undefined) this.chosenThrough = chosenThrough;
  }

  dropBelow(floor: Slot): void {
    for (const slot of this.entries.keys()) if (slot < floor) this.entries.delete(slot);
    this.floor = Math.max(this.floor, floor);
  }

  /** One commit, as storage makes it. */
  install(base: Base): void {
    this.base = base;
    this.chosenThrough = Math.max(this.chosenThrough, base.slot);
    this.promised = higherBallot(base.promised ?? NO_BALLOT, this.promised);
    this.dropBelow(base.slot + 1);
  }

  read(fromSlot: Slot, throughSlot: Slot): JournalEntry[] {
    const found: JournalEntry[] = [];
    for (let slot = fromSlot; slot <= throughSlot; slot += 1) {
      const item = this.entries.get(slot);
      if (item === undefined) break;
      found.push(item);
    }
    return found;
  }
}

/** A bare replica with its disk: executes outputs in order, and applies at once what is delivered. */
export class Agent {
  readonly id: AgentId;
  readonly disk: Disk;
  replica: Replica;
  /** What was delivered, by slot. */
  readonly applied = new Map<Slot, string>();
  /** Every message that it made, whether or not it has left. */
  readonly made: Envelope[] = [];
  /** Its clock runs: others only answer messages. */
  isTicking = true;
  isDown = false;
  /** What is delivered counts as applied at once. */
  isApplying = true;
  /** What it wrote and does not have durably yet. */
  unsyncedBytes = 0;
  /** The snapshot that it gets from whoever offered one; by default of the state of now. */
  fetches: (from: Agent) => Base = (from) => from.snapshot();
  readonly #cell: Cell;
  readonly #options: AgentOptions;
  #inputs: Input[] = [];
  #isStepping = false;
  #writtenToken: Token = 0;
  #durableToken: Token = 0;
  #isSyncing = false;
  #held: { envelope: Envelope; after: Token }[] = [];
  #life = 0;
  #appliedSlot: Slot;

  constructor(cell: Cell, id: AgentId, options: AgentOptions) {
    this.#cell = cell;
    this.id = id;
    this.#options = options;
    this.disk = new Disk(options);
    this.#appliedSlot = this.disk.base.slot;
    this.replica = this.#boot();
  }

  /** Ends this life and begins the next with what is on the disk. */
  restart(): void {
    this.#life += 1;
    this.#inputs = [];
    this.#held = [];
    this.#isSyncing = false;
    this.#writtenToken = 0;
    this.#durableToken = 0;
    this.unsyncedBytes = 0;
    this.#appliedSlot = this.disk.base.slot;
    this.replica = this.#boot();
    this.isDown = false;
  }

  propose(...requestIds: string[]): void {
    for (const requestId of requestIds) this.proposeBytes(requestId, new Uint8Array(0));
  }

  proposeBytes(requestId: string, payload: Uint8Array): void {
    this.step({ kind: 'propose', entries: [{ kind: 'command', stampMs: 0, requestId, payload }] });
  }

  /** The state of now, as another agent receives it. */
  snapshot(): Base {
    const { era, configuration, configurationSlot, chosenThrough, ballot } = this.replica;
    return { slot: chosenThrough, era, configuration, configurationSlot, promised: ballot };
  }

  /** Ignores one that is not above what is applied, as storage does. */
  install(base: Base): void {
    if (base.slot <= this.#appliedSlot) return;
    this.#appliedSlot = base.slot;
    this.disk.install(base);
    this.step({ kind: 'snapshotInstalled', base });
  }

  /** Drops the journal below `floor`; the state that covers it is durable. */
  compact(floor: Slot): void {
    this.disk.base = this.snapshot();
    this.disk.dropBelow(floor);
    this.step({ kind: 'compacted', floor });
  }

  step(input: Input): void {
    if (this.isDown) return;
    this.#inputs.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const output of this.replica.step(next, this.#cell.nowMs)) this.#execute(output);
      }
    } finally {
      this.#isStepping = false;
    }
    this.#sync();
  }

  #boot(): Replica {
    const { disk, id } = this;
    const { promised, floor, end, chosenThrough, base } = disk;
    return new Replica({
      group: 0,
      agentId: id,
      cellId: 'cell',
      durable: { promised, floor, end, chosenThrough, base },
      journal: disk,
      random: () => this.#cell.random.next(),
      nowMs: this.#cell.nowMs,
      config: consensusConfig(this.#options.config),
    });
  }

  #execute(output: Output): void {
    switch (output.kind) {
      case 'persist':
        this.disk.commit(output.writes);
        this.#writtenToken = output.token;
        for (const { entry } of output.writes.entries ?? []) this.unsyncedBytes += entry.payload.length;
        return;
      case 'send':
        this.made.push(output.envelope);
        if (output.after === undefined || output.after <= this.#durableToken) this.#cell.send(output.envelope);
        else this.#held.push({ envelope: output.envelope, after: output.after });
        return;
      case 'deliver':
        for (const { slot, entry } of output.entries) {
          this.applied.set(slot, entry.requestId);
          this.#cell.chosen(this, slot, entry);
        }
        if (!this.isApplying) return;
        this.#appliedSlot = output.entries.at(-1)?.slot ?? this.#appliedSlot;
        this.#inputs.push({ kind: 'applied', slot: this.#appliedSlot });
        return;
      case 'snapshotNeeded':
        this.#cell.after(1, () => this.install(this.fetches(this.#cell.agent(output.from))));
        return;
      default:
        return;
    }
  }

  /** One fsync at a time; it covers what was written before it began. */
  #sync(): void {
    if (this.#isSyncing || this.#writtenToken <= this.#durableToken) return;
    this.#isSyncing = true;
    const token = this.#writtenToken;
    const bytes = this.unsyncedBytes;
    const life = this.#life;
    this.#cell.after(this.disk.fsyncMs(), () => {
      if (life !== this.#life) return;
      this.#isSyncing = false;
      this.#durableToken = token;
      this.unsyncedBytes -= bytes;
      const held = this.#held;
      this.#held = held.filter(({ after }) => after > token);
      for (const { envelope, after } of held) if (after <= token) this.#cell.send(envelope);
      this.step({ kind: 'persisted', token });
    });
  }
}
