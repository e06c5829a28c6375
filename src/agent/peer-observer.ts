import { performance } from 'node:perf_hooks';
import type { Observability } from './observe/index.ts';
import type { DropReason, PeerObserver } from './peer/index.ts';

/** What the links tell, for the RPC log and the metrics. */
export function peerObserver({ peers, rpcLog }: Observability): PeerObserver {
  return {
    sent: (to, message, messageId, bytes) => peers.sent(to, message, messageId, bytes),
    received: (from, message, messageId, bytes) => peers.received(from, message, messageId, bytes),
    dropped: (direction, peer, message, messageId, why) => {
      const body = message.kind === 'consensus' ? message.envelope.message : message.message;
      rpcLog.record({
        ...NOTHING_SAID,
        direction,
        peer,
        kind: body.kind,
        messageId,
        bytes: 0,
        atMs: performance.now(),
        durationMs: 0,
        status: DROPPED[why],
        payload: body,
      });
    },
    called: ({ direction, peer, kind, messageId, bytes, atMs, durationMs, status, payload, reply }) =>
      rpcLog.record({
        ...NOTHING_SAID,
        direction,
        peer,
        kind,
        messageId,
        bytes,
        atMs,
        durationMs,
        status,
        payload,
        reply,
      }),
  };
}

const NOTHING_SAID = {
  channel: 'peer',
  ballot: undefined,
  slot: 0,
  own: false,
  decode: undefined,
  reply: undefined,
  decodeReply: undefined,
} as const;

const DROPPED: Readonly<Record<DropReason, string>> = {
  noLink: 'dropped: no link',
  policy: 'dropped: link policy',
  tooLarge: 'dropped: too large',
  addressee: 'dropped: not for this agent',
};
