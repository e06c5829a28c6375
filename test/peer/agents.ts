import { randomUUID } from 'node:crypto';
import { Server } from '@grpc/grpc-js';
import type { Message } from '../../src/agent/consensus/messages.ts';
import type { PeerMessage } from '../../src/agent/host/ports.ts';
import {
  createPeers,
  MESSAGE_LIMITS,
  NO_PEER_OBSERVER,
  type Peers,
  type PeersOptions,
} from '../../src/agent/peer/index.ts';
import { formatAddress } from '../../src/agent/peer/ports.ts';
import type { AgreedCell } from './agreed-cell.ts';

/** What the observer was told, flattened. */
export interface Traffic {
  readonly direction: 'sent' | 'received';
  readonly peer: string;
  readonly kind: string;
  readonly messageId: string;
  /** `ok`, why it was dropped, or the status of a call. */
  readonly status: string;
  readonly bytes: number;
}

/** One agent's connections, with everything that came out of them, on a real port of loopback. */
export interface TestAgent {
  readonly agentId: string;
  readonly address: string;
  readonly peers: Peers;
  readonly received: PeerMessage[];
  readonly traffic: Traffic[];
  readonly lines: string[];
  readonly fatal: string[];
  stop(): void;
}

const running = new Set<TestAgent>();

export interface StartOptions extends Partial<PeersOptions> {
  readonly port?: number;
  /** Puts something between: others are told the address that this returns. */
  readonly advertise?: (address: string) => Promise<string>;
}

export async function startAgent(agentId: string, options: StartOptions = {}): Promise<TestAgent> {
  const { port = 0, advertise, ...overrides } = options;
  const server = new Server(MESSAGE_LIMITS);
  const lines: string[] = [];
  const fatal: string[] = [];
  const traffic: Traffic[] = [];
  const say = (text: string): void => {
    lines.push(text);
  };
  // The address is known only after listening, and listening is part of what is made here.
  const listening = createPeers({ ...defaults(agentId), log: { info: say, warn: say } }).guard(server, 1_000);
  const address = formatAddress({ host: '127.0.0.1', port: await listening.listen({ host: '127.0.0.1', port }) });
  const peers = createPeers({
    ...defaults(agentId),
    grpcAddress: (await advertise?.(address)) ?? address,
    log: { info: say, warn: say },
    observer: observing(traffic),
    onFatal: (text) => fatal.push(text),
    limits: { keepAliveMs: 20, silenceMs: 300 },
    rejoinAfterMs: 50,
    ...overrides,
  });
  peers.addTo(server);
  const agent: TestAgent = {
    agentId,
    address,
    peers,
    received: [],
    traffic,
    lines,
    fatal,
    stop: () => {
      running.delete(agent);
      peers.stop();
      listening.close();
      server.forceShutdown();
    },
  };
  running.add(agent);
  return agent;
}

export function stopAgents(): void {
  for (const agent of [...running]) agent.stop();
}

/** Makes the agent part of the cell; what arrives is kept in `received`. */
export function startIn(cell: AgreedCell, agent: TestAgent): void {
  agent.peers.start(cell.cellId, cell.port(agent.agentId), (message) => agent.received.push(message));
}

function defaults(agentId: string): PeersOptions {
  return {
    agentId,
    bootId: randomUUID(),
    version: '1',
    grpcAddress: '',
    httpAddress: '',
    labels: {},
    found: { promised: { round: 0, agentId: '' }, journalEnd: 0 },
    bootstrap: [],
    saveSnapshot: () => Promise.reject(new Error('no snapshot here')),
    log: { info: () => {}, warn: () => {} },
    observer: NO_PEER_OBSERVER,
    onFatal: () => {},
  };
}

function observing(traffic: Traffic[]): PeersOptions['observer'] {
  const kindOf = (message: PeerMessage): string =>
    message.kind === 'consensus' ? message.envelope.message.kind : message.message.kind;
  return {
    sent: (peer, message, messageId, bytes) =>
      traffic.push({ direction: 'sent', peer, kind: kindOf(message), messageId, status: 'ok', bytes }),
    received: (peer, message, messageId, bytes) =>
      traffic.push({ direction: 'received', peer, kind: kindOf(message), messageId, status: 'ok', bytes }),
    dropped: (direction, peer, message, messageId, why) =>
      traffic.push({ direction, peer, kind: kindOf(message), messageId, status: why, bytes: 0 }),
    called: (call) => traffic.push(call),
  };
}

export function consensus(cellId: string, from: string, to: string, message: Message): PeerMessage {
  return { kind: 'consensus', envelope: { group: 0, cellId, from, to, epoch: 1, message } };
}

/** Slots make messages that can be told apart. */
export function chosenReply(slot: number): Message {
  return { kind: 'chosenReply', chosenThrough: slot, needFrom: 0 };
}

export function slotsOf(messages: readonly PeerMessage[]): number[] {
  return messages.flatMap((message) =>
    message.kind === 'consensus' && message.envelope.message.kind === 'chosenReply'
      ? [message.envelope.message.chosenThrough]
      : [],
  );
}
