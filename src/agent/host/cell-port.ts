import type { AgentId, Ballot, Configuration, Role, Slot } from '../consensus/types.ts';
import type { Command } from '../machine/commands.ts';
import type { RefusalReason, WriteResult } from '../machine/results.ts';
import type { KeyChange, KeyRecord, LevelChild, RangeQuery, Space } from '../machine/store.ts';
import type { WatchSink as MachineWatchSink, WatchHandle, WatchQuery } from '../machine/watch-types.ts';
import type { ParticipantChange, ParticipantReport, RenewItem, RenewOutcome } from './messages.ts';

export type { WatchBatch, WatchHandle, WatchQuery } from '../machine/watch-types.ts';

/**
 * What the API (and the CLI's embedded agent, and the window) may ask of a running agent. Failures are `CellError`s.
 */
export interface CellPort {
  /** Resolves once this agent has applied the command (and, with `all`, every live voter has). */
  write(command: Command, options: WriteOptions): Promise<WriteOutcome>;
  /** Waits until a read with this quorum may be answered from local state. Resolves to the slot it answers for. */
  readBarrier(options: ReadBarrierOptions): Promise<Slot>;
  /** Synchronous views of the applied state; call after `readBarrier`. */
  readonly state: AppliedState;
  watch(query: WatchQuery, sink: WatchSink): WatchHandle;
  renew(items: readonly RenewItem[]): Promise<readonly RenewOutcome[]>;
  /** What is left of those of these timers that run. Only the leader counts; undefined on everybody else. */
  countdowns(timerIds: readonly string[]): readonly TimerCountdown[] | undefined;
  changeParticipants(
    changes: readonly ParticipantChange[],
    expectedEpoch: number,
  ): Promise<{ epoch: number; slot: Slot }>;
  transferLeadership(to: AgentId): Promise<{ leader: AgentId }>;
  status(): CellStatus;
  /** Called after every change of status worth telling (role, leader, configuration, writability, suspects). */
  onStatus(listener: (status: CellStatus) => void): () => void;
}

export interface WriteOptions {
  readonly quorum: 'majority' | 'all';
  /** Absent: the agent's own session and its next sequence. */
  readonly session?: { readonly id: string; readonly sequence: number; readonly ackedBelow: number };
  /** The session in whose name it is done; absent: the one of its place. */
  readonly asSessionId?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface WriteOutcome {
  readonly result: WriteResult;
  /** Quorum `all`: voters that are not suspect and had not applied it in time. */
  readonly notAppliedBy: readonly AgentId[];
}

export interface ReadBarrierOptions {
  readonly quorum: 'local' | 'majority' | 'all';
  /** The client has seen this slot: never answer from before it. */
  readonly minSlot: Slot;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface TimerCountdown {
  readonly timerId: string;
  /** Until the leader may end it, if nobody renews it before: it waits a quarter longer than the TTL. 0: it is ending. */
  readonly remainingMs: number;
  readonly ttlMs: number;
}

export interface AppliedState {
  readonly appliedSlot: Slot;
  revision(space: Space): number;
  floor(space: Space): number;
  get(space: Space, key: string, revision?: number): KeyRecord | undefined;
  range(space: Space, query: RangeQuery): KeyRecord[];
  count(space: Space, start: string, end: string, revision?: number): number;
  level(space: Space, path: string, after: string, limit: number): LevelChild[];
  history(space: Space, key: string, beforeRevision: number, limit: number): KeyChange[];
  /** Of an index of the machine. */
  plainKeys(start: string, end: string, limit: number): string[];
}

/** A watch of the machine, whose cut is a failure like any other of a cell. */
export type WatchSink = MachineWatchSink<CellError>;

export interface CellStatus {
  readonly agentId: AgentId;
  readonly cellId: string;
  readonly role: Role;
  readonly ballot: Ballot;
  readonly leader: AgentId | undefined;
  readonly configuration: Configuration;
  readonly chosenThrough: Slot;
  readonly applied: Slot;
  readonly journalFloor: Slot;
  readonly journalEnd: Slot;
  readonly writable: boolean;
  readonly unwritableReason: string;
  /** Wall clock; 0 while writable. */
  readonly unwritableSinceMs: number;
  /** From the leader's last report. */
  readonly participants: readonly ParticipantReport[];
}

export type CellErrorReason =
  | Exclude<RefusalReason, 'ACTOR_UNKNOWN'>
  | 'NO_MAJORITY'
  | 'NO_SESSION'
  | 'OVERLOADED'
  | 'TIMEOUT'
  | 'OUTCOME_UNKNOWN'
  | 'CANCELLED'
  | 'EPOCH_MOVED'
  | 'CHANGE_REFUSED'
  | 'SLOW_WATCHER'
  | 'SNAPSHOT_INSTALLED'
  | 'SHUTTING_DOWN';

/** A failure that a caller can act on. `effect` says what became of the data. */
export class CellError extends Error {
  readonly reason: CellErrorReason;
  readonly effect: 'done' | 'not_done' | 'unknown';
  readonly floor: number;
  readonly holder: string;
  /** Since when by the stamps of the journal; 0: nobody holds anything, or it is not known. */
  readonly heldSinceMs: number;
  /** With LIMIT_EXCEEDED: the limit that an operator can raise; empty: it cannot be raised. */
  readonly limit: string;
  readonly currentVersion: number;
  /** Of the entry that was refused; 0 when it was not an entry that failed. */
  readonly slot: number;

  constructor(
    reason: CellErrorReason,
    message: string,
    details: {
      effect?: 'done' | 'not_done' | 'unknown';
      floor?: number;
      holder?: string;
      heldSinceMs?: number;
      limit?: string;
      currentVersion?: number;
      slot?: number;
    } = {},
  ) {
    super(message);
    this.name = 'CellError';
    this.reason = reason;
    this.effect = details.effect ?? 'not_done';
    this.floor = details.floor ?? 0;
    this.holder = details.holder ?? '';
    this.heldSinceMs = details.heldSinceMs ?? 0;
    this.limit = details.limit ?? '';
    this.currentVersion = details.currentVersion ?? 0;
    this.slot = details.slot ?? 0;
  }
}
