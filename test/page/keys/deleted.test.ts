/** Guards the list of deleted keys: every page follows on the one before, and neighbours whose name only begins alike are left out. */
import { beforeEach, expect, test } from 'vitest';
import type { KeyChange, OperatorClient } from '../../../src/contract/index.ts';
import { useConnection } from '../../../src/renderer/connection/connection-store.ts';
import {
  isRestored,
  loadMoreDeleted,
  openDeleted,
  useDeleted,
} from '../../../src/renderer/panels/keys/history/deleted-store.ts';

const asked: string[] = [];

/** Answers a page of two at a time, in order, as the agent does. */
function serve(paths: readonly string[]): void {
  const deleted = async ({ prefix, after }: { prefix: string; after: string }) => {
    asked.push(after);
    const behind = paths.filter((path) => path.startsWith(prefix) && path > after);
    const items = behind.slice(0, 2).map((path) => ({ item: { path } }) as KeyChange);
    return { items, more: behind.length > 2, floor: 3, slot: 1, revision: 1 };
  };
  useConnection.setState({ client: { keys: { deleted } } as unknown as OperatorClient });
}

const listed = () => useDeleted.getState().changes?.map(({ item }) => item.path);

beforeEach(() => asked.splice(0));

test('pages follow on each other until there are no more', async () => {
  serve(['/a', '/a/1', '/a/2', '/a/3', '/a/4']);
  await openDeleted('/a');
  expect(listed()).toEqual(['/a', '/a/1']);
  expect(useDeleted.getState()).toMatchObject({ hasMore: true, floor: 3, isLoading: false });
  await loadMoreDeleted();
  await loadMoreDeleted();
  expect(listed()).toEqual(['/a', '/a/1', '/a/2', '/a/3', '/a/4']);
  expect(useDeleted.getState().hasMore).toBe(false);
  expect(asked).toEqual(['', '/a/1', '/a/3']);
});

test('a page without anything below the path is followed by the next one', async () => {
  serve(['/a-1', '/a-2', '/a-3', '/a/1']);
  await openDeleted('/a');
  expect(listed()).toEqual(['/a/1']);
});

test('what was asked twice at once is listed once, and what was restored is listed no more', async () => {
  serve(['/a/1', '/a/2', '/a/3']);
  await Promise.all([openDeleted('/a'), openDeleted('/a')]);
  expect(listed()).toEqual(['/a/1', '/a/2']);
  isRestored('/a/1');
  await loadMoreDeleted();
  expect(listed()).toEqual(['/a/2', '/a/3']);
});
