import { randomBytes } from 'node:crypto';
import type { FetchSnapshotRequest, Hello, JoinRequest } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import type { AgentId } from '../consensus/types.ts';
import type { CellPort } from '../host/cell-port.ts';
import type { PeerMessage } from '../host/ports.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { AddressBook, type ParticipantRecord, readRecord, readRecords } from './addresses.ts';
import { guardedListener } from './guarded-listener.ts';
import { Hearing } from './hearing.ts';
import { InboundStreams } from './inbound-streams.ts';
import type { Joined } from './join.ts';
import { createLinkPolicy } from './link-policy.ts';
import { Links } from './links.ts';
import { Membership } from './membership.ts';
import { streamLimits } from './outbound-stream.ts';
import { peerService } from './peer-service.ts';
import type { Peers, PeersOptions } from './peers.ts';
import { formatAddress } from './ports.ts';
import { QuietLog } from './quiet-log.ts';
import { fetchSnapshot, SnapshotSender } from './snapshot-transfer.ts';
import { PEER_SERVICE } from './transport.ts';

export { type Joined, JoinRefused } from './join.ts';
export { createLinkPolicy, type LinkPolicy, type LinkRule, type PlacedLinkRule } from './link-policy.ts';
export { type DropReason, NO_PEER_OBSERVER, type PeerCall, type PeerObserver } from './observer.ts';
export type { PeerLog } from './peer-log.ts';
export type { PeerStatus, Peers, PeersOptions } from './peers.ts';
export type { OpenSnapshotSink, SavedSnapshot, SnapshotSink } from './snapshot-transfer.ts';
export { MESSAGE_LIMITS } from './transport.ts';

interface Cell {
  readonly cellId: string;
  readonly port: CellPort;
  readonly deliver: (message: PeerMessage) => void;
}

export function createPeers(options: PeersOptions): Peers {
  const { agentId, bootId, version, grpcAddress, httpAddress, labels, found, observer, onFatal } = options;
  const { policy = createLinkPolicy(), random = Math.random, nowMs = () => performance.now() } = options;
  const log = new QuietLog(options.log, nowMs);
  const limits = streamLimits(options.limits);
  const book = new AddressBook(agentId);
  const hearing = new Hearing(nowMs, limits.keepAliveMs);
  const acknowledgements = new Acknowledgements();
  const abort = new AbortController();
  const idPrefix = randomBytes(4).toString('hex');
  let calls = 0;
  let cell: Cell | undefined;
  let joined: Joined | undefined;
  let isFetching = false;
  /** Survives its record, which goes with a removal: who joins again wants to be called as before. */
  let lastName = '';

  const nextId = (): string => `${idPrefix}-call-${++calls}`;
  const recordOf = (id: AgentId): ParticipantRecord | undefined => cell && readRecord(cell.port.state, id);
  const ownName = (): string => {
    lastName = recordOf(agentId)?.name ?? joined?.name ?? lastName;
    return lastName;
  };
  const nameOf = (id: AgentId): string => {
    const name = id === agentId ? ownName() : recordOf(id)?.name;
    return name || id;
  };

  const links = new Links({
    agentId,
    bootId,
    book,
    policy,
    limits,
    random,
    nowMs,
    log,
    observer,
    nameOf,
    hello: (to): Hello => ({
      cellId: cell?.cellId ?? '',
      from: agentId,
      to,
      bootId,
      promised: found.promised,
      journalEnd: found.journalEnd,
      name: ownName(),
      version,
      grpcAddress,
    }),
    onHeard: (peer, roundTripMs) => hearing.hear(peer, roundTripMs),
    onDown: (peer) => hearing.lost(peer),
    onRefusedForGood: onFatal,
  });

  const membership = new Membership({
    agentId,
    bootstrap: options.bootstrap,
    book,
    self: (): Omit<JoinRequest, 'agentId' | 'cellId'> => ({
      grpcAddress,
      httpAddress,
      labels: { ...labels },
      version,
      name: ownName(),
    }),
    random,
    log,
    observer,
    nextId,
    onFatal,
    rejoinAfterMs: options.rejoinAfterMs ?? DEFAULTS.rejoinAfterMs,
  });

  const streams = new InboundStreams({
    agentId,
    cellId: () => cell?.cellId,
    policy,
    limits,
    acknowledgements,
    nowMs,
    log,
    onHello: (hello) => {
      book.heard(hello.from, hello.grpcAddress);
      links.hurry(hello.from);
    },
    onHeard: (peer) => hearing.hear(peer),
    onDropped: (from, { message, messageId }, why) => observer.dropped('received', from, message, messageId, why),
    onMessage: (from, { message, messageId, bytes }) => {
      if (cell === undefined) return;
      observer.received(from, message, messageId, bytes);
      if (message.kind === 'consensus' && message.envelope.message.kind === 'removedNotice') {
        membership.removed(cell.cellId, cell.port);
      }
      cell.deliver(message);
    },
  });

  const snapshots = new SnapshotSender(agentId, options.saveSnapshot);

  const peers: Peers = {
    policy,
    addTo: (server) => {
      const service = peerService({
        agentId,
        cell: () => cell,
        name: ownName,
        random,
        streams,
        snapshots,
        observer,
        log,
      });
      server.addService(PEER_SERVICE, service);
    },
    guard: (server, connectionsMax) => guardedListener({ server, log, connectionsMax }),
    join: async () => {
      joined = await membership.join('');
      return joined;
    },
    start: (cellId, port, deliver) => {
      cell = { cellId, port, deliver };
      book.useState(() => port.state);
      const watch = (): void => {
        ownName();
        const others = new Set(port.status().configuration.participants.map((participant) => participant.agentId));
        others.delete(agentId);
        links.watch(others);
        hearing.watch(others);
      };
      port.onStatus(watch);
      watch();
      membership.start(cellId, port);
    },
    send: (to, message) => links.send(to, message),
    flush: () => links.flush(),
    fetchSnapshot: async (from, openSink) => {
      if (isFetching) throw new Error('a snapshot is being fetched already');
      if (policy.isCut('send', from) || policy.isCut('receive', from)) throw new Error('the link to it is cut');
      isFetching = true;
      const atMs = performance.now();
      const request: FetchSnapshotRequest = { cellId: cell?.cellId ?? '', from: agentId };
      let status = 'OK';
      let bytes = 0;
      try {
        const [address] = book.candidates(from);
        if (address === undefined) throw new Error(`the address of ${nameOf(from)} is not known`);
        log.info(`fetching a snapshot from ${nameOf(from)} at ${formatAddress(address)}`);
        const open: typeof openSink = (description) => {
          bytes = description.sizeBytes;
          return openSink(description);
        };
        return await fetchSnapshot({ address, request, openSink: open, signal: abort.signal });
      } catch (error) {
        status = 'ABORTED';
        throw error;
      } finally {
        isFetching = false;
        observer.called({
          direction: 'sent',
          peer: from,
          kind: 'fetchSnapshot',
          messageId: '',
          bytes,
          atMs,
          durationMs: performance.now() - atMs,
          status,
          payload: request,
          reply: undefined,
        });
      }
    },
    heard: () => hearing.heard(),
    roundTripMs: (peer) => hearing.roundTripMs(peer),
    status: () => {
      const silent = new Map(hearing.heard().map((heard) => [heard.agentId, heard.silentMs]));
      return links.status().map((link) => ({
        ...link,
        silentMs: silent.get(link.agentId) ?? 0,
        roundTripMs: hearing.roundTripMs(link.agentId),
      }));
    },
    records: () => (cell === undefined ? [] : readRecords(cell.port.state)),
    nameOf,
    stop: () => {
      abort.abort(new Error('this agent is stopping'));
      membership.stop();
      links.stop();
      streams.stop();
      hearing.stop();
    },
  };
  return peers;
}
