import type { Message } from '../../src/agent/consensus/messages.ts';
import type { HostMessage } from '../../src/agent/host/messages.ts';
import type { PeerMessage } from '../../src/agent/host/ports.ts';
import { fc } from '../support/property.ts';

/** Arbitrary messages of every kind, as the layers above hand them to the peers. */

const slot = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const id = fc.oneof(fc.uuid(), fc.constant(''));
const ballot = fc.record({ round: slot, agentId: id });
const bytes = fc.uint8Array({ maxLength: 64 });
const entry = fc.record({
  kind: fc.constantFrom('command' as const, 'configuration' as const, 'noop' as const),
  origin: ballot,
  stampMs: slot,
  requestId: fc.string(),
  payload: bytes,
});
const journalEntry = fc.record({ slot: fc.integer({ min: 1, max: 2 ** 40 }), ballot, entry });
const entries = fc.array(entry, { maxLength: 4 });
const journalEntries = fc.array(journalEntry, { maxLength: 4 });
const priority = fc.integer({ min: -10, max: 10 });
const granted = fc.boolean();

const record = <K extends Message['kind']>(
  kind: K,
  fields: { [F in keyof Omit<Extract<Message, { kind: K }>, 'kind'>]: fc.Arbitrary<unknown> },
): fc.Arbitrary<Message> => fc.record({ kind: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<Message>;

export const anyConsensusMessage: fc.Arbitrary<Message> = fc.oneof(
  record('preVote', { ballot, chosenThrough: slot }),
  record('preVoteReply', { ballot, granted, promised: ballot, floor: slot, chosenThrough: slot }),
  record('prepare', { ballot, fromSlot: slot }),
  record('prepareReply', {
    ballot,
    granted,
    promised: ballot,
    fromSlot: slot,
    entries: journalEntries,
    complete: granted,
    chosenThrough: slot,
    floor: slot,
  }),
  record('accept', { ballot, fromSlot: slot, entries, chosenThrough: slot }),
  record('acceptReply', {
    ballot,
    accepted: granted,
    promised: ballot,
    through: slot,
    received: slot,
    needFrom: slot,
    chosenThrough: slot,
  }),
  record('heartbeat', { ballot, round: slot, chosenThrough: slot }),
  record('heartbeatReply', {
    ballot,
    accepted: granted,
    promised: ballot,
    round: slot,
    through: slot,
    received: slot,
    chosenThrough: slot,
    applied: slot,
    priority,
  }),
  record('chosen', { ballot, entries: journalEntries, chosenThrough: slot, floor: slot }),
  record('chosenReply', { chosenThrough: slot, needFrom: slot }),
  record('campaignNow', { ballot }),
  record('snapshotOffer', { floor: slot, chosenThrough: slot }),
  record('removedNotice', { epoch: slot }),
);

const callId = fc.string();
const put = fc.record({
  kind: fc.constant('put' as const),
  key: fc.uint8Array({ maxLength: 8 }).map((key) => Buffer.from(key).toString('latin1')),
  value: bytes,
  leaseId: id,
  returnPrevious: granted,
});
const request = fc.record({ sessionId: id, sequence: slot, ackedBelow: slot, digest: slot, command: put });
const change = fc.record({ agentId: id, role: fc.constantFrom('voter', 'learner', 'removed') });
const report = fc.record({
  agentId: id,
  suspect: granted,
  chosenThrough: slot,
  applied: slot,
  lastHeardMs: fc.nat(),
  uptimeMs: fc.nat(),
});

const hostRecord = <K extends HostMessage['kind']>(
  kind: K,
  fields: { [F in keyof Omit<Extract<HostMessage, { kind: K }>, 'kind'>]: fc.Arbitrary<unknown> },
): fc.Arbitrary<HostMessage> =>
  fc.record({ kind: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<HostMessage>;

export const anyHostMessage: fc.Arbitrary<HostMessage> = fc.oneof(
  hostRecord('forward', { callId, requests: fc.array(request, { maxLength: 3 }) }),
  hostRecord('forwardReply', {
    callId,
    fate: fc.constantFrom('proposed', 'notLeader', 'busy'),
    leader: fc.oneof(fc.uuid(), fc.constant(undefined)),
  }),
  hostRecord('readIndex', { callId }),
  hostRecord('readIndexReply', { callId, ok: granted, slot }),
  hostRecord('renew', { callId, items: fc.array(fc.record({ timerId: callId, ageMs: fc.nat() }), { maxLength: 3 }) }),
  hostRecord('renewReply', {
    callId,
    ok: granted,
    outcomes: fc.array(fc.record({ timerId: callId, renewed: granted, ttlMs: fc.nat() }), { maxLength: 3 }),
  }),
  hostRecord('awaitApplied', { callId, slot }),
  hostRecord('awaitAppliedReply', { callId, applied: slot }),
  hostRecord('livenessReport', {
    heard: fc.array(fc.record({ agentId: id, silentMs: fc.nat() }), { maxLength: 3 }),
    uptimeMs: fc.nat(),
    version: callId,
    applied: slot,
  }),
  hostRecord('cellReport', { participants: fc.array(report, { maxLength: 3 }) }),
  hostRecord('changeParticipants', {
    callId,
    changes: fc.array(change, { maxLength: 3 }),
    expectedEpoch: slot,
    transferTo: id,
  }),
  hostRecord('changeParticipantsReply', { callId, ok: granted, reason: callId, message: callId, epoch: slot, slot }),
);

const addressing = { group: fc.nat({ max: 9 }), cellId: id, from: id, to: id, epoch: slot };

export const anyPeerMessage: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc
    .record({ ...addressing, message: anyConsensusMessage })
    .map((envelope): PeerMessage => ({ kind: 'consensus', envelope })),
  fc.record({ ...addressing, message: anyHostMessage }).map((rest): PeerMessage => ({ kind: 'host', ...rest })),
);
