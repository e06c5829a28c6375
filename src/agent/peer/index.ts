import { randomBytes } from 'node:crypto';
import type { Server } from '@grpc/grpc-js';
import type { FetchSnapshotRequest, Hello, JoinRequest } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import type { AgentId, Ballot, Slot } from '../consensus/types.ts';
import type { CellPort } from '../host/cell-port.ts';
import type { PeerMessage } from '../host/ports.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { AddressBook, type ParticipantRecord, readRecord, readRecords } from './addresses.ts';
import type { ReceivedMessage } from './frames.ts';
import { type GuardedListener, guardedListener } from './guarded-listener.ts';
import { Hearing } from './hearing.ts';
import { InboundStreams } from './inbound-streams.ts';
import type { Joined } from './join.ts';
import { createLinkPolicy, type LinkPolicy } from './link-policy.ts';
import { Links } from './links.ts';
import { Membership } from './membership.ts';
import { type StreamLimits, streamLimits } from './outbound-stream.ts';
import type { PeerLog } from './peer-log.ts';
import { peerService } from './peer-service.ts';
import { type Address, formatAddress } from './ports.ts';
import { QuietLog } from './quiet-log.ts';
import { fetchSnapshot, type OpenSnapshotSink, type SavedSnapshot, SnapshotSender } from './snapshot-transfer.ts';
import { type PeerObserver, type PeerTraffic, streamTraffic } from './traffic.ts';
import { PEER_SERVICE } from './transport.ts';

export { type Joined, JoinRefused } from './join.ts';
export { createLinkPolicy, type LinkPolicy, type LinkRule, type PlacedLinkRule } from './link-policy.ts';
export type { PeerLog } from './peer-log.ts';
export type { OpenSnapshotSink, SavedSnapshot, SnapshotSink } from './snapshot-transfer.ts';
export type { PeerObserver, PeerTraffic } from './traffic.ts';
export { MESSAGE_LIMITS } from './transport.ts';

export interface PeersOptions {
  readonly agentId: AgentId;
  /** Made anew at every start. */
  readonly bootId: string;
  readonly version: string;
  /** What others dial. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What was durable when this agent started. */
  readonly found: { readonly promised: Ballot; readonly journalEnd: Slot };
  /** From `--peer`. */
  readonly bootstrap: readonly Address[];
  readonly saveSnapshot: () => Promise<SavedSnapshot>;
  readonly log: PeerLog;
  readonly observe: PeerObserver;
  /** This agent must stop: the text says why and what its operator can do. */
  readonly onFatal: (text: string) => void;
  readonly policy?: LinkPolicy;
  readonly limits?: Partial<StreamLimits>;
  readonly rejoinAfterMs?: number;
  readonly random?: () => number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}

export interface PeerStatus {
  readonly agentId: AgentId;
  readonly address: string;
  readonly isUp: boolean;
  readonly bufferedBytes: number;
  readonly silentMs: number;
  /** Undefined until a keep-alive came back, and while the link is down. */
  readonly roundTripMs: number | undefined;
}

/** Everything that goes between agents. */
export interface Peers {
  /** Adds `PeerService`; before `start` it answers that this agent is starting. */
  addTo(server: Server): void;
  /** Listens for a gRPC server behind a guard that turns away what is not gRPC. Give it to `listenOnFreePort`. */
  guard(server: Server, connectionsMax: number): GuardedListener;
  /**
   * For a newcomer, with `--peer`: resolves when the cell has made this agent a learner. Retries for ever.
   *
   * @throws JoinRefused when it never will
   */
  join(): Promise<Joined>;
  /** From now on messages flow. The agent's own addresses are kept up to date, and it joins again when removed. */
  start(cellId: string, port: CellPort, deliver: (message: PeerMessage) => void): void;
  /** Best effort, ordered per receiver while a connection lasts, never blocking. */
  send(to: AgentId, message: PeerMessage): void;
  /** One at a time. @throws Error saying what went wrong */
  fetchSnapshot<Installed>(from: AgentId, openSink: OpenSnapshotSink<Installed>): Promise<Installed>;
  /** How long each other participant has been silent; the time in which this process was paused does not count. */
  heard(): { agentId: AgentId; silentMs: number }[];
  status(): PeerStatus[];
  /** Of every agent that the cell knows, removed ones too. */
  records(): ParticipantRecord[];
  nameOf(agentId: AgentId): string;
  readonly policy: LinkPolicy;
  stop(): void;
}

interface Cell {
  readonly cellId: string;
  readonly port: CellPort;
  readonly deliver: (message: PeerMessage) => void;
}

export function createPeers(options: PeersOptions): Peers {
  const { agentId, bootId, version, grpcAddress, httpAddress, labels, found, observe, onFatal } = options;
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

  const nextId = (): string => `${idPrefix}-call-${++calls}`;
  const recordOf = (id: AgentId): ParticipantRecord | undefined => cell && readRecord(cell.port.state, id);
  const ownName = (): string => recordOf(agentId)?.name ?? joined?.name ?? '';
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
    observe,
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
    observe,
    nextId,
    onFatal,
    rejoinAfterMs: options.rejoinAfterMs ?? DEFAULTS.rejoinAfterMs,
  });

  const traffic = (from: AgentId, received: ReceivedMessage, status: string): PeerTraffic =>
    streamTraffic('received', from, received.message, received, status, performance.now());

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
    onDropped: (from, received) => observe(traffic(from, received, 'dropped')),
    onMessage: (from, received) => {
      if (cell === undefined) return;
      observe(traffic(from, received, 'ok'));
      const { message } = received;
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
        observe,
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
    fetchSnapshot: async (from, openSink) => {
      if (isFetching) throw new Error('a snapshot is being fetched already');
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
        observe({
          direction: 'sent',
          peer: from,
          kind: 'fetchSnapshot',
          messageId: '',
          ballot: undefined,
          slot: 0,
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
