import type { AgentId, Ballot, Entry, JournalEntry, Slot } from './types.ts';

/** Messages between replicas. `ballot` is always the ballot of the exchange, also in a reply that refuses it. */
export type Message =
  | { readonly kind: 'preVote'; readonly ballot: Ballot; readonly chosenThrough: Slot }
  | {
      readonly kind: 'preVoteReply';
      readonly ballot: Ballot;
      readonly granted: boolean;
      readonly promised: Ballot;
      readonly floor: Slot;
      readonly chosenThrough: Slot;
    }
  | { readonly kind: 'prepare'; readonly ballot: Ballot; readonly fromSlot: Slot }
  | {
      readonly kind: 'prepareReply';
      readonly ballot: Ballot;
      readonly granted: boolean;
      readonly promised: Ballot;
      /** First slot of this chunk. */
      readonly fromSlot: Slot;
      readonly entries: readonly JournalEntry[];
      /** Nothing was accepted beyond this chunk. Otherwise the campaigner asks again from the slot after it. */
      readonly complete: boolean;
      readonly chosenThrough: Slot;
      readonly floor: Slot;
    }
  | {
      readonly kind: 'accept';
      readonly ballot: Ballot;
      readonly fromSlot: Slot;
      readonly entries: readonly Entry[];
      readonly chosenThrough: Slot;
    }
  | {
      readonly kind: 'acceptReply';
      readonly ballot: Ballot;
      readonly accepted: boolean;
      readonly promised: Ballot;
      /** Known chosen or accepted in this ballot up to here, and durable here. */
      readonly through: Slot;
      /** The same, durable or not: what need not be sent again. */
      readonly received: Slot;
      /** Non-zero: the entries left a gap; send from this slot. */
      readonly needFrom: Slot;
      /** Durably stored as chosen. */
      readonly chosenThrough: Slot;
    }
  | { readonly kind: 'heartbeat'; readonly ballot: Ballot; readonly round: number; readonly chosenThrough: Slot }
  | {
      readonly kind: 'heartbeatReply';
      readonly ballot: Ballot;
      readonly accepted: boolean;
      readonly promised: Ballot;
      readonly round: number;
      readonly through: Slot;
      readonly received: Slot;
      readonly chosenThrough: Slot;
      readonly applied: Slot;
      readonly priority: number;
    }
  | {
      /** Entries known chosen (each with a ballot), and how far the sender knows the journal chosen. */
      readonly kind: 'chosen';
      /** The ballot in which the prefix is told: the sender's own when it leads, else `NO_BALLOT`. */
      readonly ballot: Ballot;
      readonly entries: readonly JournalEntry[];
      readonly chosenThrough: Slot;
      readonly floor: Slot;
    }
  | { readonly kind: 'chosenReply'; readonly chosenThrough: Slot; readonly needFrom: Slot }
  | { readonly kind: 'campaignNow'; readonly ballot: Ballot }
  | { readonly kind: 'snapshotOffer'; readonly floor: Slot; readonly chosenThrough: Slot }
  | { readonly kind: 'removedNotice'; readonly epoch: number };

export type MessageKind = Message['kind'];

export interface Envelope {
  readonly group: number;
  readonly cellId: string;
  readonly from: AgentId;
  readonly to: AgentId;
  /** Epoch of the configuration that the sender knows chosen; a hint. */
  readonly epoch: number;
  readonly message: Message;
}
