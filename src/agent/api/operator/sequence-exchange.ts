import type { BallotView, Exchange, MessageView } from '../../../contract/index.ts';
import { hasStatus } from '../../observe/message-filter.ts';

/** What of a filter judges an exchange as a whole; the rest is judged by the logs, alike at both ends. */
export interface ExchangeFilter {
  readonly peer?: string | undefined;
  readonly direction?: MessageView['direction'] | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly durationMsMin?: number | undefined;
}

/** One message while its ends are brought together. */
export interface MergedExchange {
  readonly id: string;
  readonly kind: string;
  readonly channel: MessageView['channel'];
  from: string;
  to: string;
  readonly ballot: BallotView | null;
  readonly slot: number;
  readonly throughSlot: number;
  bytes: number;
  durationMs: number;
  sentStatus: string;
  receivedStatus: string;
  sent: SeenEnd | undefined;
  received: SeenEnd | undefined;
  /** `leftOut`: not wanted as far as it is known. `past`: older than what is told at all, only its ends are recognised. */
  state: 'waiting' | 'told' | 'leftOut' | 'past';
}

/** A line in the log of one participant. */
export interface SeenEnd {
  /** Whose clock stamped it: a participant, and which start of it. */
  readonly clock: string;
  readonly atMs: number;
  readonly sequence: number;
  /** By the clock of the reader. */
  readonly readMs: number;
}

/** The id under which both ends of a message meet. The messages of a stream share that of their call. */
export function exchangeId(clock: string, { messageId, channel, status, sequence }: MessageView): string {
  if (messageId === '') return `${clock}/${sequence}`;
  return channel === 'user' && status === '' ? `${messageId}/${sequence}` : messageId;
}

/** @param other the participant behind `message.peer`, when that is an address */
export function newExchange(id: string, agentId: string, other: string, message: MessageView): MergedExchange {
  const { kind, channel, direction, ballot, slot, throughSlot } = message;
  const isSent = direction === 'sent';
  return {
    id,
    kind,
    channel,
    from: isSent ? agentId : other,
    to: isSent ? other : agentId,
    ballot,
    slot,
    throughSlot,
    bytes: 0,
    durationMs: 0,
    sentStatus: '',
    receivedStatus: '',
    sent: undefined,
    received: undefined,
    state: 'waiting',
  };
}

/** False: that end is known already (a network that duplicates, or a log that is read again). */
export function addEnd(exchange: MergedExchange, end: SeenEnd, agentId: string, message: MessageView): boolean {
  const { direction, status, bytes, durationMs } = message;
  if (direction === 'sent') {
    if (exchange.sent !== undefined) return false;
    exchange.sent = end;
    exchange.from = agentId;
    exchange.sentStatus = status;
  } else {
    if (exchange.received !== undefined) return false;
    exchange.received = end;
    exchange.to = agentId;
    exchange.receivedStatus = status;
  }
  exchange.bytes = Math.max(exchange.bytes, bytes);
  exchange.durationMs = Math.max(exchange.durationMs, durationMs);
  return true;
}

/** Undefined when both ends are known, or none other can be: a client keeps no log, and what was dropped left nobody. */
export function missingLane(exchange: MergedExchange): string | undefined {
  if (exchange.channel === 'user') return undefined;
  if (exchange.sent === undefined) return exchange.from;
  if (exchange.received === undefined && !exchange.sentStatus.startsWith('dropped')) return exchange.to;
  return undefined;
}

/** @param timeOf the time of an end on the common scale */
export function exchangeView(exchange: MergedExchange, timeOf: (end: SeenEnd) => number): Exchange {
  const { id, kind, channel, from, to, ballot, slot, throughSlot, bytes, sent, received } = exchange;
  const sentMs = sent === undefined ? null : timeOf(sent);
  const receivedMs = received === undefined ? null : timeOf(received);
  return {
    messageId: id,
    kind,
    channel,
    from,
    to,
    ballot,
    slot,
    throughSlot,
    bytes,
    status: exchange.sentStatus || exchange.receivedStatus,
    sentMs,
    // Also when the clocks cannot be reconciled any more.
    receivedMs: sentMs === null || receivedMs === null ? receivedMs : Math.max(sentMs, receivedMs),
    sentSequence: sent?.sequence ?? null,
    receivedSequence: received?.sequence ?? null,
  };
}

/** @param self whose view `direction` is */
export function isWanted(exchange: MergedExchange, filter: ExchangeFilter, self: string): boolean {
  const { from, to, durationMs, sentStatus, receivedStatus } = exchange;
  const { peer, direction, statuses, durationMsMin } = filter;
  if (peer && from !== peer && to !== peer) return false;
  if (direction !== undefined && (direction === 'sent' ? from : to) !== self) return false;
  if (statuses?.length && !hasStatus(sentStatus || receivedStatus, statuses)) return false;
  return durationMsMin === undefined || durationMs >= durationMsMin;
}
