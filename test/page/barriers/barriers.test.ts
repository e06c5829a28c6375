/** Guards what the Barriers panel works out: cascades, how generations ended, what a draft means, who may arrive. */
import { expect, test } from 'vitest';
import type { BarrierView } from '../../../src/contract/index.ts';
import { withEndings } from '../../../src/renderer/panels/barriers/barrier-history.ts';
import { arriveRefusal, leaveRefusal } from '../../../src/renderer/panels/barriers/barrier-rules.ts';
import {
  endingText,
  filterBarriers,
  missingText,
  stateOf,
} from '../../../src/renderer/panels/barriers/barrier-words.ts';
import { cascadeOf } from '../../../src/renderer/panels/barriers/cascade.ts';
import {
  draftProblems,
  NEW_BARRIER,
  requestOf,
  requiredText,
} from '../../../src/renderer/panels/barriers/create-form.ts';

function barrier(change: Partial<BarrierView> = {}): BarrierView {
  return {
    path: '/a',
    state: 'standing',
    generation: 1,
    arrived: 0,
    required: 2,
    threshold: { kind: 'full' },
    isOpen: false,
    isArmed: true,
    onDeath: 'break',
    timeoutMs: 0,
    onTimeout: 'break',
    next: '',
    owner: '',
    released: null,
    broken: null,
    members: [],
    ...change,
  };
}

const member = (sessionId: string, hasArrived = false) => ({
  ...{ sessionId, owner: sessionId, hasArrived, arrivedMs: 0, isPassing: false },
});
const chain = (...paths: readonly string[]) =>
  paths.slice(0, -1).map((path, index) => barrier({ path, next: paths[index + 1]! }));
const stepsOf = (path: string, barriers: readonly BarrierView[]) =>
  cascadeOf(path, barriers).steps.map((step) => `${step.path}${step.isThis ? '*' : ''}${step.barrier ? '' : '?'}`);

test('a cascade is told from its beginning to its end, wherever one stands in it', () => {
  const barriers = [...chain('/a', '/b', '/c'), barrier({ path: '/c' }), barrier({ path: '/alone' })];
  expect(stepsOf('/a', barriers)).toEqual(['/a*', '/b', '/c']);
  expect(stepsOf('/c', barriers)).toEqual(['/a', '/b', '/c*']);
  expect(stepsOf('/alone', barriers)).toEqual(['/alone*']);
});

test('a next barrier that nobody has made is in the cascade, as missing', () => {
  expect(stepsOf('/a', chain('/a', '/b'))).toEqual(['/a*', '/b?']);
});

test('a cascade that comes back to itself ends where it began', () => {
  const ring = chain('/a', '/b', '/c', '/a');
  const { steps, backTo } = cascadeOf('/b', ring);
  expect(steps.map(({ path }) => path)).toEqual(['/c', '/a', '/b']);
  expect(backTo).toBe('/c');
});

test('a barrier that several arm begins its cascade, and names them', () => {
  const barriers = [...chain('/x', '/m'), ...chain('/y', '/m', '/z'), barrier({ path: '/z' })];
  expect(cascadeOf('/z', barriers)).toMatchObject({ armedBy: ['/x', '/y'], backTo: '' });
  expect(stepsOf('/z', barriers)).toEqual(['/m', '/z*']);
});

test('releases and breaks are kept once each, newest first, with the reason', () => {
  const released = { generation: 1, kind: 'threshold', arrived: 2, required: 2, slot: 10, atMs: 1 } as const;
  const broken = { generation: 2, kind: 'asked', by: 'carla', why: 'stuck', slot: 20, atMs: 2 } as const;
  const seen = withEndings(withEndings([], barrier({ released })), barrier({ released, broken }));
  expect(seen.map(({ state, slot }) => [state, slot])).toEqual([
    ['broken', 20],
    ['released', 10],
  ]);
  expect(seen.map(endingText)).toEqual(['by carla: stuck', '2 of 2 arrived']);
  const late = withEndings([], barrier({ released: { ...released, kind: 'timeout', arrived: 1 } }));
  expect(endingText(late[0]!)).toBe('its time was over, 1 of 2 arrived');
  const died = withEndings([], barrier({ broken: { ...broken, kind: 'death', by: '', why: '' } }));
  expect(endingText(died[0]!)).toBe("a member's session ended");
});

test('it is said what releases it, or why nothing does', () => {
  expect(missingText(barrier({ arrived: 1, members: [member('a', true), member('b')], next: '/b' }))).toBe(
    '1 more arrival releases it; 2 members. That arms /b.',
  );
  expect(missingText(barrier({ state: 'broken' }))).toContain('until it is reset');
  expect(missingText(barrier({ required: 0 }))).toContain('no members left');
  expect(stateOf(barrier({ isArmed: false }))).toBe('not armed');
  expect(stateOf(barrier({ isArmed: false, state: 'broken' }))).toBe('broken');
});

test('who may arrive or leave is said before it is tried', () => {
  const stands = barrier({ members: [member('s-a', true), member('s-b')] });
  expect(arriveRefusal(stands, 's-b', 'bob')).toBe('');
  expect(arriveRefusal(stands, 's-a', 'ann')).toContain('has arrived');
  expect(arriveRefusal(stands, 's-c', 'cleo')).toContain('no member');
  expect(arriveRefusal({ ...stands, isOpen: true }, 's-c', 'cleo')).toBe('');
  expect(arriveRefusal({ ...stands, state: 'broken' }, 's-b', 'bob')).toContain('reset');
  expect(leaveRefusal(stands, 's-a', 'ann')).toBe('');
  expect(leaveRefusal(stands, 's-c', 'cleo')).toContain('takes no part');
});

test('a draft is judged field by field, and says how many would have to arrive', () => {
  const draft = { ...NEW_BARRIER, path: '/a', members: ['1', '2', '3'] };
  const none = { path: '', threshold: '', members: '', timeout: '', next: '' };
  expect(draftProblems(draft)).toEqual(none);
  expect(draftProblems({ ...draft, members: [] }).members).not.toBe('');
  expect(draftProblems({ ...draft, members: [], threshold: 'count' })).toEqual(none);
  for (const count of ['0', '1.5', '', 'two']) {
    expect(draftProblems({ ...draft, threshold: 'count', count }).threshold).not.toBe('');
  }
  expect(draftProblems({ ...draft, threshold: 'percent', percent: '101' }).threshold).not.toBe('');
  expect(draftProblems({ ...draft, timeoutSeconds: 'soon' }).timeout).not.toBe('');
  expect(draftProblems({ ...draft, timeoutSeconds: '0.05' }).timeout).not.toBe('');
  expect(draftProblems({ ...draft, next: '/a' }).next).not.toBe('');
  expect(requiredText({ ...draft, threshold: 'percent', percent: '60' })).toBe('2 of 3 have to arrive.');
});

test('what is sent is what was drafted; open goes with a count only', () => {
  const draft = { ...NEW_BARRIER, path: '/a', isOpen: true, timeoutSeconds: '1.5', members: ['1'] };
  expect(requestOf(draft)).toMatchObject({ threshold: { kind: 'full' }, isOpen: false, timeoutMs: 1_500 });
  expect(requestOf({ ...draft, threshold: 'count' })).toMatchObject({
    threshold: { kind: 'count', count: 2 },
    isOpen: true,
  });
});

test('the filter finds paths, members and what is armed', () => {
  const barriers = [barrier({ next: '/later' }), barrier({ path: '/b', members: [member('zoe')] })];
  const found = (text: string) => filterBarriers(barriers, text).map(({ path }) => path);
  expect(found('LATER')).toEqual(['/a']);
  expect(found('zoe')).toEqual(['/b']);
  expect(found('')).toHaveLength(2);
});
