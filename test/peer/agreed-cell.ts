import { EMPTY_CONFIGURATION } from '../../src/agent/consensus/configuration.ts';
import type { AgentId, Configuration } from '../../src/agent/consensus/types.ts';
import { CellError, type CellPort, type CellStatus } from '../../src/agent/host/cell-port.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import type { KeyRecord } from '../../src/agent/machine/store.ts';
import { ADDRESSES } from '../../src/agent/machine/system-records.ts';

/**
 * A cell whose agents agree without saying a word: what the parts between agents need of one, so that they can be
 * tested before and without consensus.
 */
export class AgreedCell {
  readonly cellId: string;
  readonly records = new Map<string, KeyRecord>();
  readonly commands: Command[] = [];
  configuration: Configuration = EMPTY_CONFIGURATION;
  writable = true;
  readonly #listeners = new Set<() => void>();

  constructor(cellId = 'cell-1') {
    this.cellId = cellId;
  }

  /** `roles` such as `{ a: 'voter', b: 'learner' }`, without addresses. */
  configure(roles: Readonly<Record<AgentId, 'voter' | 'learner'>>): void {
    const participants = Object.entries(roles).map(([agentId, role]) => ({ agentId, role }));
    this.configuration = { epoch: this.configuration.epoch + 1, participants };
    for (const listener of this.#listeners) listener();
  }

  setAddress(agentId: AgentId, name: string, grpcAddress: string): void {
    const value = ADDRESSES.encode({ name, grpcAddress, httpAddress: '', labels: {}, version: '1' });
    const key = ADDRESSES.keyOf(agentId);
    this.records.set(key, { key, value, createRevision: 1, modRevision: 1, version: 1, leaseId: '' });
  }

  /** The cell as one of its agents sees it. */
  port(agentId: AgentId): CellPort {
    return {
      state: {
        appliedSlot: 1,
        revision: () => 1,
        floor: () => 1,
        get: (_space, key) => this.records.get(key),
        range: (_space, { start, end }) =>
          [...this.records.values()]
            .filter(({ key }) => key >= start && key < end)
            .sort((a, b) => (a.key < b.key ? -1 : 1)),
        count: () => 0,
        level: () => [],
        history: () => [],
        plainKeys: () => [],
      },
      write: async (command) => {
        this.#requireMajority();
        this.#apply(command);
        const current = undefined;
        const result = { kind: 'written', succeeded: true, revision: 1, slot: 1, current, previous: current } as const;
        return { result: { ...result, deleted: 0, results: [] }, notAppliedBy: [] };
      },
      readBarrier: async () => {
        this.#requireMajority();
        return 1;
      },
      changeParticipants: async (changes, expectedEpoch) => {
        this.#requireMajority();
        if (expectedEpoch !== this.configuration.epoch) throw new CellError('EPOCH_MOVED', 'the epoch moved');
        const roles = new Map(this.configuration.participants.map((one) => [one.agentId, one.role]));
        for (const change of changes) {
          if (change.role === 'removed') roles.delete(change.agentId);
          else roles.set(change.agentId, change.role);
        }
        this.configure(Object.fromEntries(roles));
        return { epoch: this.configuration.epoch, slot: 1 };
      },
      status: () => this.#status(agentId),
      onStatus: (listener) => {
        const tell = (): void => listener(this.#status(agentId));
        this.#listeners.add(tell);
        return () => this.#listeners.delete(tell);
      },
      watch: () => unused(),
      renew: () => unused(),
      countdowns: () => unused(),
      transferLeadership: () => unused(),
    };
  }

  #apply(command: Command): void {
    this.commands.push(command);
    if (command.kind !== 'setParticipant') return;
    const others = [...this.records.values()].filter(({ key }) => key !== ADDRESSES.keyOf(command.agentId));
    if (others.some((record) => ADDRESSES.decode(record).name === command.name)) {
      throw new CellError('NAME_TAKEN', `the name ${command.name} is taken`);
    }
    const { name, grpcAddress, httpAddress, labels, version } = command;
    const value = ADDRESSES.encode({ name, grpcAddress, httpAddress, labels, version });
    const key = ADDRESSES.keyOf(command.agentId);
    this.records.set(key, { key, value, createRevision: 1, modRevision: 1, version: 1, leaseId: '' });
  }

  #requireMajority(): void {
    if (!this.writable) throw new CellError('NO_MAJORITY', 'no majority of the voters can be reached');
  }

  #status(agentId: AgentId): CellStatus {
    return {
      agentId,
      cellId: this.cellId,
      role: 'follower',
      ballot: { round: 1, agentId },
      leader: this.configuration.participants[0]?.agentId,
      configuration: this.configuration,
      chosenThrough: 1,
      applied: 1,
      journalFloor: 1,
      journalEnd: 1,
      writable: this.writable,
      unwritableReason: this.writable ? '' : 'no majority',
      unwritableSinceMs: 0,
      participants: [],
    };
  }
}

function unused(): never {
  throw new Error('not used between agents');
}
