import type { Envelope } from './messages.ts';
import type { AgentId, Ballot, Configuration, Entry, EntryKind, JournalEntry, Role, Slot, Token } from './types.ts';

/** What a proposer hands in; origin is added by the leader that proposes it. */
export interface EntryParts {
  readonly kind: EntryKind;
  readonly stampMs: number;
  readonly requestId: string;
  readonly payload: Uint8Array;
}

export type Input =
  | { readonly kind: 'message'; readonly envelope: Envelope }
  /** Monotonic milliseconds. Expected at least every 10 ms while anything is due (`Replica.nextTickMs`). */
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'propose'; readonly entries: readonly EntryParts[] }
  /** Only answered by a leader; hosts of followers pass their reads on. */
  | { readonly kind: 'read'; readonly readId: string }
  /** Everything written with this token and earlier ones is durable. */
  | { readonly kind: 'persisted'; readonly token: Token }
  /** The machine has executed everything up to this slot. */
  | { readonly kind: 'applied'; readonly slot: Slot }
  /** The journal no longer holds slots below this one. */
  | { readonly kind: 'compacted'; readonly floor: Slot }
  | { readonly kind: 'snapshotInstalled'; readonly base: Base }
  | { readonly kind: 'stepDown' }
  | { readonly kind: 'transferLeadership'; readonly to: AgentId };

/** What a snapshot, or the applied state at a start, says about the chosen prefix. */
export interface Base {
  readonly slot: Slot;
  readonly era: Ballot;
  readonly configuration: Configuration;
  /** Slot of the entry that set the configuration; 0 for none. */
  readonly configurationSlot: Slot;
  /**
   * Snapshots only: what their maker had promised, at least every ballot that something in it was chosen in. Who installs
   * it takes over the promise, in the same commit.
   */
  readonly promised?: Ballot;
}

/** Written in one transaction of `log.db`, in the order of the tokens. */
export interface Writes {
  readonly promised?: Ballot;
  /** Upserts by slot. Overwriting a slot never deletes later ones. */
  readonly entries?: readonly JournalEntry[];
  /** A lower bound of the chosen prefix. */
  readonly chosenThrough?: Slot;
}

export interface Delivered {
  readonly slot: Slot;
  readonly entry: Entry;
  /** Its origin is below the era: it has no effect. */
  readonly isVoid: boolean;
  /** The era after this slot. */
  readonly era: Ballot;
}

export type ProposalFate = 'proposed' | 'notLeader' | 'busy' | 'lost';

export type Output =
  | { readonly kind: 'persist'; readonly token: Token; readonly writes: Writes }
  /** With `after`, it leaves only when that token is durable. */
  | { readonly kind: 'send'; readonly envelope: Envelope; readonly after?: Token }
  | { readonly kind: 'deliver'; readonly entries: readonly Delivered[] }
  | { readonly kind: 'readReady'; readonly readId: string; readonly slot: Slot }
  | { readonly kind: 'readFailed'; readonly readId: string }
  /** `lost`: leadership ended with the proposal in flight; it may still be chosen. */
  | { readonly kind: 'proposalFate'; readonly requestId: string; readonly fate: ProposalFate; readonly slot?: Slot }
  | {
      readonly kind: 'roleChanged';
      readonly role: Role;
      readonly ballot: Ballot;
      readonly leader: AgentId | undefined;
      /** Why, for the log: 'heard a higher ballot', 'no majority heard', ... */
      readonly reason: string;
    }
  /** A leader's own no-op is chosen: clients' commands, reads and renewals count from here. */
  | { readonly kind: 'leaderReady'; readonly ballot: Ballot; readonly slot: Slot }
  | { readonly kind: 'configurationChosen'; readonly configuration: Configuration; readonly slot: Slot }
  /** The journal of `from` no longer reaches back to what is missing here. */
  | { readonly kind: 'snapshotNeeded'; readonly from: AgentId; readonly floor: Slot }
  /** A participant says that this agent was removed in that epoch. */
  | { readonly kind: 'removed'; readonly by: AgentId; readonly epoch: number };

/** Read access to the journal on disk, for what is no longer in memory. Sees everything committed, durable or not. */
export interface JournalReader {
  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): JournalEntry[];
}

/** What an agent knows when it starts, before any message. */
export interface Durable {
  readonly promised: Ballot;
  /** First slot the journal holds, or applied + 1 when it is empty. */
  readonly floor: Slot;
  /** Last slot of the journal, or floor - 1 when it is empty. */
  readonly end: Slot;
  readonly chosenThrough: Slot;
  readonly base: Base;
}

export interface ReplicaOptions {
  readonly group: number;
  readonly agentId: AgentId;
  readonly cellId: string;
  readonly durable: Durable;
  readonly journal: JournalReader;
  /** Uniform in [0, 1); the only source of randomness. */
  readonly random: () => number;
  readonly nowMs: number;
  readonly config: ConsensusConfig;
}

/** All durations in milliseconds, all sizes in bytes. Defaults live in `src/agent/config.ts`. */
export interface ConsensusConfig {
  readonly heartbeatMs: number;
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
  readonly preVoteMs: number;
  readonly acceptMaxBytes: number;
  readonly inFlightBatchesMax: number;
  /** How much of the journal's end stays in memory. */
  readonly journalMemoryBytes: number;
  readonly priority: number;
}
