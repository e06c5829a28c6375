import type { Session } from './session.ts';

/** Keys are unix paths, as text; values are bytes. Text given as a value is stored as UTF-8. */
export type Value = string | Uint8Array;

/** `majority` is linearizable; `local` is what the asked agent has applied; `all` waits for every voter. */
export type ReadQuorum = 'local' | 'majority' | 'all';
/** `all` also waits (at most a second) until every live voter has applied the write. */
export type WriteQuorum = 'majority' | 'all';

export interface CallOptions {
  /** How long the call may take, repeats on other endpoints included. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  readonly quorum?: ReadQuorum;
  /** The state as of this revision; 0 or absent: now. Fails with COMPACTED below the floor. */
  readonly revision?: number;
}

export interface WriteOptions extends CallOptions {
  readonly quorum?: WriteQuorum;
  /** The session this write belongs to. Default: the client's own, opened by its first write. */
  readonly session?: Session;
  /**
   * Of keys: the write happens only while its session holds a lock that was granted with this token; TOKEN_STALE otherwise.
   * `HeldLock.writing` has it together with the session.
   */
  readonly fencingToken?: number;
}

/** One key as it stands. */
export interface Item {
  readonly key: string;
  readonly value: Uint8Array;
  /** 1 when created, +1 for every write, restarts after a delete. */
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Empty without a lease. */
  readonly leaseId: string;
}

/** Where in the life of the store an answer stands. */
export interface Position {
  /** Slot of the journal that the answer reflects. */
  readonly slot: number;
  /** Revision of the keyspace that the answer reflects. */
  readonly revision: number;
}

export interface ReadResult extends Position {
  /** Undefined when there is no such key. */
  readonly item: Item | undefined;
}

export interface Page extends Position {
  readonly items: readonly Item[];
  /** All keys in the range, also those that are not in this page. */
  readonly count: number;
  readonly more: boolean;
}

export interface ListOptions extends ReadOptions {
  readonly limit?: number;
  /** Continue after this key. */
  readonly after?: string;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly descending?: boolean;
}

/** Keys that begin with a prefix, or keys from `start` (inclusive) to `end` (exclusive). */
export type KeyRange =
  | string
  | { readonly prefix: string }
  | { readonly start: string /** Absent: only `start`. */; readonly end?: string };

export interface LevelItem {
  /** One path segment, without slashes. */
  readonly segment: string;
  /** Keys strictly below it. */
  readonly descendants: number;
  /** The path up to here is a key itself; then version, modRevision and sizeBytes describe it. */
  readonly isKey: boolean;
  readonly version: number;
  readonly modRevision: number;
  readonly sizeBytes: number;
}

export interface Level extends Position {
  readonly items: readonly LevelItem[];
  readonly more: boolean;
}

export interface WriteResult extends Position {
  /** False when a comparison did not hold: then nothing was written, or the `otherwise` part was done. */
  readonly succeeded: boolean;
  /** The written key afterwards or, when the comparison failed, as it stands. Absent for a deleted or missing key. */
  readonly current: Item | undefined;
  /** What was there before, when it was asked for. */
  readonly previous: Item | undefined;
  readonly deleted: number;
  /** Of a transaction: one per operation that was done. */
  readonly results: readonly OperationResult[];
  /** Quorum `all`: names of voters that had not applied the write in time. */
  readonly notAppliedBy: readonly string[];
}

export interface OperationResult {
  readonly items: readonly Item[];
  readonly count: number;
  readonly more: boolean;
  readonly previous: Item | undefined;
}

export interface PutOptions extends WriteOptions {
  /** Attach the key to this lease: it is deleted when the lease ends. */
  readonly leaseId?: string;
  readonly returnPrevious?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  readonly returnPrevious?: boolean;
}

export interface CompareAndWriteOptions extends WriteOptions {
  readonly leaseId?: string;
}

/** What a key must be for `compareAndWrite`. Version 0: it must not exist. */
export type Expected = { readonly value: Value } | { readonly version: number };

export type CompareOperator = '=' | '!=' | '<' | '>';

/**
 * Holds when it holds for every key of [key, rangeEnd); without `rangeEnd` for `key` alone. An absent key has version
 * and revisions 0, no lease, and no value.
 */
export type Comparison = {
  readonly key: string;
  readonly rangeEnd?: string;
  /** Default `=`. */
  readonly op?: CompareOperator;
} & (
  | { readonly value: Value }
  | { readonly version: number }
  | { readonly createRevision: number }
  | { readonly modRevision: number }
  | { readonly leaseId: string }
  /** `key` is a lock: the fencing token of its holder, 0 while nobody holds it. */
  | { readonly lockToken: number }
);

export type Operation =
  | { readonly kind: 'put'; readonly key: string; readonly value: Value; readonly leaseId?: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'deleteRange'; readonly range: KeyRange }
  | {
      readonly kind: 'read';
      readonly range: KeyRange;
      readonly limit?: number;
      readonly keysOnly?: boolean;
      readonly countOnly?: boolean;
    };

export interface Transaction {
  /** All must hold for `then` to be done; else `otherwise` is. */
  readonly compare?: readonly Comparison[];
  readonly then: readonly Operation[];
  readonly otherwise?: readonly Operation[];
}

/** One change of one key. A delete has version 0 and an empty value. */
export interface Change {
  readonly kind: 'put' | 'delete';
  readonly item: Item;
  readonly slot: number;
  /** Wall clock of the proposer: for people, nothing is decided by it. */
  readonly stampMs: number;
}

export interface WatchEvent extends Change {
  readonly previous: Item | undefined;
}

/** Everything that happened up to `revision`; a revision is never split. Without events it only says how far it came. */
export interface WatchBatch extends Position {
  readonly events: readonly WatchEvent[];
}

export interface WatchOptions {
  /** The first revision of interest. 0 or absent: whatever happens after the call. */
  readonly fromRevision?: number;
  readonly withPrevious?: boolean;
  /** Also yield batches without events, which say how far the watch has come. */
  readonly progress?: boolean;
  readonly signal?: AbortSignal;
}

export interface HistoryOptions extends CallOptions {
  readonly limit?: number;
  /** Only revisions below this one. */
  readonly beforeRevision?: number;
  readonly quorum?: ReadQuorum;
}

export interface History extends Position {
  /** Newest first. */
  readonly items: readonly Change[];
  readonly more: boolean;
  /** Older revisions were compacted. */
  readonly floor: number;
}

export interface Member {
  readonly agentId: string;
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly suspect: boolean;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
  readonly chosenThrough: number;
  readonly applied: number;
  readonly roundTripMs: number | undefined;
  readonly lastHeardMs: number | undefined;
  readonly uptimeMs: number;
  readonly pin: string;
}

export interface Members {
  readonly cellId: string;
  readonly epoch: number;
  /** Name of the leader; empty when there is none. */
  readonly leader: string;
  readonly members: readonly Member[];
  readonly slot: number;
}

export type MemberAction =
  | 'remove'
  | 'promote'
  | 'demote'
  | 'transfer'
  | 'replace'
  | 'pinVoter'
  | 'pinLearner'
  | 'unpin';

export interface MemberChange {
  readonly epoch: number;
  readonly slot: number;
  readonly leader: string;
}

export interface Status {
  readonly agentId: string;
  readonly name: string;
  readonly cellId: string;
  readonly version: string;
  readonly state: string;
  readonly ballot: { readonly round: number; readonly agentId: string };
  readonly leader: string;
  readonly epoch: number;
  readonly chosenThrough: number;
  readonly applied: number;
  readonly revision: number;
  readonly revisionFloor: number;
  readonly journalFloor: number;
  readonly journalEnd: number;
  readonly writable: boolean;
  readonly unwritableReason: string;
  readonly unwritableSinceMs: number;
  readonly uptimeMs: number;
  readonly pid: number;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly stateDir: string;
  readonly stateSizeBytes: number;
  readonly journalSizeBytes: number;
}
