import type { PeerMessage as WireMessage } from '../../gen/synod/v1/peer.ts';
import type { Message } from '../consensus/messages.ts';
import type { HostMessage } from '../host/messages.ts';
import type { PeerMessage } from '../host/ports.ts';
import type { WireBody } from './codec-consensus.ts';
import { CONSENSUS_READERS, CONSENSUS_WRITERS } from './codec-consensus.ts';
import { HOST_READERS, HOST_WRITERS } from './codec-host.ts';
import { MalformedMessage } from './malformed.ts';

/**
 * Names on the wire are the kinds, so one table per layer says everything. The tables are typed per kind; the casts
 * below only bridge what TypeScript cannot see: that a kind picks its own row.
 */
type AnyWriter = (message: Message | HostMessage) => WireBody['value'];
type AnyReader<T> = (value: WireBody['value']) => T;

const WRITERS = { ...CONSENSUS_WRITERS, ...HOST_WRITERS } as unknown as Readonly<Record<string, AnyWriter>>;
const READ_CONSENSUS = new Map(Object.entries(CONSENSUS_READERS)) as unknown as Map<string, AnyReader<Message>>;
const READ_HOST = new Map(Object.entries(HOST_READERS)) as unknown as Map<string, AnyReader<HostMessage>>;

export function bodyToWire(message: Message | HostMessage): WireBody {
  return { $case: message.kind, value: WRITERS[message.kind]!(message) } as WireBody;
}

/** @throws MalformedMessage naming the field that cannot be */
export function messageFromWire(wire: WireMessage): PeerMessage {
  const { group, cellId, from, to, epoch, body } = wire;
  if (body === undefined) throw new MalformedMessage('it has no body of a known kind');
  const readConsensus = READ_CONSENSUS.get(body.$case);
  if (readConsensus !== undefined) {
    return { kind: 'consensus', envelope: { group, cellId, from, to, epoch, message: readConsensus(body.value) } };
  }
  const readHost = READ_HOST.get(body.$case);
  if (readHost === undefined) throw new MalformedMessage(`kind ${body.$case} is unknown`);
  return { kind: 'host', group, cellId, from, to, epoch, message: readHost(body.value) };
}

export interface Addressing {
  readonly group: number;
  readonly cellId: string;
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
}

/** Who talks to whom, and what is said, whichever layer says it. */
export function partsOf(message: PeerMessage): { addressing: Addressing; message: Message | HostMessage } {
  return message.kind === 'consensus'
    ? { addressing: message.envelope, message: message.envelope.message }
    : { addressing: message, message: message.message };
}
