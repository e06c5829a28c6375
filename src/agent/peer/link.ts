import type { Hello } from '../../gen/synod/v1/peer.ts';
import type { AgentId } from '../consensus/types.ts';
import type { Backoff } from './backoff.ts';
import type { EncodedMessage } from './frames.ts';
import type { LinkPolicy } from './link-policy.ts';
import { OutboundStream, type StreamLimits } from './outbound-stream.ts';
import { type Address, formatAddress } from './ports.ts';
import type { ReceivedRefusal } from './refusals.ts';

export interface LinkOptions {
  readonly peer: AgentId;
  readonly policy: LinkPolicy;
  readonly limits: StreamLimits;
  readonly backoff: Backoff;
  readonly nowMs: () => number;
  readonly hello: () => Hello;
  /** Where the peer may be, the likeliest first. Empty: not known yet. */
  readonly addresses: () => readonly Address[];
  readonly onUp: (address: Address) => void;
  readonly onHeard: (roundTripMs: number | undefined) => void;
  /** `attempts` counts failures since the link was last up, from 1. */
  readonly onDown: (failure: ReceivedRefusal, address: Address, attempts: number) => void;
}

export type SendFate = 'sent' | 'policy' | 'noLink';

/** Our side of the way to one peer: keeps a stream up, and passes messages through the policy onto it. */
export class Link {
  readonly #options: LinkOptions;
  readonly #delayed = new Set<NodeJS.Timeout>();
  #stream: OutboundStream | undefined;
  #retry: NodeJS.Timeout | undefined;
  #address: Address | undefined;
  #attempts = 0;
  #isUp = false;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#open();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get address(): string {
    return this.#address === undefined ? '' : formatAddress(this.#address);
  }

  get bufferedBytes(): number {
    return this.#stream?.bufferedBytes ?? 0;
  }

  send(message: EncodedMessage): SendFate {
    if (this.#stream === undefined) return 'noLink';
    const delays = this.#options.policy.judge('send', this.#options.peer);
    for (const delayMs of delays) this.#later(delayMs, () => this.#stream?.push(message));
    return delays.length === 0 ? 'policy' : 'sent';
  }

  flush(): void {
    this.#stream?.flush();
  }

  /** The peer was just heard, or moved: do not wait out the pause between attempts. */
  hurry(): void {
    if (this.#retry === undefined) return;
    this.#options.backoff.reset();
    this.#open();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#delayed.clear();
    this.#stream?.close();
  }

  #later(delayMs: number, work: () => void): void {
    if (delayMs === 0) {
      work();
      return;
    }
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      work();
    }, delayMs);
    this.#delayed.add(timer);
  }

  #open(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const { peer, policy, limits, nowMs } = this.#options;
    const addresses = this.#options.addresses();
    if (addresses.length === 0) {
      this.#openLater();
      return;
    }
    // Candidates take turns, because an agent may have moved since its address was agreed on.
    const address = addresses[this.#attempts % addresses.length]!;
    this.#address = address;
    this.#stream = new OutboundStream({
      address,
      hello: this.#options.hello(),
      limits,
      nowMs,
      mayWrite: () => !policy.isCut('send', peer),
      lateMs: () => policy.lateMs('send', peer) + policy.lateMs('receive', peer),
      onUp: () => {
        this.#isUp = true;
        this.#attempts = 0;
        this.#options.backoff.reset();
        this.#options.onUp(address);
      },
      onHeard: (roundTripMs) => {
        if (policy.isCut('receive', peer)) return false;
        this.#options.onHeard(roundTripMs);
        return true;
      },
      onEnd: (failure) => {
        this.#stream = undefined;
        this.#isUp = false;
        if (this.#isClosed) return;
        this.#attempts += 1;
        this.#openLater();
        this.#options.onDown(failure, address, this.#attempts);
      },
    });
  }

  #openLater(): void {
    this.#retry = setTimeout(() => this.#open(), this.#options.backoff.next());
  }
}
