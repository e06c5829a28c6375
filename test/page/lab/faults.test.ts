/**
 * Guards what the Lab asks for and tells: a draft becomes exactly the fault that was meant, or says which number is wrong, and
 * of two looks at the cell everything that happened in between is told once.
 */
import { expect, test } from 'vitest';
import type { DemoAgent, DemoFault, DemoState } from '../../../src/contract/index.ts';
import { FIRST_DRAFT, plan as planFor } from '../../../src/renderer/panels/lab/faults/fault-plan.ts';
import { doWords, effectWords, endedWords, faultWords } from '../../../src/renderer/panels/lab/faults/fault-words.ts';
import { type Glimpse, happeningsBetween } from '../../../src/renderer/panels/lab/faults/happenings.ts';
import {
  chosenKeys,
  linkKey,
  picked,
  severalOf,
  type Target,
  targetRefusal,
} from '../../../src/renderer/panels/lab/faults/targets.ts';
import { cellView } from '../participants/a-view.ts';

const LINK = { kind: 'link', from: 'a', to: 'b' } as const;
const EVERYONE = ['a', 'b', 'c'];
const plan = (target: Target, draft: typeof FIRST_DRAFT) => planFor(target, draft, EVERYONE);
const nameOf = (id: string): string => id.toUpperCase();

function agentOf(index: number, change: Partial<DemoAgent> = {}): DemoAgent {
  const agentId = 'abc'[index - 1]!;
  return {
    index,
    name: nameOf(agentId),
    agentId,
    pid: 10 + index,
    state: 'running',
    isSelf: false,
    grpcAddress: '',
    httpAddress: '',
    ...change,
  };
}

function fault(change: Partial<DemoFault> = {}): DemoFault {
  return {
    id: 'f1',
    kind: 'cut',
    agents: ['a', 'b'],
    links: [['a', 'b']],
    direction: 'both',
    delayMs: 0,
    jitterMs: 0,
    share: 1,
    beganMs: 0,
    healsAtMs: 15_000,
    ...change,
  };
}

test('a draft becomes the fault that was meant, the other direction by turning the ends round', () => {
  expect(plan(LINK, FIRST_DRAFT).input).toEqual({
    kind: 'cut',
    agents: ['a', 'b'],
    direction: 'both',
    healsAfterMs: 15_000,
  });
  expect(plan(LINK, { ...FIRST_DRAFT, direction: 'back', linkKind: 'delay', seconds: '0.5' }).input).toEqual({
    kind: 'delay',
    agents: ['b', 'a'],
    direction: 'forth',
    delayMs: 200,
    jitterMs: 50,
    healsAfterMs: 500,
  });
  expect(plan(LINK, { ...FIRST_DRAFT, linkKind: 'drop', sharePercent: '12.5' }).input).toMatchObject({ share: 0.125 });
  expect(plan({ kind: 'agent', agentId: 'c' }, { ...FIRST_DRAFT, agentDoing: 'kill' }).input).toEqual({
    kind: 'kill',
    agents: ['c'],
    healsAfterMs: 15_000,
  });
});

test('an isolated agent and a split cell become the cut of every link between the two sides, and of no other', () => {
  const input = (target: Target, change: Partial<typeof FIRST_DRAFT> = {}) =>
    plan(target, { ...FIRST_DRAFT, linkKind: 'drop', ...change }).input!;
  const isolated = input({ kind: 'agent', agentId: 'b' });
  expect(isolated).toEqual({
    kind: 'cut',
    links: [
      ['b', 'a'],
      ['b', 'c'],
    ],
    healsAfterMs: 15_000,
  });
  expect(doWords('isolate', isolated, nameOf)).toBe('Isolate B for 15 s');
  expect(faultWords(fault({ links: isolated.links! }), nameOf)).toBe('B | A, C: cut');
  const split = input({ kind: 'split', side: ['a', 'c'] }, { direction: 'back' });
  expect(split).toMatchObject({ kind: 'drop', direction: 'forth', share: 0.3 });
  expect(doWords('drop', split, nameOf)).toBe('Drop B → A, C for 15 s');
  const links: Target = {
    kind: 'links',
    links: [
      ['a', 'b'],
      ['b', 'c'],
    ],
  };
  expect(input(links, { direction: 'back' })).toMatchObject({ direction: 'both', links: links.links });
  expect(doWords('drop', input(links), nameOf)).toBe('Drop A – B, B – C for 15 s');
  expect(input({ kind: 'agents', agentIds: ['b', 'c'] })).toMatchObject({ kind: 'pause', agents: ['b', 'c'] });
});

test('several are gathered one by one, and given back the same way; anything else is chosen by itself', () => {
  const agent = (agentId: string): Target => ({ kind: 'agent', agentId });
  const two = picked(LINK, { kind: 'link', from: 'c', to: 'b' }, true);
  expect(chosenKeys(two)).toEqual(['a b', 'b c']);
  expect(chosenKeys(picked(two, { kind: 'link', from: 'b', to: 'a' }, false))).toEqual(['b c']);
  expect(picked(two, agent('a'), true)).toEqual(agent('a'));
  expect(picked(LINK, agent('a'), true)).toEqual(agent('a'));
  expect(chosenKeys(picked(agent('a'), agent('c'), true))).toEqual(['a', 'c']);
  const split = severalOf('split', agent('a'));
  expect(chosenKeys(picked(picked(split, agent('b'), false), agent('a'), false))).toEqual(['b']);
  const agents = [agentOf(1), agentOf(2, { isSelf: true })];
  const refusal = (target: Target): string => targetRefusal(target, agents, true);
  expect(refusal({ kind: 'split', side: ['a', 'b'] })).toBe('nobody is on the other side');
  expect(refusal({ kind: 'split', side: [] })).toContain('choose the agents of one side');
  expect(refusal({ kind: 'agents', agentIds: ['a', 'b'] })).toContain('this page lives in B');
});

test('a number out of range is named, and only where the fault has it', () => {
  const wrong = { ...FIRST_DRAFT, seconds: '0', delayMs: '', sharePercent: '101' };
  expect(plan(LINK, wrong)).toMatchObject({ input: undefined, problems: { seconds: 'From 0.5 to 600.' } });
  expect(Object.keys(plan(LINK, { ...wrong, linkKind: 'delay' }).problems)).toEqual(['seconds', 'delayMs']);
  expect(Object.keys(plan(LINK, { ...wrong, linkKind: 'drop', seconds: '1' }).problems)).toEqual(['sharePercent']);
});

test('the agent of this page, and one that does not run, cannot be paused or killed', () => {
  const agents = [agentOf(1, { isSelf: true }), agentOf(2, { state: 'paused' }), agentOf(3)];
  const refusal = (agentId: string): string => targetRefusal({ kind: 'agent', agentId }, agents, false);
  expect([refusal('a'), refusal('b'), refusal('c')]).toEqual([
    'this page lives in A; do it from the dashboard of another agent',
    'the process of B is paused already',
    '',
  ]);
  expect(targetRefusal({ kind: 'agent', agentId: 'a' }, agents, true)).toBe('');
});

test('a fault is told in words, with the direction when it has one', () => {
  expect(faultWords(fault(), nameOf)).toBe('A – B: cut');
  expect(faultWords(fault({ direction: 'forth', kind: 'drop', share: 0.3 }), nameOf)).toBe('A → B: loses 30 %');
  expect(effectWords(fault({ kind: 'delay', delayMs: 200, jitterMs: 50 }))).toBe('late by 200–250 ms');
  expect(linkKey('b', 'a')).toBe(linkKey('a', 'b'));
});

test('faults, processes, leaders and health: each change is told once, and nothing else', () => {
  const demo = (faults: readonly DemoFault[], agents: readonly DemoAgent[] = [agentOf(1), agentOf(2)]): DemoState => ({
    isDemo: true,
    agents: [...agents],
    faults: [...faults],
  });
  const view = cellView([]);
  const told = (before: Glimpse, after: Glimpse): string[] => happeningsBetween(before, after).map(({ text }) => text);
  const calm = { view, demo: demo([]) };
  expect(told(calm, calm)).toEqual([]);
  expect(told({ view, demo: undefined }, calm)).toEqual([]);
  expect(told(calm, { view, demo: demo([fault()]) })).toEqual(['Fault: A – B: cut']);
  expect(told({ view, demo: demo([fault()]) }, calm)).toEqual(['Healed: A – B: cut']);
  expect(
    told({ view, demo: demo([fault()]) }, { view, demo: demo([fault({ id: 'f2', links: [['b', 'a']] })]) }),
  ).toEqual(['Fault: B – A: cut']);
  const paused = { view, demo: demo([], [agentOf(1), agentOf(2, { state: 'paused' })]) };
  expect([told(calm, paused), told(paused, calm)]).toEqual([['B stands still'], ['B runs on']]);

  const led = { ...view, status: { ...view.status, name: 'A', leaderId: 'b', ballot: { round: 4, agentId: 'b' } } };
  const leaderless = { ...led, status: { ...led.status, leaderId: '', ballot: { round: 5, agentId: 'a' } } };
  const readOnly = {
    ...leaderless,
    health: { ...leaderless.health, level: 'read_only' as const, sentence: 'Read-only: no majority.' },
  };
  const look = (one: typeof view): Glimpse => ({ view: one, demo: demo([], [agentOf(1), agentOf(2)]) });
  expect(told(look(led), look(leaderless))).toEqual(['A knows no leader any more']);
  expect(told(look(leaderless), look(readOnly))).toEqual(['Read-only: no majority.']);
  expect(told(look(leaderless), look(led))).toEqual(['B leads, in round 4']);
});

test('what has ended without a fault is named, with the way to start it again', () => {
  expect(endedWords([agentOf(1), agentOf(2, { state: 'paused' })])).toBe('');
  expect(endedWords([agentOf(1, { state: 'ended' }), agentOf(2)])).toBe('A has ended: start it again in Participants.');
  expect(endedWords([agentOf(1, { state: 'ended' }), agentOf(2), agentOf(3, { state: 'ended' })])).toBe(
    'A, C have ended: start them again in Participants.',
  );
});
