import type { AgentId, ParticipantRole } from '../consensus/types.ts';
import type { ParticipantChange } from './messages.ts';

/** What a leader knows when it asks whether the voters should change. All ages in milliseconds. */
export interface AutopilotView {
  readonly self: AgentId;
  readonly mode: 'safe' | 'eager' | 'off';
  readonly votersMax: number;
  readonly evictAfterMs: number;
  readonly electionTimeoutMs: number;
  readonly participants: readonly AutopilotParticipant[];
  /** The sole voter is about to exit in good order: swap roles with a caught-up learner. */
  readonly leaving: boolean;
}

export interface AutopilotParticipant {
  readonly agentId: AgentId;
  readonly role: ParticipantRole;
  readonly pin: 'none' | 'voter' | 'learner';
  /** A majority of the voters reports it silent. */
  readonly suspect: boolean;
  /** For how long it has been suspect; 0 when it is not. */
  readonly suspectForMs: number;
  /** Since the leader last heard it; 0 for the leader itself. */
  readonly silentMs: number;
  /** Durable through the slot before the change would be proposed. */
  readonly caughtUp: boolean;
}

/** Undefined: leave everything as it is. */
export type AutopilotPolicy = (view: AutopilotView) => readonly ParticipantChange[] | undefined;
