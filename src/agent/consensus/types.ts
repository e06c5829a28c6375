/**
 * The words of the protocol as types. A `Slot` and a `Token` are numbers that must not be mixed up with others, so
 * they are branded; 0 is "before the first slot".
 */

export type AgentId = string;
export type Slot = number & { readonly __brand?: 'Slot' };
export type Token = number & { readonly __brand?: 'Token' };

/** Totally ordered by (round, agentId). Round 0 belongs to nobody: see `NO_BALLOT`. */
export interface Ballot {
  readonly round: number;
  readonly agentId: AgentId;
}

export type EntryKind = 'command' | 'configuration' | 'noop';

/** What is agreed on for a slot. Immutable: later leaders re-propose it byte for byte. */
export interface Entry {
  readonly kind: EntryKind;
  /** The ballot in which it was first proposed. */
  readonly origin: Ballot;
  /** Wall clock of the proposer in milliseconds; for people. */
  readonly stampMs: number;
  readonly requestId: string;
  readonly payload: Uint8Array;
}

/** An entry as it stands in the journal of one agent, with the ballot in which it was accepted here. */
export interface JournalEntry {
  readonly slot: Slot;
  readonly ballot: Ballot;
  readonly entry: Entry;
}

export type ParticipantRole = 'voter' | 'learner';

export interface Participant {
  readonly agentId: AgentId;
  readonly role: ParticipantRole;
}

/** A pure function of the chosen prefix. Epoch 0 without participants: a newcomer that knows nothing yet. */
export interface Configuration {
  readonly epoch: number;
  readonly participants: readonly Participant[];
}

export type Role = 'learner' | 'follower' | 'campaigning' | 'leader';
