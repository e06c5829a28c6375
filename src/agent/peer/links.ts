import type { Hello } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import type { AgentId } from '../consensus/types.ts';
import type { PeerMessage } from '../host/ports.ts';
import type { AddressBook } from './addresses.ts';
import { Backoff } from './backoff.ts';
import { MESSAGE_OVERHEAD_BYTES, MessageEncoder } from './frames.ts';
import { Link } from './link.ts';
import type { LinkPolicy } from './link-policy.ts';
import type { PeerObserver } from './observer.ts';
import type { StreamLimits } from './outbound-stream.ts';
import { type Address, formatAddress } from './ports.ts';
import type { QuietLog } from './quiet-log.ts';
import type { ReceivedRefusal } from './refusals.ts';

export interface LinksOptions {
  readonly agentId: AgentId;
  readonly bootId: string;
  readonly book: AddressBook;
  readonly policy: LinkPolicy;
  readonly limits: StreamLimits;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly log: QuietLog;
  readonly observer: PeerObserver;
  readonly hello: (to: AgentId) => Hello;
  readonly nameOf: (agentId: AgentId) => string;
  readonly onHeard: (peer: AgentId, roundTripMs: number | undefined) => void;
  readonly onDown: (peer: AgentId) => void;
  /** A peer refuses this agent for good; the text is for its operator. */
  readonly onRefusedForGood: (text: string) => void;
}

/** A link to somebody who is not a participant (a removed agent, a stranger) ends after so many failures in a row. */
const STRANGER_ATTEMPTS_MAX = 20;

export interface LinkStatus {
  readonly agentId: AgentId;
  readonly address: string;
  readonly isUp: boolean;
  readonly bufferedBytes: number;
}

/** The sending half of all links: one link per peer, made when there is something to say or a participant to watch. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<AgentId, Link>();
  readonly #encoder: MessageEncoder;
  #participants: ReadonlySet<AgentId> = new Set();
  #isStopped = false;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#encoder = new MessageEncoder(options.bootId);
  }

  send(to: AgentId, message: PeerMessage): void {
    if (this.#isStopped) return;
    const { log, observer } = this.#options;
    const encoded = this.#encoder.encode(message);
    const { messageId, bytes } = encoded;
    if (bytes + 2 * MESSAGE_OVERHEAD_BYTES > DEFAULTS.frameMaxBytes) {
      log.warn(`large ${to}`, `dropped a message of ${bytes} bytes: a frame could not hold it`);
      observer.dropped('sent', to, message, messageId, 'tooLarge');
      return;
    }
    const fate = this.#linkTo(to).send(encoded);
    if (fate === 'sent') observer.sent(to, message, messageId, bytes);
    else observer.dropped('sent', to, message, messageId, fate);
  }

  flush(): void {
    for (const link of this.#links.values()) link.flush();
  }

  /** Keeps a link to every participant, so that each can tell whom it hears, and ends those to agents that left. */
  watch(participants: ReadonlySet<AgentId>): void {
    if (this.#isStopped) return;
    const left = [...this.#participants].filter((agentId) => !participants.has(agentId));
    this.#participants = participants;
    for (const agentId of participants) if (agentId !== this.#options.agentId) this.#linkTo(agentId);
    for (const agentId of left) this.#end(agentId);
  }

  /** Something shows that the peer can be reached now. */
  hurry(peer: AgentId): void {
    this.#links.get(peer)?.hurry();
  }

  status(): LinkStatus[] {
    return [...this.#links].map(([agentId, { address, isUp, bufferedBytes }]) => ({
      agentId,
      address,
      isUp,
      bufferedBytes,
    }));
  }

  stop(): void {
    this.#isStopped = true;
    for (const peer of [...this.#links.keys()]) this.#end(peer);
  }

  #end(peer: AgentId): void {
    this.#links.get(peer)?.close();
    this.#links.delete(peer);
  }

  #linkTo(peer: AgentId): Link {
    const known = this.#links.get(peer);
    if (known !== undefined) return known;
    const { policy, limits, nowMs, random, book, hello, log, nameOf } = this.#options;
    const link = new Link({
      peer,
      policy,
      limits,
      nowMs,
      backoff: new Backoff(DEFAULTS.reconnectMinMs, DEFAULTS.reconnectMaxMs, random),
      hello: () => hello(peer),
      addresses: () => book.candidates(peer),
      onUp: (address) => {
        log.forget(`down ${peer}`);
        log.info(`connected to ${nameOf(peer)} at ${formatAddress(address)}`);
      },
      onHeard: (roundTripMs) => this.#options.onHeard(peer, roundTripMs),
      onDown: (failure, address, attempts) => {
        this.#onDown(peer, failure, address);
        if (attempts >= STRANGER_ATTEMPTS_MAX && !this.#participants.has(peer)) this.#end(peer);
      },
    });
    this.#links.set(peer, link);
    return link;
  }

  #onDown(peer: AgentId, failure: ReceivedRefusal, address: Address): void {
    const { log, nameOf } = this.#options;
    this.#options.onDown(peer);
    // Only the agent that was meant may say that this one must stop.
    if (failure.reason === 'BELOW_ACKNOWLEDGED' && failure.agentId === peer) {
      this.#options.onRefusedForGood(
        `${nameOf(peer)} at ${formatAddress(address)} refuses this agent: ${failure.text}. The state directory is an old ` +
          'copy, or its disk lost writes that were confirmed; votes from it could undo what the cell decided. ' +
          'Start with a new state directory and --peer: it joins as a new agent and receives everything',
      );
      return;
    }
    log.warn(`down ${peer}`, `no connection to ${nameOf(peer)} at ${formatAddress(address)}: ${failure.text}`);
  }
}
