import {
  Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import {
  type FetchSnapshotRequest,
  type GetPeersRequest,
  type GetPeersResponse,
  JoinRequest,
  type JoinResponse,
  type PingRequest,
  type PingResponse,
  type SnapshotChunk,
} from '../../gen/synod/v1/peer.ts';
import type { AgentId } from '../consensus/types.ts';
import type { CellPort } from '../host/cell-port.ts';
import { MESSAGE_ID_KEY } from './call.ts';
import type { InboundStreams } from './inbound-streams.ts';
import { handleJoin, peerAddresses } from './join-handler.ts';
import type { PeerCall, PeerObserver } from './observer.ts';
import type { QuietLog } from './quiet-log.ts';
import { refusal } from './refusals.ts';
import type { SnapshotSender } from './snapshot-transfer.ts';

export interface PeerServiceOptions {
  readonly agentId: AgentId;
  readonly cell: () => { readonly cellId: string; readonly port: CellPort } | undefined;
  readonly name: () => string;
  readonly random: () => number;
  readonly streams: InboundStreams;
  readonly snapshots: SnapshotSender;
  readonly observer: PeerObserver;
  readonly log: QuietLog;
}

/** The calls of `PeerService`, for `grpc.Server.addService` together with `PEER_SERVICE`. */
export function peerService(options: PeerServiceOptions) {
  const { agentId, cell, log } = options;
  const failures = (error: unknown): Error => {
    // A caller gets one line; what is wrong with this agent is for its own log.
    const text = error instanceof Error ? error.message : String(error);
    log.warn('call failed', `a call from a peer failed: ${text}`);
    return Object.assign(new Error(text), { code: status.INTERNAL, details: text, metadata: new Metadata() });
  };

  return {
    exchange: (call: ServerDuplexStream<Buffer, Buffer>): void => options.streams.accept(call),

    join: (call: ServerUnaryCall<JoinRequest, JoinResponse>, then: sendUnaryData<JoinResponse>): void => {
      const { request } = call;
      observed(options, call, 'join', request.agentId, JoinRequest.encode(request).finish().length, then, (answer) => {
        handleJoin(request, options).then(
          (reply) => {
            if (reply.joined) log.info(`${reply.name} (${request.agentId}) at ${request.grpcAddress} joined the cell`);
            answer(null, reply);
          },
          (error: unknown) => answer(failures(error)),
        );
      });
    },

    // Not in the log of messages: it says nothing about the cell, and tools repeat it every second.
    ping: (call: ServerUnaryCall<PingRequest, PingResponse>, then: sendUnaryData<PingResponse>): void => {
      then(null, { agentId, cellId: cell()?.cellId ?? '', name: options.name(), sentMs: call.request.sentMs });
    },

    getPeers: (call: ServerUnaryCall<GetPeersRequest, GetPeersResponse>, then: sendUnaryData<GetPeersResponse>): void =>
      observed(options, call, 'getPeers', call.getPeer(), 0, then, (answer) => {
        const known = cell();
        if (known === undefined) {
          answer(refusal('STARTING', 'this agent is not part of a cell yet', agentId));
          return;
        }
        const { leader = '' } = known.port.status();
        answer(null, { cellId: known.cellId, leader, peers: peerAddresses(known.port) });
      }),

    fetchSnapshot: (call: ServerWritableStream<FetchSnapshotRequest, SnapshotChunk>): void => {
      const atMs = performance.now();
      const { request } = call;
      const ended = (bytes: number, outcome: string): void =>
        options.observer.called({
          direction: 'received',
          peer: request.from || call.getPeer(),
          kind: 'fetchSnapshot',
          messageId: messageIdOf(call),
          bytes,
          atMs,
          durationMs: performance.now() - atMs,
          status: outcome,
          payload: request,
          reply: undefined,
        });
      const known = cell();
      if (known === undefined || request.cellId !== known.cellId) {
        const text = `no snapshot for cell ${request.cellId || '(none)'}: this agent is of ${known?.cellId ?? 'no cell yet'}`;
        const failure = refusal(known === undefined ? 'STARTING' : 'OTHER_CELL', text, agentId);
        ended(0, status[failure.code ?? status.UNKNOWN]);
        call.emit('error', failure);
        return;
      }
      log.info(`sending a snapshot to ${request.from || call.getPeer()}`);
      options.snapshots
        .send(call)
        .then((bytes) => ended(bytes, call.cancelled ? 'CANCELLED' : bytes === 0 ? 'ABORTED' : 'OK'));
    },
  };
}

function messageIdOf(call: { readonly metadata: Metadata }): string {
  return call.metadata.get(MESSAGE_ID_KEY)[0]?.toString().slice(0, 64) ?? '';
}

function observed<Request, Reply>(
  options: PeerServiceOptions,
  call: ServerUnaryCall<Request, Reply>,
  kind: PeerCall['kind'],
  peer: string,
  bytes: number,
  then: sendUnaryData<Reply>,
  work: (answer: sendUnaryData<Reply>) => void,
): void {
  const atMs = performance.now();
  work((error, reply) => {
    options.observer.called({
      direction: 'received',
      peer,
      kind,
      messageId: messageIdOf(call),
      bytes,
      atMs,
      durationMs: performance.now() - atMs,
      status: status[error?.code ?? status.OK] ?? 'UNKNOWN',
      payload: call.request,
      reply: reply ?? undefined,
    });
    then(error, reply);
  });
}
