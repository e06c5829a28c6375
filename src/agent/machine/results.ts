import type { LimitName } from './coordination-records.ts';
import type { Outcome } from './coordination-results.ts';
import type { KeyChange, KeyRecord, Space } from './store.ts';

/** Why a command was refused; deterministic, the same on every agent. Nothing was changed. */
export type RefusalReason =
  | 'SESSION_UNKNOWN'
  /** The session in whose name it was to be done is not there; that of its place is. */
  | 'ACTOR_UNKNOWN'
  | 'SEQUENCE_REUSED'
  | 'SEQUENCE_FORGOTTEN'
  | 'LEASE_UNKNOWN'
  | 'LEASE_EXISTS'
  | 'SESSION_EXISTS'
  | 'COMPACTED'
  | 'FUTURE_REVISION'
  | 'INVALID_ARGUMENT'
  | 'LIMIT_EXCEEDED'
  | 'NAME_TAKEN'
  /** A key lies below a lock that the session does not hold; or there is nothing of its own to release. */
  | 'LOCK_NOT_HELD'
  /** The session no longer holds a lock with the fencing token that came with the write. */
  | 'TOKEN_STALE'
  /** It cannot be granted at once, and the claim does not wait. */
  | 'LOCK_HELD'
  | 'DEADLOCK'
  | 'NOT_ELECTED'
  | 'BARRIER_UNKNOWN'
  | 'BARRIER_EXISTS'
  | 'BARRIER_BROKEN'
  | 'BARRIER_STANDING'
  | 'NOT_A_MEMBER'
  | 'NOT_A_NUMBER'
  | 'OVERFLOW'
  /** Never made, or decided so long ago that it is forgotten. */
  | 'PROPOSAL_UNKNOWN'
  | 'PROPOSAL_CLOSED'
  | 'NOT_A_VOTER'
  | 'ALREADY_VOTED'
  | 'NOT_THE_PROPOSER'
  /** Nobody has claimed such work yet. */
  | 'ONCE_UNKNOWN'
  /** The work is claimed. */
  | 'ONCE_CLAIMED'
  /** Nobody needs to say what became of the work. */
  | 'ONCE_SETTLED'
  | 'QUEUE_UNKNOWN'
  | 'ENTRY_UNKNOWN'
  | 'ENTRY_CLAIMED'
  | 'ENTRY_NOT_DEAD'
  | 'DEPENDENCY_UNKNOWN'
  | 'CIRCULAR_DEPENDENCY';

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly message: string;
  readonly floor?: number;
  /** Who stands in the way: of a lock, the session that holds it. */
  readonly holder?: string;
  /** Since when, for people: a clock decides nothing. */
  readonly heldSinceMs?: number;
  /** With LIMIT_EXCEEDED: the limit that an operator can raise. Absent: it is part of the format. */
  readonly limit?: LimitName;
  /** Of the entry that it was refused in; a repeat gets the same. Absent: it was judged outside of one. */
  readonly slot?: number;
}

/** Of one operation of a transaction, or of a `deleteRange` that returns what it deleted. */
export interface OperationResult {
  readonly items: readonly KeyRecord[];
  /** All keys of the range that was read or deleted, also those not in `items`. */
  readonly count: number;
  /** Something was left out: of the items, or a previous record that the reply has no room for. */
  readonly more: boolean;
  readonly previous: KeyRecord | undefined;
}

/** One shape for all writes, so that stored replies have one codec. */
export interface WriteResult {
  readonly kind: 'written';
  /** False when a comparison did not hold. */
  readonly succeeded: boolean;
  /** User revision after the command. */
  readonly revision: number;
  readonly slot: number;
  /**
   * The written key afterwards, its value left empty because the writer knows it (stored replies stay small); or, when a
   * comparison failed, the key as it stands.
   */
  readonly current: KeyRecord | undefined;
  readonly previous: KeyRecord | undefined;
  readonly deleted: number;
  /** One for each operation of the branch of a transaction; one for a deleteRange with returnPrevious; else none. */
  readonly results: readonly OperationResult[];
  /** Of coordination commands. */
  readonly outcome?: Outcome;
}

export type Result = WriteResult | Refusal;

export interface RequestOutcome {
  readonly sessionId: string;
  readonly sequence: number;
  readonly result: Result;
}

/** One atomic change of one keyspace: all changes have the same modRevision. */
export interface RevisionEvent {
  readonly space: Space;
  readonly revision: number;
  readonly slot: number;
  readonly changes: readonly KeyChange[];
}

export interface Applied {
  readonly slot: number;
  /** One for each request of the bundle, in order; empty for no-ops, configurations and void entries. */
  readonly outcomes: readonly RequestOutcome[];
  readonly events: readonly RevisionEvent[];
}
