import type { ServiceError } from '@grpc/grpc-js';
import { JoinRequest, type JoinResponse } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import { Backoff } from './backoff.ts';
import { callPeer } from './call.ts';
import type { PeerObserver } from './observer.ts';
import { type Address, AddressError, formatAddress, parseAddress } from './ports.ts';
import type { QuietLog } from './quiet-log.ts';
import { refusalOf } from './refusals.ts';

/** The cell will never take this agent as it is; the message says why and what to do. */
export class JoinRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JoinRefused';
  }
}

export interface Joined {
  readonly cellId: string;
  readonly name: string;
  readonly peers: JoinResponse['peers'];
}

export interface JoinOptions {
  /** Where to ask; further places are learned from answers. */
  readonly addresses: () => readonly Address[];
  readonly request: () => JoinRequest;
  readonly random: () => number;
  readonly log: QuietLog;
  readonly observer: PeerObserver;
  readonly nextId: () => string;
  readonly signal: AbortSignal;
  /** Every agent of the cell that an answer names. */
  readonly onPeers: (peers: JoinResponse['peers']) => void;
}

/**
 * Asks one agent after the other until one of them has made this agent a participant. It asks for ever and never founds
 * a cell: a mistyped address must not end in two cells.
 *
 * @throws JoinRefused, or the reason of `signal`
 */
export async function joinCell(options: JoinOptions): Promise<Joined> {
  const { signal, log } = options;
  const backoff = new Backoff(DEFAULTS.joinRetryMinMs, DEFAULTS.joinRetryMaxMs, options.random);
  const learned = new Map<string, Address>();
  for (;;) {
    const known = [...options.addresses(), ...learned.values()];
    const places = new Map(known.map((address) => [formatAddress(address), address]));
    for (const [text, address] of places) {
      signal.throwIfAborted();
      const answer = await ask(options, address);
      if (answer.kind === 'joined') return answer.joined;
      log.warn(`join ${text}`, `not joined yet: ${text} ${answer.text}`);
      for (const { grpcAddress } of answer.peers) learn(learned, grpcAddress);
    }
    await pause(backoff.next(), signal);
  }
}

type Answer =
  | { readonly kind: 'joined'; readonly joined: Joined }
  | { readonly kind: 'later'; readonly text: string; readonly peers: JoinResponse['peers'] };

async function ask(options: JoinOptions, address: Address): Promise<Answer> {
  const request = options.request();
  let reply: JoinResponse;
  try {
    reply = await callPeer<JoinRequest, JoinResponse>({
      address,
      kind: 'join',
      request,
      timeoutMs: 4 * DEFAULTS.joinStepMs,
      nextId: options.nextId,
      observer: options.observer,
      bytesOf: (message) => JoinRequest.encode(message).finish().length,
      start: (client, message, metadata, deadline, then) => client.join(message, metadata, deadline, then),
    });
  } catch (error) {
    return { kind: 'later', text: `cannot be reached: ${refusalOf(error as ServiceError).text}`, peers: [] };
  }
  const where = formatAddress(address);
  if (reply.reason === 'OTHER_CELL') {
    throw new JoinRefused(
      `this state directory belongs to cell ${request.cellId}, but the agent at ${where} is of cell ${reply.cellId}. ` +
        'Use another --state-dir to join that cell, or leave out --peer to resume the old one',
    );
  }
  if (reply.reason === 'INVALID')
    throw new JoinRefused(`the agent at ${where} refuses to let this one join: ${reply.message}`);
  options.onPeers(reply.peers);
  if (!reply.joined) return { kind: 'later', text: `says: ${reply.message}`, peers: reply.peers };
  return { kind: 'joined', joined: { cellId: reply.cellId, name: reply.name, peers: reply.peers } };
}

const LEARNED_MAX = 64;

function learn(learned: Map<string, Address>, text: string): void {
  if (learned.size >= LEARNED_MAX) return;
  try {
    learned.set(text, parseAddress(text));
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', abort, { once: true });
  });
}
