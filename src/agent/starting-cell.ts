import type { AgentId, Slot } from './consensus/types.ts';
import {
  type AppliedState,
  CellError,
  type CellPort,
  type CellStatus,
  type ReadBarrierOptions,
  type TimerCountdown,
  type WatchHandle,
  type WatchQuery,
  type WatchSink,
  type WriteOptions,
  type WriteOutcome,
} from './host/cell-port.ts';
import type { ParticipantChange, RenewItem, RenewOutcome } from './host/messages.ts';
import { Machine } from './machine/machine.ts';
import { MemoryStateStore } from './machine/memory-store.ts';

/**
 * Stands for the cell from the moment at which this agent listens: health and status answer at once, and everything else
 * is refused until the agent is part of a cell (a newcomer looks for its peers as long as it takes).
 */
export class StartingCell implements CellPort {
  #cell: CellPort | undefined;
  #nothing: AppliedState = new Machine(new MemoryStateStore());
  #status: CellStatus;
  #listeners = new Set<(status: CellStatus) => void>();

  constructor(agentId: AgentId, reason: string) {
    this.#status = {
      agentId,
      cellId: '',
      role: 'learner',
      ballot: { round: 0, agentId: '' },
      leader: undefined,
      configuration: { epoch: 0, participants: [] },
      chosenThrough: 0,
      applied: 0,
      journalFloor: 1,
      journalEnd: 0,
      writable: false,
      unwritableReason: reason,
      unwritableSinceMs: Date.now(),
      participants: [],
    };
  }

  /** From now on everything goes to the cell itself. */
  begin(cell: CellPort): void {
    this.#cell = cell;
    cell.onStatus((status) => {
      for (const listener of this.#listeners) listener(status);
    });
  }

  get state(): AppliedState {
    return this.#cell?.state ?? this.#nothing;
  }

  async write(command: Parameters<CellPort['write']>[0], options: WriteOptions): Promise<WriteOutcome> {
    return this.#begun().write(command, options);
  }

  async readBarrier(options: ReadBarrierOptions): Promise<Slot> {
    return this.#begun().readBarrier(options);
  }

  async renew(items: readonly RenewItem[]): Promise<readonly RenewOutcome[]> {
    return this.#begun().renew(items);
  }

  countdowns(timerIds: readonly string[]): readonly TimerCountdown[] | undefined {
    return this.#cell?.countdowns(timerIds);
  }

  async changeParticipants(changes: readonly ParticipantChange[], expectedEpoch: number) {
    return this.#begun().changeParticipants(changes, expectedEpoch);
  }

  async transferLeadership(to: AgentId): Promise<{ leader: AgentId }> {
    return this.#begun().transferLeadership(to);
  }

  watch(query: WatchQuery, sink: WatchSink): WatchHandle {
    return this.#begun().watch(query, sink);
  }

  status(): CellStatus {
    return this.#cell?.status() ?? this.#status;
  }

  onStatus(listener: (status: CellStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws CellError */
  #begun(): CellPort {
    if (this.#cell !== undefined) return this.#cell;
    throw new CellError('NO_MAJORITY', this.#status.unwritableReason);
  }
}
