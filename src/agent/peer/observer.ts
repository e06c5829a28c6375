import type { AgentId } from '../consensus/types.ts';
import type { PeerMessage } from '../host/ports.ts';

/** Why a message on a link went nowhere. */
export type DropReason = 'noLink' | 'policy' | 'tooLarge' | 'addressee';

/**
 * What agents say to each other, for the RPC log and the metrics. Called on the hot path: must be cheap and must not call
 * back. Objects must not be changed. A message id is the same on both sides.
 */
export interface PeerObserver {
  sent(to: AgentId, message: PeerMessage, messageId: string, bytes: number): void;
  received(from: AgentId, message: PeerMessage, messageId: string, bytes: number): void;
  dropped(
    direction: 'sent' | 'received',
    peer: AgentId,
    message: PeerMessage,
    messageId: string,
    why: DropReason,
  ): void;
  /** A call outside of the streams ended. */
  called(call: PeerCall): void;
}

export interface PeerCall {
  /** `sent` by this agent, or `received` from another one. */
  readonly direction: 'sent' | 'received';
  /** An agent id, or an address while the id is not known. */
  readonly peer: string;
  readonly kind: 'join' | 'getPeers' | 'fetchSnapshot';
  /** Empty when a client sent none. */
  readonly messageId: string;
  /** Of the request; of the state file for `fetchSnapshot`. */
  readonly bytes: number;
  /** `performance.now()` at its beginning. */
  readonly atMs: number;
  readonly durationMs: number;
  /** Name of the gRPC status. */
  readonly status: string;
  /** The decoded request, and the decoded answer if there was one. */
  readonly payload: unknown;
  readonly reply: unknown;
}

const nothing = (): void => {};

export const NO_PEER_OBSERVER: PeerObserver = {
  sent: nothing,
  received: nothing,
  dropped: nothing,
  called: nothing,
};
