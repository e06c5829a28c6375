import { ForwardFate as WireFate } from '../../gen/synod/v1/peer.ts';
import { fromWireRequest, toWireRequest } from '../host/codec.ts';
import type { HostMessage, ParticipantChange } from '../host/messages.ts';
import type { WireValue } from './codec-consensus.ts';
import { MalformedMessage } from './malformed.ts';

export type HostMessageKind = HostMessage['kind'];
type Kind<K extends HostMessageKind> = Extract<HostMessage, { kind: K }>;
type Reader<K extends HostMessageKind> = (value: WireValue<K>) => Kind<K>;
type Writer<K extends HostMessageKind> = (message: Kind<K>) => WireValue<K>;

type Fate = Kind<'forwardReply'>['fate'];

const FATE_TO_WIRE: { readonly [F in Fate]: WireFate } = {
  proposed: WireFate.PROPOSED,
  notLeader: WireFate.NOT_LEADER,
  busy: WireFate.BUSY,
};

const FATE_FROM_WIRE = new Map<WireFate, Fate>(
  (Object.keys(FATE_TO_WIRE) as Fate[]).map((fate) => [FATE_TO_WIRE[fate], fate]),
);

const same = <T>(message: T): T => message;

export const HOST_WRITERS: { readonly [K in HostMessageKind]: Writer<K> } = {
  forward: ({ callId, requests }) => ({ callId, requests: requests.map(toWireRequest) }),
  forwardReply: ({ callId, fate, leader }) => ({ callId, fate: FATE_TO_WIRE[fate], leader: leader ?? '' }),
  readIndex: same,
  readIndexReply: same,
  renew: ({ callId, items }) => ({
    callId,
    items: items.map(({ timerId, ageMs }) => ({ timerId, ageMs: ageDown(ageMs) })),
  }),
  renewReply: ({ callId, ok, outcomes }) => ({ callId, ok, outcomes: [...outcomes] }),
  awaitApplied: same,
  awaitAppliedReply: same,
  livenessReport: ({ heard, uptimeMs, version, applied }) => ({
    heard: heard.map(({ agentId, silentMs }) => ({ agentId, silentMs: whole(silentMs) })),
    uptimeMs: whole(uptimeMs),
    version,
    applied,
  }),
  cellReport: ({ participants }) => ({
    participants: participants.map((report) => ({
      ...report,
      lastHeardMs: whole(report.lastHeardMs),
      uptimeMs: whole(report.uptimeMs),
    })),
  }),
  changeParticipants: ({ callId, changes, expectedEpoch, transferTo }) => ({
    callId,
    changes: [...changes],
    expectedEpoch,
    transferTo,
  }),
  changeParticipantsReply: same,
};

export const HOST_READERS: { readonly [K in HostMessageKind]: Reader<K> } = {
  forward: ({ callId, requests }) => ({ kind: 'forward', callId, requests: requests.map(readRequest) }),
  forwardReply: ({ callId, fate, leader }) => {
    const known = FATE_FROM_WIRE.get(fate);
    if (known === undefined) throw new MalformedMessage(`forwardReply.fate ${fate} is unknown`);
    return { kind: 'forwardReply', callId, fate: known, leader: leader === '' ? undefined : leader };
  },
  readIndex: ({ callId }) => ({ kind: 'readIndex', callId }),
  readIndexReply: ({ callId, ok, slot }) => ({ kind: 'readIndexReply', callId, ok, slot }),
  renew: ({ callId, items }) => ({ kind: 'renew', callId, items }),
  renewReply: ({ callId, ok, outcomes }) => ({ kind: 'renewReply', callId, ok, outcomes }),
  awaitApplied: ({ callId, slot }) => ({ kind: 'awaitApplied', callId, slot }),
  awaitAppliedReply: ({ callId, applied }) => ({ kind: 'awaitAppliedReply', callId, applied }),
  livenessReport: ({ heard, uptimeMs, version, applied }) => ({
    kind: 'livenessReport',
    heard,
    uptimeMs,
    version,
    applied,
  }),
  cellReport: ({ participants }) => ({ kind: 'cellReport', participants }),
  changeParticipants: ({ callId, changes, expectedEpoch, transferTo }) => ({
    kind: 'changeParticipants',
    callId,
    changes: changes.map(readChange),
    expectedEpoch,
    transferTo,
  }),
  changeParticipantsReply: ({ callId, ok, reason, message, epoch, slot }) => ({
    kind: 'changeParticipantsReply',
    callId,
    ok,
    reason,
    message,
    epoch,
    slot,
  }),
};

function readRequest(value: WireValue<'forward'>['requests'][number]): Kind<'forward'>['requests'][number] {
  try {
    return fromWireRequest(value);
  } catch (error) {
    throw new MalformedMessage(`forward.requests: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readChange({ agentId, role }: { agentId: string; role: string }): ParticipantChange {
  if (role !== 'voter' && role !== 'learner' && role !== 'removed') {
    throw new MalformedMessage(`changeParticipants.changes: role "${role}" is unknown`);
  }
  return { agentId, role };
}

/** The wire carries whole milliseconds. */
function whole(ms: number): number {
  return Math.max(0, Math.round(ms));
}

/** An age rounds down: a renewal taken for older than it is would make a lease end before its time. */
function ageDown(ageMs: number): number {
  return Math.max(0, Math.floor(ageMs));
}
