/**
 * Guards the tree of keys as a list of rows: ranges of levels are loaded where one looks, every row can be asked for by its
 * position, and what is shown is what the store holds, whatever changes while answers are on their way.
 */

import { beforeEach, describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/renderer/panels/keys/paths.ts';
import { ChangeLog, type TreeChange } from '../../../src/renderer/panels/keys/tree/change-log.ts';
import { KeyTree } from '../../../src/renderer/panels/keys/tree/key-tree.ts';
import { APPLIED_AT_ONCE_MAX, applyChanges } from '../../../src/renderer/panels/keys/tree/tree-live.ts';
import { STRIDE, TreeLoader } from '../../../src/renderer/panels/keys/tree/tree-loader.ts';
import { fc } from '../../support/property.ts';
import { FakeLevels, numbered } from './fake-levels.ts';

let store: FakeLevels;
let tree: KeyTree;
let log: ChangeLog;
let loader: TreeLoader;

async function begin(paths: readonly string[], root = '/'): Promise<void> {
  store = new FakeLevels(paths);
  tree = new KeyTree(root);
  log = new ChangeLog();
  loader = new TreeLoader(tree, store, log, () => {});
  await loader.openLevel(tree.level(root));
}

async function open(path: string): Promise<void> {
  tree.setOpen(path, true);
  await loader.openLevel(tree.level(path));
}

/** Until nothing is loaded any more. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** All rows as text, those that are not loaded as dots. */
function rows(): string[] {
  return Array.from({ length: tree.rowCount }, (_, index) => {
    const row = tree.row(index);
    if (row?.kind !== 'child') return row?.kind ?? 'nothing';
    return `${'  '.repeat(row.depth)}${row.item.segment}${row.item.isKey ? '*' : ''} ${row.item.descendants}`;
  });
}

function apply(...changes: TreeChange[]) {
  return applyChanges(tree, log, changes);
}

describe('rows', () => {
  beforeEach(() => begin(['/a', '/a/x', '/a/y/z', '/b', '/c/d']));

  test('closed folders are one row each, in byte order', () => {
    expect(rows()).toEqual(['a* 2', 'b* 0', 'c 1']);
  });

  test('an opened folder puts its children behind it', async () => {
    await open('/a');
    await open('/a/y');
    expect(rows()).toEqual(['a* 2', '  x* 0', '  y 1', '    z* 0', 'b* 0', 'c 1']);
    expect(tree.indexOf('/a/y/z')).toBe(3);
    expect(tree.indexOf('/c/d')).toBeUndefined();
    tree.setOpen('/a', false);
    expect(rows()).toEqual(['a* 2', 'b* 0', 'c 1']);
  });

  test('byte order is that of UTF-8, where it differs from that of JavaScript', () => {
    expect(['\u{10000}', '\uffff', 'a', 'ä'].sort(compareBytes)).toEqual(['a', 'ä', '\uffff', '\u{10000}']);
  });

  test('a level that could not be loaded is one row, and can be tried again', async () => {
    store.fails = true;
    await open('/c');
    expect(rows()).toEqual(['a* 2', 'b* 0', 'c 1', 'level']);
    expect(tree.level('/c').phase).toBe('failed');
    store.fails = false;
    await loader.openLevel(tree.level('/c'));
    expect(rows()).toEqual(['a* 2', 'b* 0', 'c 1', '  d* 0']);
  });
});

describe('a level of many children', () => {
  beforeEach(() => begin(numbered('', 5_000)));

  test('its first page is there at once, its count soon, and nothing else is loaded', () => {
    expect(tree.rowCount).toBe(5_000);
    expect(tree.loadedCount).toBe(STRIDE);
    expect(store.asked).toEqual(['/ ', '/ index']);
  });

  test('any place is loaded by itself', async () => {
    loader.need(4_990, 4_999);
    await settled();
    expect(tree.row(4_999)).toMatchObject({ path: '/k004999', position: 4_999, siblings: 5_000 });
    expect(tree.row(2_500)?.kind).toBe('unloaded');
    expect(store.asked.slice(2)).toEqual(['/ k004799']);
  });

  test('wishes for rows that were only passed by are dropped', async () => {
    let release = (): void => {};
    store.gate = new Promise((resolve) => {
      release = resolve;
    });
    for (let first = 400; first < 4_800; first += 200) loader.need(first, first + 30);
    loader.need(4_900, 4_930);
    release();
    await settled();
    expect(tree.row(4_900)?.kind).toBe('child');
    expect(store.asked.length).toBeLessThan(10);
  });

  test('a key that is far away is revealed without what lies before it', async () => {
    await loader.reveal('/k004321');
    expect(tree.indexOf('/k004321')).toBe(4_321);
    expect(tree.loadedCount).toBe(2 * STRIDE);
  });

  test('children that come and go where nothing is loaded are counted again', async () => {
    const effect = apply(store.put('/k003000a'), store.delete('/k004000'));
    expect([...effect.uncounted].map(({ path }) => path)).toEqual(['/']);
    store.put('/k004500a');
    await loader.recount(tree.level('/'));
    expect(tree.rowCount).toBe(5_001);
    expect(tree.loadedCount).toBe(STRIDE);
  });

  test('a range that has grown much is divided', async () => {
    for (let index = 0; index < 3_000; index += 1) store.put(`/k004999-${String(index).padStart(4, '0')}`);
    loader.need(4_990, 4_999);
    await settled();
    await settled();
    expect(tree.rowCount).toBe(8_000);
    expect(tree.level('/').chunks.every(({ size }) => size <= STRIDE)).toBe(true);
  });
});

describe('live', () => {
  beforeEach(async () => {
    await begin(['/a/x', '/b']);
    await open('/a');
  });

  test('keys that come and go are rows that come and go, with their counts', () => {
    apply(store.put('/a/w'), store.put('/c/d/e'));
    expect(rows()).toEqual(['a 2', '  w* 0', '  x* 0', 'b* 0', 'c 1']);
    apply(store.delete('/a/w'), store.delete('/a/x'));
    expect(rows()).toEqual(['b* 0', 'c 1']);
  });

  test('a key may become a folder, and the other way round', () => {
    apply(store.put('/b/below'));
    expect(rows()).toEqual(['a 1', '  x* 0', 'b* 1']);
    apply(store.delete('/b'));
    expect(rows()).toEqual(['a 1', '  x* 0', 'b 1']);
    apply(store.put('/b'), store.delete('/b/below'));
    expect(rows()).toEqual(['a 1', '  x* 0', 'b* 0']);
  });

  test('what changed is marked at the deepest row that is shown', () => {
    expect([...apply(store.put('/a/x')).touched]).toEqual(['/a/x']);
    expect([...apply(store.put('/c/d/e')).touched]).toEqual(['/c']);
  });

  test('a change that an answer holds already is not counted twice', async () => {
    const change = store.put('/c/f/new');
    await open('/c');
    apply(change);
    expect(rows()).toEqual(['a 1', '  x* 0', 'b* 0', 'c 1', '  f 1']);
  });

  test('a change that overtakes an answer is not lost', async () => {
    apply(store.put('/c/one'));
    let release = (): void => {};
    store.gate = new Promise((resolve) => {
      release = resolve;
    });
    tree.setOpen('/c', true);
    const opening = loader.openLevel(tree.level('/c'));
    apply(store.put('/c/two'));
    release();
    await opening;
    expect(rows()).toEqual(['a 1', '  x* 0', 'b* 0', 'c 2', '  one* 0', '  two* 0']);
  });

  test('too many changes at once make what is shown be loaded again', async () => {
    const many = Array.from({ length: APPLIED_AT_ONCE_MAX + 1 }, (_, index) => store.put(`/many/${index}`));
    expect(apply(...many).isReloadNeeded).toBe(true);
    loader.need(0, 10);
    await settled();
    expect(rows()).toEqual(['a 1', '  x* 0', 'b* 0', `many ${APPLIED_AT_ONCE_MAX + 1}`]);
  });

  test('whatever happens, the rows are those of the store', async () => {
    const names = fc.constantFrom('a', 'b', 'a/x', 'a/y', 'a/x/1', 'b/z', 'a-b', 'c');
    const steps = fc.array(fc.record({ name: names, remove: fc.boolean() }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        await begin(['/a/x', '/b']);
        await open('/a');
        await open('/b');
        await open('/a/x');
        for (const { name, remove } of history) {
          const path = `/${name}`;
          if (remove && !store.versions.has(path)) continue;
          apply(remove ? store.delete(path) : store.put(path));
        }
        const live = rows();
        const opened = ['/', '/a', '/b', '/a/x'];
        tree = new KeyTree('/');
        loader = new TreeLoader(tree, store, new ChangeLog(), () => {});
        for (const path of opened) await open(path);
        expect(live).toEqual(rows());
      }),
      { numRuns: 100 },
    );
  });
});

describe('a path of 512 levels', () => {
  const path = '/d'.repeat(512);

  beforeEach(async () => {
    await begin([path, '/d/other', '/e']);
    await loader.reveal(path);
  });

  test('is revealed with few questions, and every row of it can be asked for', () => {
    expect(store.asked.length).toBeLessThan(30);
    expect(tree.rowCount).toBe(514);
    expect(tree.row(tree.indexOf(path)!)).toMatchObject({ path, depth: 511 });
    // That row is counted, those on the long way there are not.
    expect(tree.row(300)).toMatchObject({ isGuess: true });
    expect(tree.row(3)).toMatchObject({ isGuess: false });
  });

  test('is loaded where one looks', async () => {
    apply(store.put(`${'/d'.repeat(300)}/more`));
    loader.need(298, 302);
    await settled();
    expect(tree.row(299)).toMatchObject({ isGuess: false, item: { descendants: 2 } });
    expect(tree.rowCount).toBe(515);
  });

  test('is revealed also while the levels on the way are being loaded for the screen', async () => {
    await begin([path, '/d/other', '/e']);
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const showing = loader.openLevel(tree.level('/d'));
    store.gate = Promise.resolve();
    const revealing = loader.reveal(path);
    await settled();
    resolve();
    await Promise.all([showing, revealing]);
    expect(tree.rowCount).toBe(514);
    expect(tree.indexOf(path)).toBeDefined();
  });

  test('a path that is not there opens what is there of the way', async () => {
    await begin(['/d/d/d', '/e']);
    await loader.reveal('/d/d/x/y/z');
    expect(rows()).toEqual(['d 1', '  d 1', '    d* 0', 'e* 0']);
  });
});
