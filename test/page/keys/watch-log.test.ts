/** Guards the list of live changes: bounded, with the exact number of what it dropped, and nothing counted twice. */
import { expect, test } from 'vitest';
import type { KeyChange } from '../../../src/contract/index.ts';
import { emptyLog, KEPT, withChanges } from '../../../src/renderer/panels/keys/watch/watch-log.ts';

function change(path: string, modRevision: number, kind: 'put' | 'delete' = 'put'): KeyChange {
  const about = { value: { text: '' }, sizeBytes: 0, truncated: false, version: 1, createRevision: 1, leaseId: '' };
  return { kind, item: { path, modRevision, ...about }, previous: null, slot: modRevision, stampMs: 0 };
}

test('only what lies in the scope is listed', () => {
  const log = withChanges(emptyLog('/a'), [change('/a', 1), change('/a/b', 2), change('/ab', 3)], 3);
  expect(log.changes.map(({ item }) => item.path)).toEqual(['/a', '/a/b']);
  expect(log).toMatchObject({ puts: 2, deletes: 0, skipped: 0, revision: 3 });
});

test('what is told again after an interruption is not counted again', () => {
  const first = withChanges(emptyLog('/'), [change('/a', 1), change('/b', 2, 'delete')], 2);
  const again = withChanges(first, [change('/b', 2, 'delete'), change('/c', 3)], 3);
  expect(again).toMatchObject({ puts: 2, deletes: 1, revision: 3 });
});

test('all changes of one revision are listed', () => {
  const log = withChanges(emptyLog('/'), [change('/a', 5), change('/b', 5)], 5);
  expect(log.puts).toBe(2);
});

test('the newest are kept, and what is dropped is counted exactly', () => {
  let log = emptyLog('/');
  for (let revision = 1; revision <= KEPT + 500; revision += 1)
    log = withChanges(log, [change('/a', revision)], revision);
  expect(log.changes).toHaveLength(KEPT);
  expect(log.skipped).toBe(500);
  expect(log.changes.at(-1)?.item.modRevision).toBe(KEPT + 500);
});
