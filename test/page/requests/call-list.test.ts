/**
 * Guards the list of calls: rows whose call is unchanged keep their object (and are not drawn again), durations of running
 * calls never jump, filters find by every column, and the counts say exactly what is not shown.
 */
import { expect, test } from 'vitest';
import type { CallView } from '../../../src/contract/index.ts';
import {
  type CallFilter,
  countsText,
  filterCalls,
  mergeCalls,
  NO_FILTER,
  stateOf,
} from '../../../src/renderer/panels/requests/call-list.ts';
import { heldApart } from '../../../src/renderer/panels/requests/held-calls.ts';
import { nextIndex } from '../../../src/renderer/panels/requests/next-index.ts';

function call(id: number, change: Partial<CallView> = {}): CallView {
  return {
    id,
    messageId: `boot-${id}`,
    method: 'Put',
    peer: '127.0.0.1:5000',
    startedMs: 1_000,
    durationMs: 10,
    quorum: 'majority',
    status: 'OK',
    slot: 7,
    own: false,
    ...change,
  };
}

test('an unchanged call keeps its object; a changed one gets a new one', () => {
  const first = mergeCalls([], [call(1, { status: '' }), call(2)], 100);
  const again = mergeCalls(first, [call(1, { status: '', durationMs: 35 }), call(2)], 130);
  expect(again[0]).toBe(first[0]);
  expect(again[1]).toBe(first[1]);
  const ended = mergeCalls(again, [call(1), call(2)], 140);
  expect(ended[0]).not.toBe(first[0]);
  expect(ended[0]!.status).toBe('OK');
});

test('a running call began when it was first told, whatever later tellings took on their way', () => {
  const first = mergeCalls([], [call(1, { status: '', durationMs: 40 })], 1_000);
  expect(first[0]!.beganAtMs).toBe(960);
  const late = mergeCalls(first, [call(1, { status: '', durationMs: 90 })], 5_000);
  expect(late[0]!.beganAtMs).toBe(960);
});

test('an agent that was started again numbers its calls anew: the same number is another call', () => {
  const before = mergeCalls([], [call(1)], 0);
  const after = mergeCalls(before, [call(1, { messageId: 'next-boot-1' })], 0);
  expect(after[0]!.messageId).toBe('next-boot-1');
});

test('filters by method, state and every word of the text', () => {
  const calls = mergeCalls(
    [],
    [
      call(1, { status: '', slot: 0 }),
      call(2, { method: 'Read', quorum: 'local' }),
      call(3, { status: 'NOT_FOUND', peer: '10.0.0.9:77', slot: 4_242 }),
    ],
    0,
  );
  const ids = (filter: Partial<CallFilter>) => filterCalls(calls, { ...NO_FILTER, ...filter }).map(({ id }) => id);
  expect(ids({})).toEqual([1, 2, 3]);
  expect(ids({ method: 'Put' })).toEqual([1, 3]);
  expect(ids({ state: 'running' })).toEqual([1]);
  expect(ids({ state: 'ok' })).toEqual([2]);
  expect(ids({ state: 'failed' })).toEqual([3]);
  expect(ids({ text: 'put 10.0.0.9' })).toEqual([3]);
  expect(ids({ text: 'LOCAL' })).toEqual([2]);
  expect(ids({ text: 'boot-3' })).toEqual([3]);
  expect(ids({ text: '4242 put' })).toEqual([3]);
  expect(ids({ text: 'nothing' })).toEqual([]);
});

test('states by status', () => {
  expect([call(1, { status: '' }), call(1), call(1, { status: 'ABORTED' })].map(stateOf)).toEqual([
    'running',
    'ok',
    'failed',
  ]);
});

test('the counts say what is not shown', () => {
  const counts = { running: 3, runningCount: 3, ended: 20, limit: 200, matching: 23, isFiltered: false };
  expect(countsText(counts, String)).toBe('3 running · 20 ended');
  expect(countsText({ ...counts, running: 200, runningCount: 1_312 }, String)).toBe(
    'showing 200 of 1312 running · 20 ended',
  );
  expect(countsText({ ...counts, ended: 200 }, String)).toBe('3 running · the newest 200 that ended');
  expect(countsText({ ...counts, matching: 4, isFiltered: true }, String)).toContain('4 of these match');
});

test('arrow, page, Home and End keys stay within the list', () => {
  expect(nextIndex('ArrowDown', -1, 40)).toBe(0);
  expect(nextIndex('ArrowUp', 0, 40)).toBe(0);
  expect(nextIndex('ArrowDown', 39, 40)).toBe(39);
  expect(nextIndex('PageDown', 0, 40)).toBe(15);
  expect(nextIndex('PageUp', 3, 40)).toBe(0);
  expect(nextIndex('End', 3, 40)).toBe(39);
  expect(nextIndex('Home', 3, 40)).toBe(0);
  expect(nextIndex('x', 3, 40)).toBeUndefined();
  expect(nextIndex('ArrowDown', -1, 0)).toBeUndefined();
});

test('a held list keeps its order and takes in nothing new, but tells what became of its calls', () => {
  const held = mergeCalls([], [call(2, { status: '' }), call(1)], 100);
  const now = mergeCalls(held, [call(4), call(3, { method: 'Read' }), call(2), call(1)], 200);
  const { shown, left } = heldApart(held, now);
  expect(shown.map(({ id, status }) => [id, status])).toEqual([
    [2, 'OK'],
    [1, 'OK'],
  ]);
  expect(left.map(({ id }) => id)).toEqual([4, 3]);
  expect(heldApart(undefined, now)).toEqual({ shown: now, left: [] });
  // A call that the agent keeps no longer stays as it was told last.
  expect(heldApart(held, mergeCalls(now, [call(4)], 300)).shown).toEqual(held);
});
