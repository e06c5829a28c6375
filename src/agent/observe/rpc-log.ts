import { performance } from 'node:perf_hooks';
import type { Ballot } from '../consensus/types.ts';
import { describeFields } from './describe-fields.ts';

export type MessageChannel = 'peer' | 'user';
export type MessageDirection = 'received' | 'sent';

/** One message as its recorder hands it in. The log keeps the object, so it must not be changed afterwards. */
export interface MessageEntry {
  readonly channel: MessageChannel;
  readonly direction: MessageDirection;
  /** The other side: an agent id, or the address of a client. */
  readonly peer: string;
  /** `accept`, `heartbeatReply`, `Put`, ... */
  readonly kind: string;
  /** The same in the logs of sender and receiver. */
  readonly messageId: string;
  readonly ballot: Ballot | undefined;
  /** 0 when the message concerns no slot. */
  readonly slot: number;
  readonly bytes: number;
  /** `performance.now()` when it was sent or received. */
  readonly atMs: number;
  /** Until the answer, for calls; 0 for messages that go one way. */
  readonly durationMs: number;
  /** Name of the gRPC status for calls that ended; empty for messages that go one way. */
  readonly status: string;
  /** Caused by somebody who looks at this log. */
  readonly own: boolean;
  /** A decoded message, or its bytes together with `decode`. Decoding happens when somebody looks. */
  readonly payload: unknown;
  readonly decode: PayloadDecoder | undefined;
  /** The answer of a unary call, in the same form. */
  readonly reply: unknown;
  readonly decodeReply: PayloadDecoder | undefined;
}

export type PayloadDecoder = (payload: Uint8Array) => unknown;

/** One line of the log, without its payload. */
export interface MessageRecord {
  /** Position in the log, from 1, never reused. */
  readonly sequence: number;
  /** Wall clock. */
  readonly atMs: number;
  readonly channel: MessageChannel;
  readonly direction: MessageDirection;
  readonly peer: string;
  readonly kind: string;
  readonly messageId: string;
  readonly ballot: Ballot | undefined;
  readonly slot: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly status: string;
  readonly own: boolean;
}

/** A record with everything that was said, in a form that JSON can carry. */
export interface MessageDetail extends MessageRecord {
  readonly fields: unknown;
  readonly replyFields: unknown;
}

/** Everything given must hold; an absent field says nothing. */
export interface MessageFilter {
  readonly channel?: MessageChannel;
  readonly direction?: MessageDirection;
  readonly peer?: string;
  readonly kinds?: readonly string[];
  readonly messageId?: string;
  readonly slot?: number;
  readonly statuses?: readonly string[];
  readonly durationMsMin?: number;
  /** Also messages that the viewer caused; without it they are left out. */
  readonly includeOwn?: boolean;
}

export interface RpcLogOptions {
  readonly countMax: number;
  /** Of payloads; the oldest messages go first. */
  readonly bytesMax: number;
}

export interface MessageSubscription {
  cancel(): void;
}

/** What bookkeeping costs beside the payload, so that a flood of tiny messages is bounded too. */
const ENTRY_OVERHEAD_BYTES = 256;
const SUBSCRIPTION_INTERVAL_MS = 100;
const SUBSCRIPTION_BATCH_MAX = 1_000;

/** The last messages that this agent exchanged. Recording stores one reference; everything else happens on demand. */
export class RpcLog {
  readonly #countMax: number;
  readonly #bytesMax: number;
  readonly #ring: (MessageEntry | undefined)[];
  readonly #subscriptions = new Set<() => void>();
  #last = 0;
  #first = 1;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ countMax, bytesMax }: RpcLogOptions) {
    this.#countMax = countMax;
    this.#bytesMax = bytesMax;
    this.#ring = new Array<MessageEntry | undefined>(countMax).fill(undefined);
  }

  record(entry: MessageEntry): void {
    if (this.#last - this.#first + 1 === this.#countMax) this.#dropFirst();
    this.#last += 1;
    this.#ring[this.#last % this.#countMax] = entry;
    this.#bytes += entry.bytes + ENTRY_OVERHEAD_BYTES;
    // The newest stays even when it alone is too large: whoever looks wants to see at least that.
    while (this.#bytes > this.#bytesMax && this.#first < this.#last) this.#dropFirst();
  }

  /** Sequence of the newest message; 0 when there was none. */
  get last(): number {
    return this.#last;
  }

  get count(): number {
    return this.#last - this.#first + 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Newest first, below `beforeSequence` when it is given. */
  query(filter: MessageFilter, limit: number, beforeSequence = Number.POSITIVE_INFINITY): MessageRecord[] {
    const records: MessageRecord[] = [];
    const start = Math.min(this.#last, beforeSequence - 1);
    for (let sequence = start; sequence >= this.#first && records.length < limit; sequence--) {
      const entry = this.#entry(sequence);
      if (entry !== undefined && matches(entry, filter)) records.push(toRecord(sequence, entry));
    }
    return records;
  }

  /** Undefined when it has been dropped or never was. */
  detail(sequence: number): MessageDetail | undefined {
    const entry = this.#entry(sequence);
    if (entry === undefined) return undefined;
    return {
      ...toRecord(sequence, entry),
      fields: decoded(entry.payload, entry.decode),
      replyFields: decoded(entry.reply, entry.decodeReply),
    };
  }

  /**
   * Delivers matching messages from now on, oldest first, a few times a second. `missed` counts messages that were
   * dropped before they could be looked at.
   */
  subscribe(filter: MessageFilter, deliver: (records: MessageRecord[], missed: number) => void): MessageSubscription {
    let next = this.#last + 1;
    const pull = (): void => {
      const missed = Math.max(0, this.#first - next);
      next = Math.max(next, this.#first);
      const records: MessageRecord[] = [];
      for (; next <= this.#last && records.length < SUBSCRIPTION_BATCH_MAX; next++) {
        const entry = this.#entry(next);
        if (entry !== undefined && matches(entry, filter)) records.push(toRecord(next, entry));
      }
      if (records.length > 0 || missed > 0) deliver(records, missed);
    };
    this.#subscriptions.add(pull);
    this.#timer ??= setInterval(() => {
      for (const subscription of this.#subscriptions) subscription();
    }, SUBSCRIPTION_INTERVAL_MS).unref();
    return {
      cancel: () => {
        this.#subscriptions.delete(pull);
        if (this.#subscriptions.size === 0) this.#stopTimer();
      },
    };
  }

  stop(): void {
    this.#subscriptions.clear();
    this.#stopTimer();
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #entry(sequence: number): MessageEntry | undefined {
    return sequence >= this.#first && sequence <= this.#last ? this.#ring[sequence % this.#countMax] : undefined;
  }

  #dropFirst(): void {
    const index = this.#first % this.#countMax;
    this.#bytes -= this.#ring[index]!.bytes + ENTRY_OVERHEAD_BYTES;
    this.#ring[index] = undefined;
    this.#first += 1;
  }
}

function matches(entry: MessageEntry, filter: MessageFilter): boolean {
  if (entry.own && filter.includeOwn !== true) return false;
  if (filter.channel !== undefined && entry.channel !== filter.channel) return false;
  if (filter.direction !== undefined && entry.direction !== filter.direction) return false;
  if (filter.peer !== undefined && entry.peer !== filter.peer) return false;
  if (filter.kinds !== undefined && !filter.kinds.includes(entry.kind)) return false;
  if (filter.messageId !== undefined && entry.messageId !== filter.messageId) return false;
  if (filter.slot !== undefined && entry.slot !== filter.slot) return false;
  if (filter.statuses !== undefined && !filter.statuses.includes(entry.status)) return false;
  return filter.durationMsMin === undefined || entry.durationMs >= filter.durationMsMin;
}

function toRecord(sequence: number, entry: MessageEntry): MessageRecord {
  const { channel, direction, peer, kind, messageId, ballot, slot, bytes, durationMs, status, own } = entry;
  const atMs = performance.timeOrigin + entry.atMs;
  return { sequence, atMs, channel, direction, peer, kind, messageId, ballot, slot, bytes, durationMs, status, own };
}

function decoded(payload: unknown, decode: PayloadDecoder | undefined): unknown {
  if (decode === undefined || !(payload instanceof Uint8Array)) return describeFields(payload);
  try {
    return describeFields(decode(payload));
  } catch {
    return { malformed: describeFields(payload) };
  }
}
