import type { MessageFilter, MessageView } from '../../../contract/index.ts';
import {
  MessageChannel,
  MessageDirection,
  type MessageFilter as WireFilter,
  type MessageRecord as WireRecord,
} from '../../../gen/synod/v1/observe.ts';
import { invalid } from '../errors.ts';

/** Between messages of a log as the operator API shows them and as agents tell each other. */

const TEXT_CHARACTERS_MAX = 200;
const NAMES_MAX = 100;

export function toWireFilter(filter: MessageFilter): WireFilter {
  const { channel, direction, peer = '', kinds = [], messageId = '', slot, statuses = [], durationMsMin = 0 } = filter;
  return {
    channel: channel === undefined ? MessageChannel.UNSPECIFIED : channelOf[channel],
    direction: direction === undefined ? MessageDirection.UNSPECIFIED : directionOf[direction],
    peer,
    kinds,
    messageId,
    slot,
    statuses,
    durationMsMin,
    includeHeartbeats: filter.includeHeartbeats,
    includeOwn: filter.includeOwn,
  };
}

/** @throws CellError */
export function fromWireFilter(wire: WireFilter | undefined): MessageFilter {
  if (wire === undefined) return { includeHeartbeats: false, includeOwn: false };
  const { peer, kinds, messageId, statuses, slot, durationMsMin, includeHeartbeats, includeOwn } = wire;
  for (const names of [kinds, statuses, [peer, messageId]]) {
    if (names.length > NAMES_MAX || names.some((name) => name.length > TEXT_CHARACTERS_MAX)) {
      throw invalid(
        `a filter names at most ${NAMES_MAX} kinds or statuses of at most ${TEXT_CHARACTERS_MAX} characters`,
      );
    }
  }
  if (!(durationMsMin >= 0)) throw invalid('duration_ms_min must not be negative');
  return {
    channel: channelFrom(wire.channel),
    direction: directionFrom(wire.direction),
    peer,
    kinds,
    messageId,
    slot,
    statuses,
    durationMsMin: durationMsMin || undefined,
    includeHeartbeats,
    includeOwn,
  };
}

export function toWireRecord(message: MessageView): WireRecord {
  const { channel, direction, ballot, ...rest } = message;
  return {
    ...rest,
    channel: channelOf[channel],
    direction: directionOf[direction],
    ballot: ballot ?? undefined,
  };
}

export function fromWireRecord({ channel, direction, ballot, ...rest }: WireRecord): MessageView {
  return {
    ...rest,
    channel: channel === MessageChannel.USER ? 'user' : 'peer',
    direction: direction === MessageDirection.SENT ? 'sent' : 'received',
    ballot: ballot ?? null,
  };
}

const channelOf = { peer: MessageChannel.PEER, user: MessageChannel.USER } as const;
const directionOf = { received: MessageDirection.RECEIVED, sent: MessageDirection.SENT } as const;

function channelFrom(channel: MessageChannel): MessageFilter['channel'] {
  switch (channel) {
    case MessageChannel.UNSPECIFIED:
      return undefined;
    case MessageChannel.PEER:
      return 'peer';
    case MessageChannel.USER:
      return 'user';
    default:
      throw invalid('the channel of a filter is peer, user or unspecified');
  }
}

function directionFrom(direction: MessageDirection): MessageFilter['direction'] {
  switch (direction) {
    case MessageDirection.UNSPECIFIED:
      return undefined;
    case MessageDirection.RECEIVED:
      return 'received';
    case MessageDirection.SENT:
      return 'sent';
    default:
      throw invalid('the direction of a filter is received, sent or unspecified');
  }
}
