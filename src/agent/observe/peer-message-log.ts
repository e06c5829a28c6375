import { performance } from 'node:perf_hooks';
import type { Message } from '../consensus/messages.ts';
import type { AgentId, Ballot } from '../consensus/types.ts';
import type { HostMessage } from '../host/messages.ts';
import type { PeerMessage } from '../host/ports.ts';
import type { MessageDirection, MessageEntry, RpcLog } from './rpc-log.ts';

/** Messages and bytes of one kind that went one way. */
export interface KindCount {
  readonly kind: string;
  messages: number;
  bytes: number;
}

/** Messages that went nowhere. */
export interface DropCount {
  readonly direction: MessageDirection;
  readonly reason: string;
  messages: number;
}

/** A call between agents that is no message on a link, after its end. */
export type PeerCallEntry = Pick<
  MessageEntry,
  'direction' | 'peer' | 'kind' | 'messageId' | 'bytes' | 'atMs' | 'durationMs' | 'status' | 'payload' | 'reply'
>;

/** Records what agents say to each other. The peer layer calls it where it encodes and decodes. */
export class PeerMessageLog {
  readonly #rpcLog: RpcLog;
  readonly #sent = new Map<string, KindCount>();
  readonly #received = new Map<string, KindCount>();
  readonly #dropped = new Map<string, DropCount>();

  constructor(rpcLog: RpcLog) {
    this.#rpcLog = rpcLog;
  }

  /** `bytes` is the size of the encoded message, `messageId` the one that travels with it. */
  sent(to: AgentId, message: PeerMessage, messageId: string, bytes: number): void {
    this.#record('sent', this.#sent, to, message, messageId, bytes);
  }

  received(from: AgentId, message: PeerMessage, messageId: string, bytes: number): void {
    this.#record('received', this.#received, from, message, messageId, bytes);
  }

  /** It was to be sent, or came and was not taken. */
  dropped(direction: MessageDirection, peer: AgentId, message: PeerMessage, messageId: string, reason: string): void {
    const name = `${direction} ${reason}`;
    const count = this.#dropped.get(name);
    if (count === undefined) this.#dropped.set(name, { direction, reason, messages: 1 });
    else count.messages += 1;
    this.#rpcLog.record(entryOf(direction, peer, message, messageId, 0, `dropped: ${reason}`));
  }

  called(call: PeerCallEntry): void {
    const { direction, peer, kind, messageId, bytes, atMs, durationMs, status, payload, reply } = call;
    this.#rpcLog.record({
      channel: 'peer',
      direction,
      peer,
      kind,
      messageId,
      ballot: undefined,
      slot: 0,
      throughSlot: 0,
      bytes,
      atMs,
      durationMs,
      status,
      own: false,
      payload,
      decode: undefined,
      reply,
      decodeReply: undefined,
    });
  }

  get drops(): Iterable<DropCount> {
    return this.#dropped.values();
  }

  get sentByKind(): Iterable<KindCount> {
    return this.#sent.values();
  }

  get receivedByKind(): Iterable<KindCount> {
    return this.#received.values();
  }

  #record(
    direction: MessageDirection,
    counts: Map<string, KindCount>,
    peer: AgentId,
    message: PeerMessage,
    messageId: string,
    bytes: number,
  ): void {
    const { kind } = bodyOf(message);
    let count = counts.get(kind);
    if (count === undefined) {
      count = { kind, messages: 0, bytes: 0 };
      counts.set(kind, count);
    }
    count.messages += 1;
    count.bytes += bytes;
    this.#rpcLog.record(entryOf(direction, peer, message, messageId, bytes, ''));
  }
}

function bodyOf(message: PeerMessage): Message | HostMessage {
  return message.kind === 'consensus' ? message.envelope.message : message.message;
}

function entryOf(
  direction: MessageDirection,
  peer: AgentId,
  message: PeerMessage,
  messageId: string,
  bytes: number,
  status: string,
): MessageEntry {
  const payload = bodyOf(message);
  const slot = message.kind === 'consensus' ? slotOf(message.envelope.message) : slotOfHostMessage(message.message);
  return {
    channel: 'peer',
    direction,
    peer,
    kind: payload.kind,
    messageId,
    ballot: message.kind === 'consensus' ? ballotOf(message.envelope.message) : undefined,
    slot,
    throughSlot: message.kind === 'consensus' ? throughSlotOf(message.envelope.message, slot) : slot,
    bytes,
    atMs: performance.now(),
    durationMs: 0,
    status,
    own: false,
    payload,
    decode: undefined,
    reply: undefined,
    decodeReply: undefined,
  };
}

function ballotOf(message: Message): Ballot | undefined {
  return 'ballot' in message ? message.ballot : undefined;
}

/** The slot that says most about a message: where its entries begin, else how far it acknowledges or tells. */
function slotOf(message: Message): number {
  switch (message.kind) {
    case 'prepare':
    case 'prepareReply':
    case 'accept':
      return message.fromSlot;
    case 'acceptReply':
      return message.accepted ? message.through : message.needFrom;
    case 'chosen':
      return message.entries[0]?.slot ?? message.chosenThrough;
    case 'preVote':
    case 'preVoteReply':
    case 'heartbeat':
    case 'heartbeatReply':
    case 'chosenReply':
    case 'snapshotOffer':
      return message.chosenThrough;
    case 'campaignNow':
    case 'removedNotice':
      return 0;
  }
}

/**
 * The last slot that a message carries. Whatever acknowledges does so for one slot: that the slots below it are accepted
 * was said by earlier replies, and a slot that is followed must not light up in every later one. A `Prepare` concerns
 * all slots from `slot` on and carries none.
 */
function throughSlotOf(message: Message, slot: number): number {
  switch (message.kind) {
    case 'accept':
      return Math.max(slot, message.fromSlot + message.entries.length - 1);
    case 'prepareReply':
    case 'chosen':
      return message.entries.at(-1)?.slot ?? slot;
    default:
      return slot;
  }
}

function slotOfHostMessage(message: HostMessage): number {
  return 'slot' in message ? message.slot : 'applied' in message ? message.applied : 0;
}
