import type { Observability } from './observe/index.ts';
import type { DropReason, PeerObserver } from './peer/index.ts';

/** What the links tell, for the RPC log and the metrics. */
export function peerObserver({ peers }: Pick<Observability, 'peers'>): PeerObserver {
  return {
    sent: (to, message, messageId, bytes) => peers.sent(to, message, messageId, bytes),
    received: (from, message, messageId, bytes) => peers.received(from, message, messageId, bytes),
    dropped: (direction, peer, message, messageId, why) =>
      peers.dropped(direction, peer, message, messageId, REASONS[why]),
    called: (call) => peers.called(call),
  };
}

const REASONS: Readonly<Record<DropReason, string>> = {
  noLink: 'no link',
  policy: 'link policy',
  tooLarge: 'too large',
  addressee: 'not for this agent',
};
