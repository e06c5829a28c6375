import { performance } from 'node:perf_hooks';
import type { Ballot } from '../consensus/types.ts';
import { describeFields } from './describe-fields.ts';
import { isLeftOutHeartbeat, type MessageFilter, matches } from './message-filter.ts';

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
  /** The last slot that it carries or acknowledges; `slot` when that is the only one. */
  readonly throughSlot: number;
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
  readonly throughSlot: number;
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

export interface RpcLogOptions {
  /** Another one at every start of the agent: positions of different logs mean nothing to each other. */
  readonly id?: string;
  readonly countMax: number;
  /** Of payloads; the oldest messages go first. */
  readonly bytesMax: number;
}

/** What a subscriber is told at once. */
export interface MessageBatch {
  /** Oldest first. */
  readonly records: readonly MessageRecord[];
  /** Messages that were dropped before they could be looked at. */
  readonly missed: number;
  /** Heartbeats and their replies that the filter leaves out and would have let through otherwise. */
  readonly heartbeats: number;
  /** The log was looked at up to here. */
  readonly through: number;
  /** Wall clock: what was recorded before lies at or below `through`. */
  readonly atMs: number;
  /** Nothing lies behind `through` yet; false while a subscriber catches up. */
  readonly isComplete: boolean;
}

export interface MessageSubscription {
  cancel(): void;
}

export interface SubscriptionOptions {
  /** Begin behind this position instead of now. */
  readonly after?: number | undefined;
  /**
   * The subscriber takes nothing at the moment. Its position stands still, so the log is its only buffer: what is dropped
   * there meanwhile is counted as missed.
   */
  readonly isFull?: () => boolean;
}

/** What bookkeeping costs beside the payload, so that a flood of tiny messages is bounded too. */
const ENTRY_OVERHEAD_BYTES = 256;
const SUBSCRIPTION_INTERVAL_MS = 100;
const SUBSCRIPTION_BATCH_MAX = 1_000;
/** Without a message to tell, how far the log was looked at is told only so often. */
const PROGRESS_INTERVAL_MS = 1_000;

/** The last messages that this agent exchanged. Recording stores one reference; everything else happens on demand. */
export class RpcLog {
  readonly id: string;
  readonly #countMax: number;
  readonly #bytesMax: number;
  readonly #ring: (MessageEntry | undefined)[];
  readonly #subscriptions = new Set<() => void>();
  #last = 0;
  #first = 1;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ id = '', countMax, bytesMax }: RpcLogOptions) {
    this.id = id;
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

  /** Sequence of the oldest message that is still kept; `last + 1` when there is none. */
  get first(): number {
    return this.#first;
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
   * Delivers matching messages from now on (or from behind a position), oldest first, a few times a second; without any, only
   * how far the log was looked at, once a second.
   */
  subscribe(
    filter: MessageFilter,
    deliver: (batch: MessageBatch) => void,
    { after = this.#last, isFull }: SubscriptionOptions = {},
  ): MessageSubscription {
    let next = after + 1;
    let toldMs = performance.now();
    let heartbeats = 0;
    const pull = (): void => {
      if (isFull?.()) return;
      const nowMs = performance.now();
      const missed = Math.max(0, this.#first - next);
      next = Math.max(next, this.#first);
      const records: MessageRecord[] = [];
      for (; next <= this.#last && records.length < SUBSCRIPTION_BATCH_MAX; next++) {
        const entry = this.#entry(next);
        if (entry === undefined) continue;
        if (matches(entry, filter)) records.push(toRecord(next, entry));
        else if (isLeftOutHeartbeat(entry, filter)) heartbeats += 1;
      }
      if (records.length === 0 && missed === 0 && nowMs - toldMs < PROGRESS_INTERVAL_MS) return;
      // A batch that is full ends before the newest message: nothing is known of the time after its last one.
      const isComplete = next > this.#last;
      const untilMs = isComplete ? nowMs : (this.#entry(next - 1)?.atMs ?? 0);
      const atMs = performance.timeOrigin + untilMs;
      const batch = { records, missed, heartbeats, through: next - 1, atMs, isComplete };
      toldMs = nowMs;
      heartbeats = 0;
      deliver(batch);
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

  get subscriberCount(): number {
    return this.#subscriptions.size;
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

function toRecord(sequence: number, entry: MessageEntry): MessageRecord {
  const { channel, direction, peer, kind, messageId, ballot, slot, throughSlot } = entry;
  const { bytes, durationMs, status, own } = entry;
  const atMs = performance.timeOrigin + entry.atMs;
  return {
    sequence,
    atMs,
    channel,
    direction,
    peer,
    kind,
    messageId,
    ballot,
    slot,
    throughSlot,
    bytes,
    durationMs,
    status,
    own,
  };
}

function decoded(payload: unknown, decode: PayloadDecoder | undefined): unknown {
  if (decode === undefined || !(payload instanceof Uint8Array)) return describeFields(payload);
  try {
    return describeFields(decode(payload));
  } catch {
    return { malformed: describeFields(payload) };
  }
}
