import { create } from 'zustand';
import type { KeyChange } from '../../../../contract/index.ts';
import { client } from '../../../connection/connection-store.ts';
import { ChangeLog, type TreeChange, treeChangeOf } from './change-log.ts';
import { KeyTree } from './key-tree.ts';
import type { Level } from './level.ts';
import { APPLIED_AT_ONCE_MAX, applyChanges, invalidate } from './tree-live.ts';
import { TreeLoader } from './tree-loader.ts';

export interface TreeState {
  /** `/`, or the root of the system keyspace. */
  readonly root: string;
  readonly tree: KeyTree;
  /** Grows with each change of the rows: what is drawn follows it. */
  readonly version: number;
  readonly focused: string;
  /** Shown paths that changed a moment ago. */
  readonly touched: ReadonlySet<string>;
  /** As of which revision the first level was loaded: changes are watched from there. Undefined: not loaded yet. */
  readonly watchFrom: number | undefined;
}

/** Changes are drawn a few times a second, however many come. */
const FLUSH_MS = 120;
/** What is seen for a shorter time than this is not worth loading. */
const SHOW_MS = 60;
const TOUCHED_MS = 1_500;
/** A level of very many children is not counted again and again. */
const RECOUNT_MS = 2_000;

let log = new ChangeLog();
let pending: TreeChange[] = [];
let flushTimer: ReturnType<typeof setTimeout> | undefined;
let showTimer: ReturnType<typeof setTimeout> | undefined;
let touchedTimer: ReturnType<typeof setTimeout> | undefined;
let recountTimer: ReturnType<typeof setTimeout> | undefined;
const uncounted = new Set<Level>();
let loader: TreeLoader | undefined;
let visible: readonly [number, number] = [0, 0];

export const useTree = create<TreeState>(() => ({
  root: '/',
  tree: new KeyTree('/'),
  version: 0,
  focused: '',
  touched: new Set<string>(),
  watchFrom: undefined,
}));

let isDrawn = true;

/** Once a frame, however much was loaded meanwhile. */
function drawAgain(): void {
  if (!isDrawn) return;
  isDrawn = false;
  requestAnimationFrame(() => {
    isDrawn = true;
    useTree.setState(({ version }) => ({ version: version + 1 }));
  });
}

/** Begins with an empty tree; what was opened before is opened again. */
export function openTree(root: string): void {
  const { tree: before, root: rootBefore } = useTree.getState();
  loader?.stop();
  clearTimeout(flushTimer);
  flushTimer = undefined;
  pending = [];
  uncounted.clear();
  log = new ChangeLog();
  const tree = new KeyTree(root);
  if (root === rootBefore)
    for (const { path, opened } of before.levels.values())
      for (const child of opened) tree.level(path).opened.add(child);
  const made = new TreeLoader(tree, sourceOf(tree), log, () => {
    if (useTree.getState().tree === tree) drawAgain();
  });
  loader = made;
  useTree.setState({ root, tree, touched: new Set<string>(), watchFrom: undefined });
  drawAgain();
  void made.openLevel(tree.level(root));
}

function sourceOf(tree: KeyTree): ConstructorParameters<typeof TreeLoader>[1] {
  return {
    level: async (input) => {
      const answer = await client().keys.level({ ...input, quorum: 'local' });
      const { watchFrom, tree: current } = useTree.getState();
      if (watchFrom === undefined && current === tree) useTree.setState({ watchFrom: answer.revision });
      return answer;
    },
    levelIndex: (input) => client().keys.levelIndex(input),
  };
}

/** What can be seen: it is loaded, and the rest is left alone, also what one only scrolls past. */
export function showRows(first: number, last: number): void {
  visible = [first, last];
  if (showTimer !== undefined) return;
  loader?.need(first, last);
  showTimer = setTimeout(() => {
    showTimer = undefined;
    loader?.need(...visible);
  }, SHOW_MS);
}

export function toggleOpen(path: string, open: boolean): void {
  const { tree } = useTree.getState();
  tree.setOpen(path, open);
  const level = tree.level(path);
  if (open) void loader?.openLevel(level);
  drawAgain();
}

export function retryLevel(level: Level): void {
  for (const chunk of level.chunks) if (chunk.state === 'failed') chunk.state = 'idle';
  if (level.phase === 'failed') void loader?.openLevel(level);
  else loader?.need(...visible);
  drawAgain();
}

export function reopenRoot(): void {
  openTree(useTree.getState().root);
}

export async function revealPath(path: string): Promise<void> {
  await loader?.reveal(path);
}

export function focusPath(path: string): void {
  useTree.setState({ focused: path });
}

/** Changes as they were watched. They are applied together, a few times a second. */
export function receiveChanges(changes: readonly KeyChange[]): void {
  for (const change of changes) {
    // Beyond what is applied one by one only the last slot matters.
    if (pending.length > APPLIED_AT_ONCE_MAX) pending[APPLIED_AT_ONCE_MAX] = treeChangeOf(change);
    else pending.push(treeChangeOf(change));
  }
  if (pending.length > 0) flushTimer ??= setTimeout(flush, FLUSH_MS);
}

function flush(): void {
  flushTimer = undefined;
  const changes = pending;
  pending = [];
  const { tree } = useTree.getState();
  const effect = applyChanges(tree, log, changes);
  recountSoon(effect.uncounted);
  useTree.setState({ touched: effect.touched });
  clearTimeout(touchedTimer);
  touchedTimer = setTimeout(() => useTree.setState({ touched: new Set<string>() }), TOUCHED_MS);
  if (effect.isReloadNeeded) loader?.need(...visible);
  drawAgain();
}

/** Changes were missed and cannot be had any more: what is shown is loaded again. */
export function missedChanges(): void {
  reopenRoot();
}

/** Loads again what is shown. */
export function reloadTree(): void {
  const { tree } = useTree.getState();
  recountSoon(invalidate(tree));
  loader?.need(...visible);
}

function recountSoon(levels: ReadonlySet<Level>): void {
  for (const level of levels) uncounted.add(level);
  if (uncounted.size === 0 || recountTimer !== undefined) return;
  recountTimer = setTimeout(async () => {
    const due = [...uncounted];
    uncounted.clear();
    // A failure leaves the counts as they are; the next change asks again.
    await Promise.allSettled(due.filter(({ phase }) => phase === 'ready').map((level) => loader?.recount(level)));
    recountTimer = undefined;
    recountSoon(new Set());
  }, RECOUNT_MS);
}

/** Nobody looks any more. */
export function closeTree(): void {
  loader?.stop();
  loader = undefined;
  clearTimeout(flushTimer);
  clearTimeout(recountTimer);
  flushTimer = undefined;
  recountTimer = undefined;
}
