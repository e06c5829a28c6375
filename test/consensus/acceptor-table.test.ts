/**
 * Guards the acceptor: every role x ballot relation x slot case of `accept` and `prepare`, enumerated, against a
 * statement of the rules that shares no code with it. In particular: never below the promise, in order and without
 * gaps, an acknowledgement covers nothing of an older ballot, an overwrite deletes nothing, and every answer that
 * depends on a write waits for it.
 */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/agent/consensus/io.ts';
import type { Message } from '../../src/agent/consensus/messages.ts';
import type { Ballot, Entry, JournalEntry, ParticipantRole, Role, Slot } from '../../src/agent/consensus/types.ts';
import { Bench, ballot, command, sends, sent } from './replica-fixture.ts';

const VOTERS: Record<string, ParticipantRole> = { A: 'voter', B: 'voter', C: 'voter' };

const item = (slot: Slot, of: string, origin = of): JournalEntry => {
  return { slot, ballot: ballot(of), entry: command(`s${slot} ${of}`, ballot(origin)) };
};

/** Slots 1..3 are chosen, 4 and 5 were accepted in 2.B, 6 in 3.C; promised is 4.C. */
const ENTRIES = [item(2, '2.B'), item(3, '2.B'), item(4, '2.B'), item(5, '2.B'), item(6, '3.C')];
const CHOSEN_THROUGH = 3;

const ROLES: readonly Role[] = ['learner', 'follower', 'campaigning', 'leader'];

/** A bench in a role, and the state of its acceptor as the oracle sees it. */
function bench(role: Role, floor: Slot): { bench: Bench; state: State } {
  const roles = role === 'learner' ? { ...VOTERS, A: 'learner' as const, D: 'voter' as const } : VOTERS;
  const made = new Bench({ roles, promised: ballot('4.C'), entries: ENTRIES, chosenThrough: CHOSEN_THROUGH, floor });
  if (role === 'campaigning' || role === 'leader') {
    made.tick(1_000);
    const [question] = sent(made.tick(1_000), 'preVote');
    const asked = question?.ballot ?? ballot('5.A');
    made.receive('B', {
      kind: 'preVoteReply',
      ballot: asked,
      granted: true,
      promised: ballot('4.C'),
      floor: 1,
      chosenThrough: CHOSEN_THROUGH,
    });
    made.settle();
  }
  if (role === 'leader') {
    made.receive('B', {
      kind: 'prepareReply',
      ballot: made.replica.ballot,
      granted: true,
      promised: made.replica.ballot,
      fromSlot: CHOSEN_THROUGH + 1,
      entries: [],
      complete: true,
      chosenThrough: CHOSEN_THROUGH,
      floor: 1,
    });
    made.settle();
  }
  expect(made.replica.role).toBe(role);
  return {
    bench: made,
    state: { promised: made.replica.ballot, chosenThrough: CHOSEN_THROUGH, journal: new Map(made.journal), floor },
  };
}

interface State {
  promised: Ballot;
  chosenThrough: Slot;
  floor: Slot;
  readonly journal: Map<Slot, JournalEntry>;
}

const isBelow = (one: Ballot, other: Ballot): boolean =>
  one.round < other.round || (one.round === other.round && one.agentId < other.agentId);

const text = ({ round, agentId }: Ballot): string => `${round}.${agentId}`;

function received({ journal, chosenThrough }: State, of: Ballot): Slot {
  let through = chosenThrough;
  for (let next = journal.get(through + 1); next && text(next.ballot) === text(of); next = journal.get(through + 1))
    through += 1;
  return through;
}

/** The rules of accepting, once more and by themselves. */
function acceptByTheBook(state: State, of: Ballot, fromSlot: Slot, entries: readonly Entry[]) {
  if (isBelow(of, state.promised)) return { accepted: false, through: 0, needFrom: 0 };
  state.promised = of;
  const before = received(state, of);
  if (fromSlot > before + 1) return { accepted: true, through: before, needFrom: before + 1 };
  entries.forEach((entry, index) => {
    const slot = fromSlot + index;
    if (slot > before) state.journal.set(slot, { slot, ballot: of, entry });
  });
  return { accepted: true, through: received(state, of), needFrom: 0 };
}

const BALLOTS = {
  'far below': () => ballot('1.B'),
  'just below': (promised: Ballot) => ({ round: promised.round, agentId: 'A' }),
  equal: (promised: Ballot) => promised,
  'just above': (promised: Ballot) => ({ round: promised.round, agentId: 'Z' }),
  'far above': () => ballot('9.B'),
} as const;

/** First slot and number of entries: before, at, across and beyond what is there. */
const SLOTS: readonly (readonly [string, Slot, number])[] = [
  ['nothing at the next slot', 4, 0],
  ['nothing far beyond', 20, 0],
  ['only what is chosen', 2, 2],
  ['across the chosen prefix', 3, 2],
  ['the first unchosen slot', 4, 1],
  ['two that were accepted before', 4, 2],
  ['all that were accepted before', 4, 3],
  ['more than was accepted before', 4, 5],
  ['one in the middle', 5, 1],
  ['the last one', 6, 1],
  ['right behind the end', 7, 1],
  ['behind a gap', 9, 2],
];

function tokenOf(outputs: readonly Output[], kind: string): number | undefined {
  return sends(outputs).find(({ envelope }) => envelope.message.kind === kind)?.after;
}

type Reply = Extract<Message, { kind: 'prepareReply' }>;

/** A whole report, chunk by chunk, as a campaigner asks for it. */
function report(made: Bench, of: Ballot, fromSlot: Slot): { outputs: Output[]; first: Reply; entries: JournalEntry[] } {
  const outputs = made.receive('C', { kind: 'prepare', ballot: of, fromSlot });
  let [reply] = sent(outputs, 'prepareReply') as [Reply];
  const first = reply;
  const entries = [...reply.entries];
  while (reply.granted && !reply.complete && reply.entries.length > 0) {
    [reply] = sent(
      made.receive('C', { kind: 'prepare', ballot: of, fromSlot: fromSlot + entries.length }),
      'prepareReply',
    ) as [Reply];
    entries.push(...reply.entries);
  }
  return { outputs, first: { ...first, complete: reply.complete }, entries };
}

/** What the journal holds now. */
function contents(made: Bench, state: State): string[] {
  const { entries } = report(made, ballot('99.C'), state.floor);
  return entries.map((stored) => `${stored.slot} ${text(stored.ballot)} ${stored.entry.requestId}`);
}

function expected(state: State): string[] {
  return [...state.journal.values()]
    .filter(({ slot }) => slot >= state.floor)
    .sort((one, other) => one.slot - other.slot)
    .map((stored) => `${stored.slot} ${text(stored.ballot)} ${stored.entry.requestId}`);
}

const CASES = ROLES.flatMap((role) =>
  Object.keys(BALLOTS).map((relation) => ({ role, relation: relation as keyof typeof BALLOTS })),
)
  // Nobody else acts in the ballot of a campaigner or leader.
  .filter(({ role, relation }) => relation !== 'equal' || role === 'learner' || role === 'follower')
  .filter(({ role, relation }) => relation !== 'just below' || role === 'learner' || role === 'follower');

describe.each(CASES)('a $role and a ballot $relation', ({ role, relation }) => {
  it.each(SLOTS)('accept: %s', (_name, fromSlot, count) => {
    const { bench: made, state } = bench(role, 1);
    const of = BALLOTS[relation](state.promised);
    const isRaised = isBelow(state.promised, of);
    const entries = Array.from({ length: count }, (_, index) => {
      const slot = fromSlot + index;
      return slot <= CHOSEN_THROUGH ? (state.journal.get(slot)?.entry as Entry) : command(`new ${slot}`, of);
    });
    const outputs = made.receive(of.agentId === 'C' ? 'C' : 'B', {
      kind: 'accept',
      ballot: of,
      fromSlot,
      entries,
      chosenThrough: 0,
    });
    const rule = acceptByTheBook(state, of, fromSlot, entries);
    const [reply] = sent(outputs, 'acceptReply');
    expect(reply).toMatchObject({ ballot: of, promised: state.promised, received: rule.through, ...rule });
    const writes = outputs.find((output) => output.kind === 'persist');
    if (isRaised) expect(writes?.writes.promised).toEqual(of);
    if (writes && rule.accepted) expect(tokenOf(outputs, 'acceptReply')).toBe(writes.token);
    if (!rule.accepted) expect(writes).toBeUndefined();
    expect(contents(made, state)).toEqual(expected(state));
  });

  it.each([
    ['below the floor', 3, 1],
    ['at the floor', 3, 3],
    ['the first unchosen slot', 1, 4],
    ['the middle', 1, 5],
    ['the last slot', 1, 6],
    ['right behind the end', 1, 7],
    ['far behind the end', 1, 12],
  ] as const)('prepare from %s', (_name, floor, fromSlot) => {
    const { bench: made, state } = bench(role, floor);
    const of = BALLOTS[relation](state.promised);
    const isGranted = !isBelow(of, state.promised);
    const isRaised = isBelow(state.promised, of);
    const { outputs, first: reply, entries } = report(made, of, fromSlot);
    const isBelowFloor = fromSlot < floor;
    const reported = [...state.journal.values()].filter(({ slot }) => slot >= fromSlot && isGranted && !isBelowFloor);
    expect(reply).toMatchObject({
      ballot: of,
      granted: isGranted,
      promised: isGranted ? of : state.promised,
      fromSlot,
      complete: isGranted && !isBelowFloor,
      chosenThrough: CHOSEN_THROUGH,
      floor,
    });
    expect(entries.map(({ slot }) => slot)).toEqual(reported.map(({ slot }) => slot).sort((a, b) => a - b));
    const writes = outputs.find((output) => output.kind === 'persist');
    if (isRaised) {
      expect(writes?.writes.promised).toEqual(of);
      expect(tokenOf(outputs, 'prepareReply')).toBe(writes?.token);
    } else {
      expect(writes).toBeUndefined();
    }
  });
});
