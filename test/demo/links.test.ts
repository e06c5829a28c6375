/**
 * Guards what faults do to the links of one agent: each end judges its own part once, kinds add up, only what is meant is hit,
 * and none outlasts its time: not when nobody says that it is over, and not when this process slept meanwhile.
 */
import { expect, test } from 'vitest';
import { DemoLinks } from '../../src/agent/demo-links.ts';
import type { DemoFault } from '../../src/contract/index.ts';
import type { DemoNews } from '../../src/demo/index.ts';

const BEGAN_MS = 1_000_000;

function linksOf(agentId: string) {
  const clock = { nowMs: 0, wallMs: BEGAN_MS };
  const links = new DemoLinks(agentId, { nowMs: () => clock.nowMs, wallMs: () => clock.wallMs });
  return { links, clock };
}

let made = 0;
const fault = (planned: Partial<DemoFault>): DemoFault => ({
  id: `f${made++}`,
  kind: 'cut',
  agents: ['a', 'b'],
  links: [],
  direction: 'both',
  delayMs: 0,
  jitterMs: 0,
  share: 0,
  beganMs: BEGAN_MS,
  healsAtMs: BEGAN_MS + 10_000,
  ...planned,
});

const news = (faults: readonly DemoFault[], remainingMs = 10_000): DemoNews => ({
  state: { isDemo: true, agents: [], faults: [...faults] },
  remainingMs: faults.map(() => remainingMs),
});

test('a cut link is cut at both ends, one direction of it only there, and no other link', () => {
  for (const [agentId, peer] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const { links } = linksOf(agentId);
    links.apply(news([fault({})]));
    expect(links.policy.judge('send', peer)).toEqual([]);
    expect(links.policy.judge('receive', peer)).toEqual([]);
    expect(links.policy.isCut('send', 'c')).toBe(false);
  }
  const first = linksOf('a').links;
  const second = linksOf('b').links;
  const other = linksOf('c').links;
  for (const links of [first, second, other]) links.apply(news([fault({ direction: 'forth' })]));
  expect([first.policy.isCut('send', 'b'), first.policy.isCut('receive', 'b')]).toEqual([true, false]);
  expect([second.policy.isCut('send', 'a'), second.policy.isCut('receive', 'a')]).toEqual([false, true]);
  expect(other.policy.rules()).toEqual([]);
});

test('delay, loss and duplication are done by the sender alone, and add up', () => {
  const { links } = linksOf('a');
  const faults = [fault({ kind: 'delay', delayMs: 20 }), fault({ kind: 'duplicate', share: 1 })];
  links.apply(news(faults));
  expect(links.policy.judge('send', 'b')).toEqual([20, 20]);
  expect(links.policy.judge('receive', 'b')).toEqual([0]);
  links.apply(news([...faults, fault({ kind: 'drop', share: 1 })]));
  expect(links.policy.judge('send', 'b')).toEqual([]);
  expect(links.policy.isCut('send', 'b')).toBe(false);
  links.apply(news([fault({ kind: 'pause', agents: ['a'] })]));
  expect(links.policy.judge('send', 'b')).toEqual([0]);
});

test('of a fault of several links each end does its own, and of two of a kind the newer counts', () => {
  const isolated = fault({
    agents: ['a', 'b', 'c'],
    links: [
      ['a', 'b'],
      ['a', 'c'],
    ],
    direction: 'forth',
  });
  const [first, second, stranger] = ['a', 'b', 'd'].map((agentId) => linksOf(agentId).links);
  for (const links of [first!, second!, stranger!]) links.apply(news([isolated]));
  expect(['b', 'c', 'd'].map((peer) => first!.policy.isCut('send', peer))).toEqual([true, true, false]);
  expect(['b', 'c'].map((peer) => first!.policy.isCut('receive', peer))).toEqual([false, false]);
  expect(['a', 'c'].map((peer) => second!.policy.isCut('receive', peer))).toEqual([true, false]);
  expect(stranger!.policy.rules()).toEqual([]);
  const late = fault({ ...isolated, kind: 'delay', delayMs: 5 });
  first!.apply(news([late, fault({ kind: 'delay', delayMs: 7 })]));
  expect(['b', 'c'].map((peer) => first!.policy.lateMs('send', peer))).toEqual([7, 5]);
});

test('each fault is over after its own time, whether anybody says so or not', () => {
  const { links, clock } = linksOf('a');
  const cut = fault({});
  const delay = fault({ kind: 'delay', delayMs: 5, agents: ['a', 'c'] });
  expect(links.apply({ ...news([cut, delay]), remainingMs: [1_000, 2_000] })).toEqual([cut, delay]);
  clock.nowMs = 999;
  expect(links.policy.isCut('send', 'b')).toBe(true);
  clock.nowMs = 1_000;
  expect(links.policy.isCut('send', 'b')).toBe(false);
  expect(links.policy.judge('send', 'c')).toEqual([5]);
  expect(links.policy.lateMs('send', 'c')).toBe(5);
  clock.nowMs = 2_000;
  expect(links.policy.lateMs('send', 'c')).toBe(0);
  expect(links.policy.judge('send', 'c')).toEqual([0]);
  expect(links.policy.rules()).toEqual([]);
});

test('news that waited while this process was paused counts for no longer than the fault has left', () => {
  const { links, clock } = linksOf('a');
  clock.wallMs = BEGAN_MS + 9_900;
  const cut = fault({});
  links.apply(news([cut]));
  expect(links.policy.isCut('send', 'b')).toBe(true);
  clock.nowMs = 100;
  expect(links.policy.isCut('send', 'b')).toBe(false);
  clock.wallMs = BEGAN_MS + 10_001;
  links.apply(news([cut]));
  expect(links.policy.isCut('send', 'b')).toBe(false);
  // Set back, the wall clock makes nothing last longer than was said.
  clock.wallMs = 0;
  links.apply(news([cut], 50));
  clock.nowMs = 150;
  expect(links.policy.isCut('send', 'b')).toBe(false);
});

test('without anybody to supervise the cell nothing is done', () => {
  const { links } = linksOf('a');
  links.apply(news([fault({})]));
  links.clear();
  expect(links.policy.judge('send', 'b')).toEqual([0]);
});
