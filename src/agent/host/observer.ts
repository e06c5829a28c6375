import type { AgentId, Ballot, Role, Slot } from '../consensus/types.ts';
import type { PeerMessage } from './ports.ts';

/**
 * What a host tells about its work, for metrics and the RPC log. Called on the hot path: implementations must be cheap
 * and must not call back into the host.
 */
export interface HostObserver {
  messageSent(to: AgentId, message: PeerMessage): void;
  messageReceived(message: PeerMessage): void;
  /** The commit that precedes the messages of one turn; it blocks the loop. */
  committed(durationMs: number, entries: number): void;
  fsynced(durationMs: number): void;
  /** A batch of chosen entries went through the machine. */
  applied(through: Slot, entries: number, requests: number, durationMs: number): void;
  flushed(durationMs: number): void;
  /** From the first submission of a local write until its answer. */
  writeAnswered(durationMs: number, ok: boolean): void;
  readAnswered(durationMs: number, ok: boolean): void;
  roleChanged(role: Role, ballot: Ballot, leader: AgentId | undefined, reason: string): void;
  leaderReady(ballot: Ballot, slot: Slot): void;
  snapshotInstalled(from: AgentId, slot: Slot): void;
  /** Something worth a line in the log, in plain words. */
  note(level: 'info' | 'warn', text: string, details?: Readonly<Record<string, unknown>>): void;
}

const nothing = (): void => {};

export const NO_OBSERVER: HostObserver = {
  messageSent: nothing,
  messageReceived: nothing,
  committed: nothing,
  fsynced: nothing,
  applied: nothing,
  flushed: nothing,
  writeAnswered: nothing,
  readAnswered: nothing,
  roleChanged: nothing,
  leaderReady: nothing,
  snapshotInstalled: nothing,
  note: nothing,
};
