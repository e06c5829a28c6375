import type { AgentId, Slot } from '../consensus/types.ts';
import type { Request } from '../machine/commands.ts';

/** Calls between hosts, beside the messages of consensus. Call ids contain a nonce made at each boot. */
export type HostMessage =
  | { readonly kind: 'forward'; readonly callId: string; readonly requests: readonly Request[] }
  | {
      readonly kind: 'forwardReply';
      readonly callId: string;
      readonly fate: 'proposed' | 'notLeader' | 'busy';
      readonly leader: AgentId | undefined;
    }
  | { readonly kind: 'readIndex'; readonly callId: string }
  | { readonly kind: 'readIndexReply'; readonly callId: string; readonly ok: boolean; readonly slot: Slot }
  | { readonly kind: 'renew'; readonly callId: string; readonly items: readonly RenewItem[] }
  | {
      readonly kind: 'renewReply';
      readonly callId: string;
      /** False: not the leader, or leadership ended; nothing is known of the items. */
      readonly ok: boolean;
      readonly outcomes: readonly RenewOutcome[];
    }
  | { readonly kind: 'awaitApplied'; readonly callId: string; readonly slot: Slot }
  | { readonly kind: 'awaitAppliedReply'; readonly callId: string; readonly applied: Slot }
  | {
      readonly kind: 'livenessReport';
      readonly heard: readonly { readonly agentId: AgentId; readonly silentMs: number }[];
      readonly uptimeMs: number;
      readonly version: string;
      readonly applied: Slot;
    }
  | { readonly kind: 'cellReport'; readonly participants: readonly ParticipantReport[] }
  | {
      readonly kind: 'changeParticipants';
      readonly callId: string;
      readonly changes: readonly ParticipantChange[];
      readonly expectedEpoch: number;
      /** Non-empty: hand over leadership instead. */
      readonly transferTo: string;
    }
  | {
      readonly kind: 'changeParticipantsReply';
      readonly callId: string;
      readonly ok: boolean;
      readonly reason: string;
      readonly message: string;
      readonly epoch: number;
      readonly slot: Slot;
    };

export interface RenewItem {
  /** `session/<id>`, `lease/<id>` or `lock/<ticket>`. */
  readonly timerId: string;
  /** How long ago the client first sent it. */
  readonly ageMs: number;
}

export interface RenewOutcome {
  readonly timerId: string;
  readonly renewed: boolean;
  readonly ttlMs: number;
}

export interface ParticipantReport {
  readonly agentId: AgentId;
  readonly suspect: boolean;
  readonly chosenThrough: Slot;
  readonly applied: Slot;
  readonly lastHeardMs: number;
  readonly uptimeMs: number;
}

export interface ParticipantChange {
  readonly agentId: AgentId;
  readonly role: 'voter' | 'learner' | 'removed';
}
