import type { Ballot } from '../consensus/types.ts';
import type { PeerMessage } from '../host/ports.ts';
import { partsOf } from './codec.ts';

/** One message between agents as it passed here; for the RPC log and the metrics. Objects must not be changed. */
export interface PeerTraffic {
  readonly direction: 'sent' | 'received';
  /** Agent id, or an address while it is not known. */
  readonly peer: string;
  /** `accept`, `heartbeatReply`, ..., and for calls `join`, `getPeers`, `fetchSnapshot`. */
  readonly kind: string;
  /** The same on both sides; empty for calls of clients that send none. */
  readonly messageId: string;
  readonly ballot: Ballot | undefined;
  /** The first slot it is about; 0 when it is about none. */
  readonly slot: number;
  readonly bytes: number;
  /** `performance.now()`. */
  readonly atMs: number;
  /** Calls: until the answer. Messages on streams go one way: 0. */
  readonly durationMs: number;
  /** Streams: `ok`, `dropped` (by the policy), `noLink`, `tooLarge`. Calls: the name of the gRPC status. */
  readonly status: string;
  /** The decoded message or request. */
  readonly payload: unknown;
  /** The answer of a call. */
  readonly reply: unknown;
}

/** Called on the hot path: must be cheap, and must not call back. */
export type PeerObserver = (traffic: PeerTraffic) => void;

/** A message on a stream, with the ballot and slot picked out of whatever kind it is. */
export function streamTraffic(
  direction: PeerTraffic['direction'],
  peer: string,
  message: PeerMessage,
  encoded: { readonly messageId: string; readonly bytes: number },
  status: string,
  atMs: number,
): PeerTraffic {
  const content: Partial<
    Record<'ballot', Ballot> & Record<'fromSlot' | 'slot' | 'through' | 'chosenThrough', number>
  > & { readonly kind: string } = partsOf(message).message;
  return {
    direction,
    peer,
    kind: content.kind,
    messageId: encoded.messageId,
    ballot: content.ballot,
    slot: content.fromSlot ?? content.slot ?? content.through ?? content.chosenThrough ?? 0,
    bytes: encoded.bytes,
    atMs,
    durationMs: 0,
    status,
    payload: content,
    reply: undefined,
  };
}
