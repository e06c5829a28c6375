/** Guards the tree of locks: each below the nearest one above it, closed branches left out, and what the keys to the sides do. */
import { expect, test } from 'vitest';
import { lockPathProblem, locksOf } from '../../../src/renderer/panels/locks/lock-paths.ts';
import { lockRows, sideStep } from '../../../src/renderer/panels/locks/lock-tree.ts';
import { aLock } from './a-lock.ts';

const LOCKS = [
  aLock('/jobs/_lockable'),
  aLock('/jobs/_lockable/orders/_lockable'),
  aLock('/jobs/_lockable/orders/_lockable/eu/_lockable'),
  aLock('/jobs/_lockable/users/_lockable'),
  aLock('/reports/_lockable'),
];
const shape = (closed: readonly string[] = [], locks = LOCKS) =>
  lockRows(locks, new Set(closed)).map(({ label, depth, below, position, siblings }) =>
    [label, depth, below, `${position + 1}/${siblings}`].join(' '),
  );

test('a lock stands below the nearest lock above it, and is called by what its path adds', () => {
  expect(shape()).toEqual([
    '/jobs/_lockable 0 3 1/2',
    '/orders/_lockable 1 1 1/2',
    '/eu/_lockable 2 0 1/1',
    '/users/_lockable 1 0 2/2',
    '/reports/_lockable 0 0 2/2',
  ]);
});

test('a closed one still says how many stand below it', () => {
  expect(shape(['/jobs/_lockable'])).toEqual(['/jobs/_lockable 0 3 1/2', '/reports/_lockable 0 0 2/2']);
  expect(shape(['/jobs/_lockable/orders/_lockable'])).toContain('/orders/_lockable 1 1 1/2');
});

test('without the lock above it, it stands below the next one further up', () => {
  expect(shape([], [LOCKS[0]!, LOCKS[2]!])).toEqual([
    '/jobs/_lockable 0 1 1/1',
    '/orders/_lockable/eu/_lockable 1 0 1/1',
  ]);
});

test('right opens, then goes in; left closes, then goes out', () => {
  const rows = lockRows(LOCKS, new Set(['/jobs/_lockable/orders/_lockable']));
  expect(sideStep('ArrowRight', rows, 1)).toEqual({ kind: 'open', path: '/jobs/_lockable/orders/_lockable' });
  expect(sideStep('ArrowRight', rows, 0)).toEqual({ kind: 'go', path: '/jobs/_lockable/orders/_lockable' });
  expect(sideStep('ArrowLeft', rows, 1)).toEqual({ kind: 'go', path: '/jobs/_lockable' });
  expect(sideStep('ArrowLeft', rows, 0)).toEqual({ kind: 'close', path: '/jobs/_lockable' });
  expect(sideStep('ArrowLeft', rows, 3)).toBeUndefined();
  expect(sideStep('ArrowRight', rows, 3)).toBeUndefined();
});

test('a path names every lock on its way, and only whole segments count', () => {
  expect(locksOf('/foo/_lockable/bar/_lockable/baz')).toEqual(['/foo/_lockable', '/foo/_lockable/bar/_lockable']);
  expect(locksOf('/foo/_lockables/bar')).toEqual([]);
  expect(lockPathProblem('/foo/_lockable')).toBe('');
  expect(lockPathProblem('/foo/bar')).toMatch(/segment _lockable/);
  expect(lockPathProblem('foo/_lockable')).toMatch(/starts with/);
  expect(lockPathProblem('/foo//_lockable')).toMatch(/empty/);
});
