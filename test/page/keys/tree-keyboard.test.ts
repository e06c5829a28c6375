/** Guards the keys of the tree: those of the ARIA pattern, also at the ends and where nothing is loaded yet. */
import { beforeEach, expect, test } from 'vitest';
import { ChangeLog } from '../../../src/renderer/panels/keys/tree/change-log.ts';
import { KeyTree } from '../../../src/renderer/panels/keys/tree/key-tree.ts';
import { treeAction } from '../../../src/renderer/panels/keys/tree/tree-keyboard.ts';
import { TreeLoader } from '../../../src/renderer/panels/keys/tree/tree-loader.ts';
import { FakeLevels } from './fake-levels.ts';

let tree: KeyTree;

beforeEach(async () => {
  tree = new KeyTree('/');
  const store = new FakeLevels(['/a/x', '/a/y', '/b', '/banana', '/c']);
  const loader = new TreeLoader(tree, store, new ChangeLog(), () => {});
  await loader.openLevel(tree.level('/'));
  tree.setOpen('/a', true);
  await loader.openLevel(tree.level('/a'));
});

// Rows: a, a/x, a/y, b, banana, c
function press(key: string, index: number | undefined, typed = '') {
  return treeAction(key, { tree, index, pageRows: 4, typed });
}

test.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 5, 5],
  ['ArrowDown', undefined, 0],
  ['ArrowUp', 3, 2],
  ['ArrowUp', 0, 0],
  ['Home', 4, 0],
  ['End', 1, 5],
  ['PageDown', 0, 3],
  ['PageDown', 4, 5],
  ['PageUp', 5, 2],
  ['PageUp', 1, 0],
  // Into an opened folder, and back to it.
  ['ArrowRight', 0, 1],
  ['ArrowLeft', 2, 0],
])('%s at row %s goes to row %s', (key, from, to) => {
  expect(press(key, from)).toEqual({ kind: 'focus', index: to });
});

test('folders open and close', () => {
  expect(press('ArrowLeft', 0)).toEqual({ kind: 'close', path: '/a' });
  tree.setOpen('/a', false);
  expect(press('ArrowRight', 0)).toEqual({ kind: 'open', path: '/a' });
});

test('a key neither opens nor has a folder to go to at the top', () => {
  expect(press('ArrowRight', 4)).toBeUndefined();
  expect(press('ArrowLeft', 4)).toBeUndefined();
});

test('Enter and space choose', () => {
  expect(press('Enter', 1)).toEqual({ kind: 'select', path: '/a/x' });
  expect(press(' ', 3)).toEqual({ kind: 'select', path: '/b' });
});

test('letters go to the next row that begins so, and around the end', () => {
  expect(press('b', 0, 'b')).toEqual({ kind: 'focus', index: 3 });
  expect(press('b', 3, 'b')).toEqual({ kind: 'focus', index: 4 });
  expect(press('b', 4, 'b')).toEqual({ kind: 'focus', index: 3 });
  // More letters may stay where the first one led.
  expect(press('a', 4, 'BA')).toEqual({ kind: 'focus', index: 4 });
  expect(press('q', 0, 'q')).toBeUndefined();
});
