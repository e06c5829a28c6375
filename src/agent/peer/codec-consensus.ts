import type { Ballot as WireBallot, Entry as WireEntry } from '../../gen/synod/v1/journal.ts';
import { EntryKind as WireEntryKind } from '../../gen/synod/v1/journal.ts';
import type { JournalEntry as WireJournalEntry, PeerMessage as WireMessage } from '../../gen/synod/v1/peer.ts';
import type { Message, MessageKind } from '../consensus/messages.ts';
import type { Entry, EntryKind, JournalEntry } from '../consensus/types.ts';
import { MalformedMessage } from './malformed.ts';

export type WireBody = NonNullable<WireMessage['body']>;
export type WireValue<Case extends WireBody['$case']> = Extract<WireBody, { $case: Case }>['value'];

type Kind<K extends MessageKind> = Extract<Message, { kind: K }>;
type Reader<K extends MessageKind> = (value: WireValue<K>) => Kind<K>;
type Writer<K extends MessageKind> = (message: Kind<K>) => WireValue<K>;

/**
 * Kinds without entries have the same fields here and there, so the message itself is handed to the encoder, which
 * reads only the fields it knows.
 */
const same = <T>(message: T): T => message;

export const CONSENSUS_WRITERS: { readonly [K in MessageKind]: Writer<K> } = {
  preVote: same,
  preVoteReply: same,
  prepare: same,
  prepareReply: (message) => ({ ...message, entries: message.entries.map(journalEntryToWire) }),
  accept: ({ ballot, fromSlot, entries, chosenThrough }) => ({
    ballot,
    fromSlot,
    entries: entries.map(entryToWire),
    chosenThrough,
  }),
  acceptReply: same,
  heartbeat: same,
  heartbeatReply: same,
  chosen: (message) => ({ ...message, entries: message.entries.map(journalEntryToWire) }),
  chosenReply: same,
  campaignNow: same,
  snapshotOffer: same,
  removedNotice: same,
};

export const CONSENSUS_READERS: { readonly [K in MessageKind]: Reader<K> } = {
  preVote: ({ ballot, chosenThrough }) => ({
    kind: 'preVote',
    ballot: required(ballot, 'preVote.ballot'),
    chosenThrough,
  }),
  preVoteReply: ({ ballot, granted, promised, floor, chosenThrough }) => ({
    kind: 'preVoteReply',
    ballot: required(ballot, 'preVoteReply.ballot'),
    granted,
    promised: required(promised, 'preVoteReply.promised'),
    floor,
    chosenThrough,
  }),
  prepare: ({ ballot, fromSlot }) => ({ kind: 'prepare', ballot: required(ballot, 'prepare.ballot'), fromSlot }),
  prepareReply: ({ ballot, granted, promised, fromSlot, entries, complete, chosenThrough, floor }) => ({
    kind: 'prepareReply',
    ballot: required(ballot, 'prepareReply.ballot'),
    granted,
    promised: required(promised, 'prepareReply.promised'),
    fromSlot,
    entries: entries.map((entry) => journalEntryFromWire(entry, 'prepareReply')),
    complete,
    chosenThrough,
    floor,
  }),
  accept: ({ ballot, fromSlot, entries, chosenThrough }) => ({
    kind: 'accept',
    ballot: required(ballot, 'accept.ballot'),
    fromSlot,
    entries: entries.map((entry) => entryFromWire(entry, 'accept')),
    chosenThrough,
  }),
  acceptReply: ({ ballot, accepted, promised, through, received, needFrom, chosenThrough }) => ({
    kind: 'acceptReply',
    ballot: required(ballot, 'acceptReply.ballot'),
    accepted,
    promised: required(promised, 'acceptReply.promised'),
    through,
    received,
    needFrom,
    chosenThrough,
  }),
  heartbeat: ({ ballot, round, chosenThrough }) => ({
    kind: 'heartbeat',
    ballot: required(ballot, 'heartbeat.ballot'),
    round,
    chosenThrough,
  }),
  heartbeatReply: (value) => ({
    kind: 'heartbeatReply',
    ballot: required(value.ballot, 'heartbeatReply.ballot'),
    accepted: value.accepted,
    promised: required(value.promised, 'heartbeatReply.promised'),
    round: value.round,
    through: value.through,
    received: value.received,
    chosenThrough: value.chosenThrough,
    applied: value.applied,
    priority: value.priority,
  }),
  chosen: ({ ballot, entries, chosenThrough, floor }) => ({
    kind: 'chosen',
    ballot: required(ballot, 'chosen.ballot'),
    entries: entries.map((entry) => journalEntryFromWire(entry, 'chosen')),
    chosenThrough,
    floor,
  }),
  chosenReply: ({ chosenThrough, needFrom }) => ({ kind: 'chosenReply', chosenThrough, needFrom }),
  campaignNow: ({ ballot }) => ({ kind: 'campaignNow', ballot: required(ballot, 'campaignNow.ballot') }),
  snapshotOffer: ({ floor, chosenThrough }) => ({ kind: 'snapshotOffer', floor, chosenThrough }),
  removedNotice: ({ epoch }) => ({ kind: 'removedNotice', epoch }),
};

const ENTRY_KIND_TO_WIRE: { readonly [K in EntryKind]: WireEntryKind } = {
  command: WireEntryKind.COMMAND,
  configuration: WireEntryKind.CONFIGURATION,
  noop: WireEntryKind.NOOP,
};

const ENTRY_KIND_FROM_WIRE = new Map<WireEntryKind, EntryKind>(
  (Object.keys(ENTRY_KIND_TO_WIRE) as EntryKind[]).map((kind) => [ENTRY_KIND_TO_WIRE[kind], kind]),
);

function entryToWire({ kind, origin, stampMs, requestId, payload }: Entry): WireEntry {
  // The encoder only reads bytes, so the payload need not be copied into the Buffer that the generated type names.
  return { kind: ENTRY_KIND_TO_WIRE[kind], origin, stampMs, requestId, payload: payload as Buffer };
}

function entryFromWire({ kind, origin, stampMs, requestId, payload }: WireEntry, where: string): Entry {
  const known = ENTRY_KIND_FROM_WIRE.get(kind);
  if (known === undefined) throw new MalformedMessage(`${where} has an entry of unknown kind ${kind}`);
  return { kind: known, origin: required(origin, `${where}.entry.origin`), stampMs, requestId, payload };
}

function journalEntryToWire({ slot, ballot, entry }: JournalEntry): WireJournalEntry {
  return { slot, ballot, entry: entryToWire(entry) };
}

function journalEntryFromWire({ slot, ballot, entry }: WireJournalEntry, where: string): JournalEntry {
  if (slot < 1) throw new MalformedMessage(`${where} has an entry without a slot`);
  return {
    slot,
    ballot: required(ballot, `${where}.entries.ballot`),
    entry: entryFromWire(required(entry, `${where}.entries.entry`), where),
  };
}

function required<T extends WireBallot | WireEntry>(value: T | undefined, field: string): T {
  if (value === undefined) throw new MalformedMessage(`${field} is missing`);
  return value;
}
