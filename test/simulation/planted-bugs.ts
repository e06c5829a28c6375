import { Acceptor } from '../../src/agent/consensus/acceptor.ts';
import { compareBallots, NO_BALLOT } from '../../src/agent/consensus/ballot.ts';
import { Campaign } from '../../src/agent/consensus/campaign.ts';
import type { Core } from '../../src/agent/consensus/core.ts';
import { Handover } from '../../src/agent/consensus/handover.ts';
import { Journal } from '../../src/agent/consensus/journal.ts';
import { Leader } from '../../src/agent/consensus/leader.ts';
import { Leadership } from '../../src/agent/consensus/leadership.ts';
import { Learner } from '../../src/agent/consensus/learner.ts';
import { Proposer } from '../../src/agent/consensus/proposer.ts';
import { QuorumReads } from '../../src/agent/consensus/quorum-read.ts';
import type { Replica } from '../../src/agent/consensus/replica.ts';
import type { Ballot, Entry, JournalEntry, Slot } from '../../src/agent/consensus/types.ts';
import { ReadRounds } from '../../src/agent/host/read-rounds.ts';
import { Reads } from '../../src/agent/host/reads.ts';
import { TimerBook } from '../../src/agent/host/timers.ts';
import { ReplyWindows } from '../../src/agent/machine/reply-window.ts';
import { LogImage } from '../../src/simulation/log-image.ts';
import { atStart, core, inHosts, inMethods, inOutputs, type PlantedBug, patch, patchGetter } from './patching.ts';

/** Eras as a replica keeps them that lets a void no-op move the era. */
const wrongEras = new WeakMap<Replica, Ballot>();

/** What campaigns were told, for those that judge it wrongly. */
const reported = new WeakMap<Campaign, JournalEntry[]>();
const answered = new WeakMap<Campaign, Set<string>>();

export const PLANTED_BUGS: readonly PlantedBug[] = [
  inOutputs('a vote leaves before the fsync', (_replica, output) => {
    const isVote = output.kind === 'send' && output.envelope.message.kind === 'acceptReply';
    return isVote ? { ...output, after: undefined } : output;
  }),
  inOutputs('a promise leaves before the fsync', (_replica, output) => {
    const isPromise = output.kind === 'send' && output.envelope.message.kind === 'prepareReply';
    return isPromise ? { ...output, after: undefined } : output;
  }),
  inOutputs('the own promise is not persisted before Prepare', (replica, output) => {
    if (output.kind !== 'persist' || output.writes.promised?.agentId !== replica.core.options.agentId) return output;
    return { ...output, writes: { ...output.writes, promised: undefined } };
  }),
  atStart('the promise is forgotten at a restart', (options) => {
    return { ...options, durable: { ...options.durable, promised: NO_BALLOT } };
  }),
  inMethods('a snapshot overwrites the promise', () => [
    patch(LogImage.prototype, 'install', (original) => {
      return function (this: LogImage, slot) {
        original.call(this, slot, NO_BALLOT);
        this.promised = NO_BALLOT;
      };
    }),
  ]),
  inOutputs('an acknowledgement covers entries of an older ballot', (replica, output) => {
    if (output.kind !== 'send' || output.envelope.message.kind !== 'acceptReply') return output;
    const { message } = output.envelope;
    if (!message.accepted) return output;
    return { ...output, envelope: { ...output.envelope, message: { ...message, through: replica.journalEnd } } };
  }),
  inMethods('the own vote counts before it is durable', () => [
    patch(Acceptor.prototype, 'refresh', (original) => {
      return function (this: Acceptor) {
        original.call(this);
        this.durableThrough = this.received;
      };
    }),
  ]),
  inMethods('entries of a lower ballot than the promise are accepted', () => [
    patch(Acceptor.prototype, 'onAccept', (original) => {
      return function (this: Acceptor, from, message) {
        const { promised } = this;
        const isLower = compareBallots(message.ballot, promised) < 0;
        if (isLower) this.promised = message.ballot;
        original.call(this, from, message);
        if (isLower) this.promised = promised;
      };
    }),
  ]),
  inMethods('overwriting a slot deletes the later ones', () => [
    patch(Journal.prototype, 'put', (original) => {
      return function (this: Journal, item: JournalEntry) {
        const parts = core() as { journal: Journal } | undefined;
        if (parts === undefined || parts.journal !== this || item.slot > this.end) {
          original.call(this, item);
          return;
        }
        const kept = this.slice(this.floor, item.slot - 1, Number.POSITIVE_INFINITY);
        const read = (from: Slot, through: Slot) => kept.filter(({ slot }) => slot >= from && slot <= through);
        parts.journal = new Journal({ read }, this.floor, Math.max(this.floor, item.slot) - 1, this.floor);
        original.call(parts.journal, item);
      };
    }),
  ]),
  inMethods(
    'a compacted slot is filled with a no-op',
    () => [
      patch(Campaign.prototype, 'take', (original) => {
        return function (this: Campaign, from, reply) {
          const floor = Math.min(reply.floor, reply.fromSlot);
          reported.set(this, [...(reported.get(this) ?? []), ...reply.entries]);
          return original.call(this, from, { ...reply, floor, complete: reply.granted });
        };
      }),
      patch(Campaign.prototype, 'recovered', () => {
        return function (this: Campaign) {
          return fillWithNoops(this);
        };
      }),
      patch(Acceptor.prototype, 'acceptedFrom', () => {
        return function (this: Acceptor, fromSlot) {
          const { journal } = core() as Core;
          return journal.slice(Math.max(fromSlot, journal.floor), journal.end, Number.POSITIVE_INFINITY);
        };
      }),
    ],
    {
      outputs: (_replica, all) =>
        all
          .filter((output) => output.kind !== 'send' || output.envelope.message.kind !== 'snapshotOffer')
          .map((output) => {
            if (output.kind !== 'send' || output.envelope.message.kind !== 'preVoteReply') return output;
            return {
              ...output,
              envelope: { ...output.envelope, message: { ...output.envelope.message, granted: true } },
            };
          }),
    },
  ),
  inMethods('phase 1 takes the entries of one report instead of the highest ballot', () => [
    patch(Campaign.prototype, 'recovered', () => {
      return function (this: Campaign) {
        const { journal, learner } = core() as Core;
        const first = learner.chosenThrough + 1;
        return journal.slice(first, journal.end, Number.POSITIVE_INFINITY).map(({ entry }) => entry);
      };
    }),
  ]),
  inMethods('recovered entries get a fresh stamp', () => [
    patch(Campaign.prototype, 'recovered', (original) => {
      return function (this: Campaign): Entry[] {
        return original.call(this).map((entry) => ({ ...entry, stampMs: entry.stampMs + 1, origin: this.ballot }));
      };
    }),
  ]),
  inMethods('votes of learners count', () => [
    patch(Leader.prototype, 'choose', () => {
      return function (this: Leader) {
        const { learner, acceptor } = core() as Core;
        const others = [...this.replication.progress.values()].map(({ through }) => through);
        const through = [acceptor.durableThrough, ...others].sort((one, other) => other - one);
        const chosen = Math.min(through[Math.floor(this.voters.length / 2)] ?? 0, this.proposer.proposedThrough);
        if (chosen > learner.chosenThrough) learner.advance(chosen);
      };
    }),
  ]),
  inMethods('a campaign is won with one voter too few', () => [
    patch(Campaign.prototype, 'take', (original) => {
      return function (this: Campaign, from, reply) {
        if (reply.complete) answered.set(this, (answered.get(this) ?? new Set()).add(from));
        return original.call(this, from, reply);
      };
    }),
    patchGetter(Campaign.prototype, 'isWon', function (this: Campaign) {
      const others = answered.get(this)?.size ?? 0;
      return others + 1 >= Math.floor(this.voters.length / 2) && core()?.acceptor.isPromiseDurable === true;
    }),
  ]),
  inMethods('leadership survives a change of the voters', () => [
    patch(Leadership.prototype, 'configurationChanged', () => {
      return function (this: Leadership) {
        this.leading?.replication.participantsChanged();
      };
    }),
  ]),
  inMethods('entries are proposed beyond a configuration that is not chosen', () => [
    patchGetter(Proposer.prototype, 'isBlocked', () => false),
  ]),
  inMethods('a prefix told in one ballot is taken for entries of another', () => [
    patch(Learner.prototype, 'learnPrefix', () => {
      return function (this: Learner, through: Slot) {
        this.advance(Math.min(through, core()?.journal.end ?? 0));
      };
    }),
  ]),
  inOutputs('a void no-op moves the era', (replica, output) => {
    if (output.kind !== 'deliver') return output;
    const entries = output.entries.map((delivered) => {
      if (delivered.entry.kind === 'noop') wrongEras.set(replica, delivered.entry.origin);
      return { ...delivered, era: wrongEras.get(replica) ?? delivered.era };
    });
    return { ...output, entries };
  }),
  inMethods('a change counts as durable when it is only known', () => [
    patch(Learner.prototype, 'record', (original) => {
      return function (this: Learner) {
        original.call(this);
        this.durableChosen = this.chosenThrough;
      };
    }),
  ]),
  inMethods('a read is answered without a round of its own', () => [
    patch(QuorumReads.prototype, 'request', () => {
      return function (this: QuorumReads, readId: string) {
        const parts = core();
        parts?.outbox.emit({ kind: 'readReady', readId, slot: parts.learner.chosenThrough });
      };
    }),
  ]),
  inMethods('a new leader reads before its no-op is chosen', () => [
    patch(QuorumReads.prototype, 'request', (original) => {
      return function (this: QuorumReads, readId) {
        this.ready();
        original.call(this, readId);
      };
    }),
  ]),
  inMethods(
    'a leader without a majority stays',
    () => [
      patch(Leader.prototype, 'tick', (original) => {
        return function (this: Leader) {
          const { nowMs } = core() as Core;
          for (const progress of this.replication.progress.values()) progress.lastHeardMs = nowMs;
          return original.call(this);
        };
      }),
    ],
    { partialPartition: 'quorum loss' },
  ),
  inMethods('nobody hands a change over', () => [
    patch(Handover.prototype, 'tick', () => () => {}),
    patchGetter(Handover.prototype, 'nextMs', () => Number.POSITIVE_INFINITY),
    patch(Leader.prototype, 'farewell', () => () => {}),
  ]),
  inMethods(
    'whoever hears a leader grants a pre-vote all the same',
    () => [patch(Leadership.prototype, 'hasHeardLeaderWithin', () => () => false)],
    { partialPartition: 'chained' },
  ),
  inHosts('a repeated request is executed again', () => [patch(ReplyWindows.prototype, 'read', () => () => undefined)]),
  inHosts('a majority read is answered from whatever was applied here', () => [
    patch(Reads.prototype, 'barrier', (original) => {
      return function (this: Reads, options, then) {
        return original.call(this, { ...options, quorum: 'local' }, then);
      };
    }),
  ]),
  inHosts('reads and renewals are confirmed without a round', () => [
    patch(ReadRounds.prototype, 'ask', () => (then) => then(0)),
  ]),
  inHosts('an acknowledged renewal does not move the deadline', () => [
    patch(TimerBook.prototype, 'restart', () => () => {}),
  ]),
];

/** Highest ballot per slot of what was reported and the own journal; whatever is missing becomes a no-op. */
function fillWithNoops(campaign: Campaign): Entry[] {
  const { journal, learner } = core() as Core;
  const first = learner.chosenThrough + 1;
  const own = journal.slice(first, journal.end, Number.POSITIVE_INFINITY);
  const best = new Map<Slot, JournalEntry>();
  for (const item of [...(reported.get(campaign) ?? []), ...own]) {
    const known = best.get(item.slot);
    if (known === undefined || compareBallots(item.ballot, known.ballot) > 0) best.set(item.slot, item);
  }
  const entries: Entry[] = [];
  for (let slot = first; slot <= Math.max(first - 1, ...best.keys()); slot += 1) {
    const filler: Entry = {
      kind: 'noop',
      origin: campaign.ballot,
      stampMs: 0,
      requestId: 'filler',
      payload: new Uint8Array(0),
    };
    entries.push(best.get(slot)?.entry ?? filler);
  }
  return entries;
}
