import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { PeerObserver } from './observer.ts';
import { type Address, formatAddress } from './ports.ts';
import { connect, type PeerClient } from './transport.ts';

/** Carries the id that the logs of both sides share. */
export const MESSAGE_ID_KEY = 'synod-message-id';

export interface UnaryCall<Request, Reply> {
  readonly address: Address;
  readonly kind: 'join' | 'getPeers';
  readonly request: Request;
  readonly timeoutMs: number;
  readonly nextId: () => string;
  readonly observer: PeerObserver;
  readonly bytesOf: (request: Request) => number;
  readonly start: (
    client: PeerClient,
    request: Request,
    metadata: Metadata,
    deadline: { readonly deadline: number },
    then: (error: ServiceError | null, reply: Reply) => void,
  ) => void;
}

/**
 * One call on a connection of its own: calls between agents are rare, and come from agents that have no link yet.
 *
 * @throws ServiceError
 */
export function callPeer<Request, Reply>(call: UnaryCall<Request, Reply>): Promise<Reply> {
  const client = connect(call.address);
  const metadata = new Metadata();
  const messageId = call.nextId();
  metadata.set(MESSAGE_ID_KEY, messageId);
  const atMs = performance.now();
  return new Promise<Reply>((resolve, reject) => {
    call.start(client, call.request, metadata, { deadline: Date.now() + call.timeoutMs }, (error, reply) => {
      client.close();
      call.observer.called({
        direction: 'sent',
        peer: formatAddress(call.address),
        kind: call.kind,
        messageId,
        bytes: call.bytesOf(call.request),
        atMs,
        durationMs: performance.now() - atMs,
        status: error === null ? 'OK' : (status[error.code] ?? 'UNKNOWN'),
        payload: call.request,
        reply: error === null ? reply : undefined,
      });
      if (error === null) resolve(reply);
      else reject(error);
    });
  });
}
