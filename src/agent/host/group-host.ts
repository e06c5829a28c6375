import type { Base } from '../consensus/io.ts';
import type { AgentId, Slot } from '../consensus/types.ts';
import type { Command } from '../machine/commands.ts';
import type { StateStore } from '../machine/store.ts';
import type { LogDisk } from '../storage/log-disk.ts';
import type { AutopilotPolicy } from './autopilot-view.ts';
import type {
  AppliedState,
  CellError,
  CellStatus,
  ReadBarrierOptions,
  WatchHandle,
  WatchQuery,
  WatchSink,
  WriteOptions,
  WriteOutcome,
} from './cell-port.ts';
import type { HostConfig } from './host-config.ts';
import type { ParticipantChange, RenewItem, RenewOutcome } from './messages.ts';
import type { HostObserver } from './observer.ts';
import type { HostPorts, PeerMessage } from './ports.ts';

export interface GroupHostOptions {
  readonly agentId: AgentId;
  readonly cellId: string;
  readonly group: number;
  readonly disk: LogDisk;
  readonly store: StateStore;
  /** What the applied state in `store` says about the chosen prefix. */
  readonly base: Base;
  readonly ports: HostPorts;
  readonly config: HostConfig;
  readonly autopilot: AutopilotPolicy;
  readonly observer: HostObserver;
  /** Random, made at every boot: part of every call id and of the agent's own session id. */
  readonly bootNonce: string;
}

/** How every call ends: once, with a value or with a failure to act on. Never called before the call returned. */
export type Then<T> = (answer: Answer<T>) => void;
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CellError };

/**
 * One agent's part in one group: feeds a `Replica`, executes its outputs against ports, and keeps the calls of clients.
 * Synchronous and deterministic; a crash is simulated by `stop()` and never calling it again.
 */
export class GroupHost {
  constructor(_options: GroupHostOptions) {}

  /** Begins ticking, opens the agent's own session, campaigns when it is time. Call once. */
  start(): void {
    throw new Error('under construction');
  }
  /** Cancels every timer; calls in flight answer SHUTTING_DOWN. Late callbacks of ports do nothing. */
  stop(): void {
    throw new Error('under construction');
  }
  /** A message from a peer. Messages of other groups or cells, or addressed to someone else, must not come here. */
  receive(_message: PeerMessage): void {
    throw new Error('under construction');
  }
  /** Returns a function that cancels the wait (the write itself may still happen). */
  write(_command: Command, _options: Omit<WriteOptions, 'signal'>, _then: Then<WriteOutcome>): () => void {
    throw new Error('under construction');
  }
  readBarrier(_options: Omit<ReadBarrierOptions, 'signal'>, _then: Then<Slot>): () => void {
    throw new Error('under construction');
  }
  renew(_items: readonly RenewItem[], _then: Then<readonly RenewOutcome[]>): void {
    throw new Error('under construction');
  }
  changeParticipants(
    _changes: readonly ParticipantChange[],
    _expectedEpoch: number,
    _then: Then<{ epoch: number; slot: Slot }>,
  ): void {
    throw new Error('under construction');
  }
  transferLeadership(_to: AgentId, _then: Then<{ leader: AgentId }>): void {
    throw new Error('under construction');
  }
  /** Good order before an exit: leadership is handed over, a sole voter swaps roles. Calls back when done or hopeless. */
  leave(_timeoutMs: number, _then: () => void): void {
    throw new Error('under construction');
  }
  watch(_query: WatchQuery, _sink: WatchSink): WatchHandle {
    throw new Error('under construction');
  }
  onStatus(_listener: (status: CellStatus) => void): () => void {
    throw new Error('under construction');
  }
  get status(): CellStatus {
    throw new Error('under construction');
  }
  get state(): AppliedState {
    throw new Error('under construction');
  }
  /** Running hash over everything applied; equal applied slots mean equal hashes. */
  get stateHash(): string {
    throw new Error('under construction');
  }
}
