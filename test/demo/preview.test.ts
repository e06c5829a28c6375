/**
 * Guards what is said before a fault is done: how many voters a leader could reach then, by itself and in both directions, and
 * what follows for leader and writes, in one sentence.
 */
import { expect, test } from 'vitest';
import { type FaultFacts, previewFault } from '../../src/agent/api/operator/demo-preview.ts';
import { type DemoFault, faultMistake, type PlannedDemoFault } from '../../src/contract/index.ts';

const NAMES: Readonly<Record<string, string>> = { a: 'Ada', b: 'Bea', c: 'Cid', d: 'Dan', e: 'Eve' };

const facts = (
  down: string = '',
  faults: readonly DemoFault[] = [],
  voters = 'abc',
  leader: string | undefined = 'a',
): FaultFacts => ({
  voters: [...voters].map((agentId) => ({ agentId, isRunning: !down.includes(agentId) })),
  leader,
  faults,
  nameOf: (agentId) => NAMES[agentId] ?? agentId,
});

const planned = (kind: PlannedDemoFault['kind'], agents: string, more: Partial<PlannedDemoFault> = {}) => ({
  kind,
  agents: [...agents],
  links: [] as [string, string][],
  direction: 'both' as const,
  delayMs: 0,
  jitterMs: 0,
  share: 1,
  healsAfterMs: 1_000,
  ...more,
});

const standing = (kind: DemoFault['kind'], agents: string, more: Partial<DemoFault> = {}): DemoFault => ({
  ...planned(kind, agents),
  id: `${kind} ${agents}`,
  beganMs: 0,
  healsAtMs: 1_000,
  ...more,
});

const numbers = ({ reachableNow, reachableThen, losesMajority, affectsLeader }: ReturnType<typeof previewFault>) => [
  reachableNow,
  reachableThen,
  losesMajority,
  affectsLeader,
];

test('a cut between followers changes nothing: nobody needs it', () => {
  const preview = previewFault(facts(), planned('cut', 'bc'));
  expect(preview).toEqual({
    voters: 3,
    majority: 2,
    reachableNow: 3,
    reachableThen: 3,
    losesMajority: false,
    keep: ['a', 'b', 'c'],
    lose: [],
    affectsLeader: false,
    says: 'Cutting Bea–Cid leaves 3 of 3 voters connected through the leader Ada.',
  });
});

test('a voter without its link to the leader falls behind, although others could reach it', () => {
  for (const direction of ['both', 'forth'] as const) {
    const preview = previewFault(facts(), planned('cut', 'ab', { direction }));
    expect(numbers(preview)).toEqual([3, 3, false, false]);
    expect(preview.says).toBe(
      `Cutting Ada${direction === 'both' ? '–' : '→'}Bea leaves 2 of 3 voters connected through the leader Ada: writes go on, and Bea will catch up once it heals.`,
    );
  }
});

test('a leader without a majority of its own gives way to one that has it', () => {
  const preview = previewFault(facts('', [standing('cut', 'ab')]), planned('cut', 'ac'));
  expect(numbers(preview)).toEqual([3, 2, false, true]);
  expect(preview.says).toBe(
    'Cutting Ada–Cid, with Ada–Bea cut already, takes the majority from the leader Ada and leaves 2 of 3 voters in touch: they elect another, and writes wait for that.',
  );
  const dead = previewFault(facts(), planned('kill', 'a'));
  expect(numbers(dead)).toEqual([3, 2, false, true]);
  expect(dead.says).toBe(
    'Killing the leader Ada leaves 2 of 3 voters in touch: they elect another leader, and writes wait for that.',
  );
});

/** All links between those two groups. */
const between = (some: string, others: string): { links: [string, string][] } => ({
  links: [...some].flatMap((one) => [...others].map((other): [string, string] => [one, other])),
});

test('a cell that is parted: who keeps a majority, who loses it, and whether writes go on', () => {
  const isolated = previewFault(facts(), planned('cut', '', between('a', 'bc')));
  expect(isolated).toMatchObject({ reachableThen: 2, losesMajority: false, affectsLeader: true });
  expect([isolated.keep, isolated.lose]).toEqual([['b', 'c'], ['a']]);
  expect(isolated.says).toBe(
    'Cutting Ada off from Bea and Cid takes the majority from the leader Ada and leaves 2 of 3 voters in touch: they elect another, and writes wait for that.',
  );
  const split = previewFault(facts('', [], 'abcde'), planned('cut', '', between('abc', 'de')));
  expect([split.keep, split.lose]).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  expect(split.says).toBe(
    'Cutting Dan and Eve off from Ada, Bea and Cid leaves 3 of 5 voters connected through the leader Ada: writes go on, and Dan and Eve will catch up once it heals.',
  );
  const even = previewFault(facts('e', [], 'abcde'), planned('cut', '', between('ab', 'cd')));
  expect(even).toMatchObject({ losesMajority: true, keep: [], lose: ['a', 'b', 'c', 'd'] });
  const chain = previewFault(
    facts(),
    planned('cut', '', {
      links: [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ],
    }),
  );
  expect(chain).toMatchObject({ losesMajority: true, reachableThen: 1 });
  expect(chain.says).toContain('Cutting Ada–Bea, Bea–Cid and Cid–Ada leaves 1 of 3');
  const late = previewFault(facts(), planned('delay', '', { ...between('a', 'bc'), delayMs: 80, direction: 'forth' }));
  expect(late.says).toContain('Delaying Ada → Bea, Cid by 80 ms');
  const paused = previewFault(facts('', [standing('cut', '', between('a', 'bc'))]), planned('pause', 'bc'));
  expect(paused.says).toContain('Pausing Bea and Cid');
  expect(paused).toMatchObject({ reachableThen: 1, losesMajority: true, lose: ['a'] });
});

test('one voter too many stops writes; one more after that changes nothing', () => {
  const preview = previewFault(facts('b'), planned('pause', 'a'));
  expect(numbers(preview)).toEqual([2, 1, true, true]);
  expect(preview.says).toBe(
    'Pausing the leader Ada, with Bea down already, leaves 1 of 3 voters in touch, and 2 are needed: the cell will not accept writes until it heals.',
  );
  const again = previewFault(facts('bc'), planned('cut', 'ab'));
  expect(numbers(again)).toEqual([1, 1, false, false]);
  expect(again.says).toContain('the cell accepts no writes as it is');
  expect(previewFault(facts('', [], 'a'), planned('kill', 'a')).says).toContain(
    '0 of 1 voter in touch, and 1 is needed',
  );
});

test('in a row all are connected, but nobody passes messages on: what counts is whom one reaches itself', () => {
  const pairs = [...'abcdefg'].flatMap((one, at, all) => all.slice(at + 2).map((other) => `${one}${other}`));
  const row = pairs.filter((pair) => pair !== 'dg').map((pair) => standing('cut', pair));
  const preview = previewFault(facts('', row, 'abcdefg', 'd'), planned('cut', 'dg'));
  expect(numbers(preview)).toEqual([4, 3, true, true]);
  expect(preview.says).toContain('leaves 3 of 7 voters in touch, and 4 are needed');
});

test('losing every message is a cut; losing some, lateness and copies are none', () => {
  expect(previewFault(facts('c'), planned('drop', 'ab')).losesMajority).toBe(true);
  const some = previewFault(facts('c'), planned('drop', 'ab', { share: 0.3 }));
  expect(some.losesMajority).toBe(false);
  expect(some.says).toBe(
    'Dropping 30 % on Ada–Bea, with Cid down already, leaves 2 of 3 voters connected through the leader Ada: writes go on. What is lost is sent again, so it takes longer, and missed heartbeats may cost Ada the leadership.',
  );
  expect(previewFault(facts(), planned('drop', 'bc', { share: 0.3 })).says).toContain('so it takes longer.');
  const late = previewFault(facts(), planned('delay', 'ab', { delayMs: 80, jitterMs: 20 }));
  expect(late.says).toContain('What passes there takes up to 100 ms longer.');
  expect(previewFault(facts(), planned('duplicate', 'ab')).says).toContain('A message that comes twice counts once.');
  const lessThan = previewFault(facts('c', [standing('drop', 'ab')]), planned('drop', 'ab', { share: 0.3 }));
  expect(numbers(lessThan)).toEqual([1, 2, false, false]);
});

test('a learner is not counted, and without a leader nothing is said of one', () => {
  const learner = previewFault(facts(), planned('kill', 'd'));
  expect(numbers(learner)).toEqual([3, 3, false, false]);
  expect(learner.says).toBe('Killing Dan leaves 3 of 3 voters connected through the leader Ada.');
  const none = { ...facts(), leader: undefined };
  expect(previewFault(none, planned('pause', 'b')).says).toBe(
    'Pausing Bea leaves 2 of 3 voters in touch: enough to elect a leader.',
  );
});

test('every mistake in a fault has a line of its own', () => {
  const agent = {
    index: 1,
    name: 'Ada',
    pid: 1,
    state: 'running' as const,
    isSelf: false,
    grpcAddress: '',
    httpAddress: '',
  };
  const known = ['a', 'b', ''].map((agentId) => ({ ...agent, agentId }));
  expect(faultMistake(planned('cut', 'ab'), known)).toBeUndefined();
  expect(faultMistake(planned('cut', 'abc'), known)).toContain('two agents');
  expect(faultMistake(planned('kill', 'c'), known)).toContain('"c"');
  expect(faultMistake(planned('kill', '', { agents: [''] }), known)).toContain('""');
});
