import { performance } from 'node:perf_hooks';
import type { Message } from '../consensus/messages.ts';
import type { AgentId, Ballot } from '../consensus/types.ts';
import type { HostMessage } from '../host/messages.ts';
import type { PeerMessage } from '../host/ports.ts';
import type { MessageDirection, RpcLog } from './rpc-log.ts';

/** Messages and bytes of one kind that went one way. */
export interface KindCount {
  readonly kind: string;
  messages: number;
  bytes: number;
}

/** Records what agents say to each other. The peer layer calls it where it encodes and decodes. */
export class PeerMessageLog {
  readonly #rpcLog: RpcLog;
  readonly #sent = new Map<string, KindCount>();
  readonly #received = new Map<string, KindCount>();

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
    const body = message.kind === 'consensus' ? message.envelope.message : message.message;
    const { kind } = body;
    let count = counts.get(kind);
    if (count === undefined) {
      count = { kind, messages: 0, bytes: 0 };
      counts.set(kind, count);
    }
    count.messages += 1;
    count.bytes += bytes;
    this.#rpcLog.record({
      channel: 'peer',
      direction,
      peer,
      kind,
      messageId,
      ballot: message.kind === 'consensus' ? ballotOf(message.envelope.message) : undefined,
      slot: message.kind === 'consensus' ? slotOf(message.envelope.message) : slotOfHostMessage(message.message),
      bytes,
      atMs: performance.now(),
      durationMs: 0,
      status: '',
      own: false,
      payload: body,
      decode: undefined,
      reply: undefined,
      decodeReply: undefined,
    });
  }
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

function slotOfHostMessage(message: HostMessage): number {
  return 'slot' in message ? message.slot : 'applied' in message ? message.applied : 0;
}
