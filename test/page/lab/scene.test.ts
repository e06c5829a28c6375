/**
 * Guards the lock theatre's logic: who sleeps learns nothing and believes on, the resource refuses what is older than what it
 * has seen (and only that), and the guide goes on only when what it told has come true.
 */
import { expect, test } from 'vitest';
import type { LockView } from '../../../src/contract/index.ts';
import { closed, newCourse, noted } from '../../../src/renderer/panels/lab/lock-theatre/course.ts';
import { GUIDE, type GuideView, moralOf } from '../../../src/renderer/panels/lab/lock-theatre/guide.ts';
import {
  type Contender,
  isMistaken,
  judge,
  lockHappenings,
  looks,
  newContender,
  placesOf,
  sleeps,
  tokenOf,
  toldOfLock,
  wakes,
} from '../../../src/renderer/panels/lab/lock-theatre/scene.ts';

const { lock: LOCK } = placesOf('test');

const FREE: LockView = {
  path: LOCK,
  state: 'free',
  sessionId: '',
  owner: '',
  fencingToken: 0,
  heldSinceMs: 0,
  sessionTtlMs: 0,
  count: 0,
  lockDelayMs: 0,
  ended: null,
  queue: [],
  holds: [],
};

const heldBy = (
  sessionId: string,
  fencingToken: number,
  queue: readonly string[] = [],
  rest: Partial<LockView> = {},
): LockView => ({
  ...FREE,
  state: 'held',
  sessionId,
  owner: sessionId,
  fencingToken,
  queue: queue.map((waiter, index) => ({
    ticket: 100 + index,
    sessionId: waiter,
    owner: waiter,
    path: LOCK,
    position: index + 1,
    queuedMs: 0,
  })),
  ...rest,
});

const ended = (sessionId: string, fencingToken: number, slot: number): LockView['ended'] => ({
  kind: 'sessionEnded',
  sessionId,
  owner: sessionId,
  fencingToken,
  slot,
  atMs: 0,
  by: '',
  why: '',
});

test('who sleeps past the end of its hold believes in its old token until it looks', () => {
  let [ada, ben]: readonly Contender[] = [newContender('ada'), newContender('ben')];
  [ada, ben] = toldOfLock([ada!, ben!], heldBy('ada', 7, ['ben']));
  expect([tokenOf(ada!), ben!.belief]).toEqual([7, { kind: 'waits', position: 1 }]);

  ada = sleeps(ada!);
  const taken = heldBy('ben', 9);
  [ada, ben] = toldOfLock([ada, ben!], taken);
  expect([tokenOf(ada!), tokenOf(ben!), isMistaken(ada!, taken), isMistaken(ben!, taken)]).toEqual([7, 9, true, false]);

  ada = wakes(ada!);
  [ada] = toldOfLock([ada], taken);
  expect([tokenOf(ada!), isMistaken(ada!, taken)]).toEqual([7, true]);

  ada = looks(ada!, taken);
  expect([tokenOf(ada), isMistaken(ada, taken)]).toEqual([0, false]);
});

test('a resource that checks refuses lower tokens and none; one that does not loses the later write', () => {
  const memory = { token: 9, by: 'ben', value: 'x' };
  expect([7, 9, 12, 0].map((token) => judge(memory, token, true))).toEqual(['stale', 'taken', 'taken', 'tokenless']);
  expect([7, 9, 0].map((token) => judge(memory, token, false))).toEqual(['wipes', 'taken', 'wipes']);
  expect([judge(undefined, 1, true), judge(undefined, 0, true), judge(undefined, 0, false)]).toEqual([
    'taken',
    'tokenless',
    'taken',
  ]);
});

test('what happened to the lock is told once, with its slot, and why a hold ended', () => {
  const told = (before: LockView | undefined, after: LockView, asleep = false) =>
    lockHappenings(
      before,
      after,
      (id) => id,
      () => asleep,
    ).map(({ text, slot }) => `${slot}: ${text}`);
  const first = heldBy('ada', 7);
  const queued = heldBy('ada', 7, ['ben']);
  const passed = heldBy('ben', 9, [], { ended: ended('ada', 7, 9) });
  expect(told(undefined, first)).toEqual(['7: The lock is granted to ada, token 7']);
  expect(told(first, first)).toEqual([]);
  expect(told(first, queued)).toEqual(['0: ben waits, at place 1 of the queue']);
  expect(told(queued, passed, true)).toEqual([
    '9: ada lost its session, and with it the lock: nobody renewed it in time',
    '9: The lock is granted to ben, token 9',
  ]);
  expect(told(passed, { ...FREE, ended: ended('ben', 9, 11), fencingToken: 9 })).toEqual([
    '11: ben lost its session, and with it the lock',
  ]);
});

test('each step of the guide waits for what it says, and is not content with what was before', () => {
  const [ada, ben] = [newContender('ada'), newContender('ben')];
  const memory = { token: 7, by: 'Ada', value: 'Ada 1' };
  const start: GuideView = { contenders: [ada, ben], lock: undefined, memory: undefined, damages: [], checks: true };
  /** What holds after each step, in order. */
  const after: readonly GuideView[] = [
    { ...start, lock: heldBy('ada', 7) },
    { ...start, lock: heldBy('ada', 7, ['ben']) },
    { ...start, lock: heldBy('ada', 7, ['ben']), memory },
    { ...start, lock: heldBy('ada', 7, ['ben']), memory, contenders: [sleeps(ada), ben] },
    { ...start, lock: heldBy('ben', 9), memory, contenders: [sleeps(ada), ben] },
    { ...start, lock: heldBy('ben', 9), memory: { ...memory, token: 9 }, contenders: [sleeps(ada), ben] },
    { ...start, lock: heldBy('ben', 9), memory: { ...memory, token: 9 }, contenders: [wakes(sleeps(ada)), ben] },
  ];
  after.forEach((view, index) => {
    expect([GUIDE[index]!.title, GUIDE[index]!.isDone(after[index - 1] ?? start)]).toEqual([
      GUIDE[index]!.title,
      false,
    ]);
    expect([GUIDE[index]!.title, GUIDE[index]!.isDone(view)]).toEqual([GUIDE[index]!.title, true]);
  });
  expect(GUIDE.at(-1)!.action.kind).toBe('end');
});

test('the moral follows from what happened, not from what was to be shown', () => {
  const lost = { token: 9, by: 'Ben', value: 'Ben 1' };
  expect(moralOf({ checks: true, damages: [] })).toContain('Nothing was lost: the resource refused');
  expect(moralOf({ checks: false, damages: [] })).toContain('nothing prevented it');
  expect(moralOf({ checks: false, damages: [{ lost, by: 'Ada', token: 7 }] })).toContain(
    '“Ben 1” of Ben (token 9) was wiped out by Ada',
  );
});

test('the course tells who held the lock and who only believed so: beliefs overlap, holds never do', () => {
  let [ada, ben]: readonly Contender[] = [newContender('ada'), newContender('ben')];
  let course = newCourse(2, 0);
  const at = (atMs: number, lock: LockView): void => {
    [ada, ben] = toldOfLock([ada!, ben!], lock);
    course = noted(course, { contenders: [ada!, ben!], lock }, atMs);
  };
  at(10, heldBy('ada', 7));
  at(20, heldBy('ada', 7, ['ben']));
  ada = sleeps(ada!);
  at(30, heldBy('ada', 7, ['ben']));
  at(40, heldBy('ben', 9));
  ada = wakes(ada!);
  at(50, heldBy('ben', 9));
  ada = looks(ada!, heldBy('ben', 9));
  at(60, heldBy('ben', 9));
  course = closed(course, 70);
  expect(course.holds).toEqual([
    { who: 0, token: 7, fromMs: 10, toMs: 40 },
    { who: 1, token: 9, fromMs: 40, toMs: 70 },
  ]);
  expect(course.beliefs).toEqual([
    { who: 0, token: 7, fromMs: 10, toMs: 60 },
    { who: 1, token: 9, fromMs: 40, toMs: 70 },
  ]);
  expect(course.sleeps).toEqual([{ who: 0, token: 0, fromMs: 30, toMs: 50 }]);
});
