import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { countText } from '../../../ui/numbers.ts';
import { treeAction } from './tree-keyboard.ts';
import { ROW_PX, rowId, type TreeRowProps, TreeRowView } from './tree-row.tsx';
import { focusPath, retryLevel, showRows, toggleOpen, useTree } from './tree-store.ts';
import { useAnchor } from './use-anchor.ts';

const OVERSCAN = 8;
const TYPED_TOGETHER_MS = 900;

/** The tree of keys: rows are drawn where one looks, and loaded when one looks there. */
export function TreeView({
  selected,
  onSelect,
}: {
  readonly selected: string;
  readonly onSelect: (path: string) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', atMs: 0 });
  const tree = useTree((state) => state.tree);
  const version = useTree((state) => state.version);
  const focused = useTree((state) => state.focused);
  const touched = useTree((state) => state.touched);
  const focusedIndex = focused === '' ? undefined : tree.indexOf(focused);
  const rows = useVirtualizer({
    count: tree.rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    // The row that has the focus is always there, so that it can be named as the active one.
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      if (focusedIndex === undefined || (focusedIndex >= drawn[0]! && focusedIndex <= drawn.at(-1)!)) return drawn;
      return focusedIndex < drawn[0]! ? [focusedIndex, ...drawn] : [...drawn, focusedIndex];
    },
  });
  useAnchor(scroller, tree, version);
  const first = rows.range?.startIndex ?? 0;
  const last = rows.range?.endIndex ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that have come or gone change what is seen
  useEffect(() => showRows(Math.max(0, first - OVERSCAN), last + OVERSCAN), [first, last, version, tree]);

  // A tree that was loaded anew begins at its top.
  useLayoutEffect(() => {
    if (scroller.current !== null && tree.root !== '') scroller.current.scrollTop = 0;
  }, [tree]);

  // What was opened elsewhere (a link, a search) is brought into sight once, as soon as it stands in the tree.
  const unseen = useRef('');
  const shown = useRef('');
  if (shown.current !== selected) {
    shown.current = selected;
    unseen.current = selected;
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it may appear with any change of the rows
  useEffect(() => {
    const index = unseen.current === '' ? undefined : tree.indexOf(unseen.current);
    if (index === undefined) return;
    unseen.current = '';
    rows.scrollToIndex(index);
  }, [version, tree, selected]);

  const focusRow = (index: number): void => {
    const row = tree.row(index);
    rows.scrollToIndex(index);
    if (row?.kind === 'child') focusPath(row.path);
    else scrolledTo.current = index;
  };
  // A row that is not loaded yet gets the focus as soon as it is.
  const scrolledTo = useRef<number | undefined>(undefined);
  useEffect(() => {
    const index = scrolledTo.current;
    const row = index === undefined || version === 0 ? undefined : tree.row(index);
    if (row?.kind !== 'child') return;
    scrolledTo.current = undefined;
    focusPath(row.path);
  }, [tree, version]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = event.timeStamp;
    const isLetter = event.key.length === 1 && event.key !== ' ';
    const continued = isLetter && now - typed.current.atMs < TYPED_TOGETHER_MS ? typed.current.text : '';
    if (isLetter) typed.current = { text: continued + event.key, atMs: now };
    const action = treeAction(event.key, {
      tree,
      index: scrolledTo.current ?? focusedIndex,
      pageRows: Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX),
      typed: isLetter ? typed.current.text : '',
    });
    if (action === undefined) return;
    event.preventDefault();
    scrolledTo.current = undefined;
    if (action.kind === 'focus') focusRow(action.index);
    else if (action.kind === 'select') onSelect(action.path);
    else toggleOpen(action.path, action.kind === 'open');
  };

  const select = useCallback(
    (path: string): void => {
      focusPath(path);
      onSelect(path);
    },
    [onSelect],
  );
  const retry = useCallback<TreeRowProps['onRetry']>((row) => retryLevel(row.level), []);
  const drawn = rows.getVirtualItems();
  // All in a row, but for one that may be far away because it has the focus.
  const isFirstAlone = drawn.length > 1 && drawn[1]!.index !== drawn[0]!.index + 1;
  const from = drawn[isFirstAlone ? 1 : 0]?.index ?? 0;
  const isLastAlone = drawn.length > 1 && drawn.at(-1)!.index !== drawn.at(-2)!.index + 1;
  const pool = Math.max(1, drawn.length - (isFirstAlone || isLastAlone ? 1 : 0));
  const rootLevel = tree.level(tree.root);
  return (
    <>
      <div
        ref={scroller}
        role="tree"
        aria-label={tree.root === '/' ? 'Keys' : 'Keys of the cell itself'}
        tabIndex={0}
        aria-activedescendant={focusedIndex === undefined ? undefined : rowId(focused)}
        className="group min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2"
        onKeyDown={onKeyDown}
        onFocus={() => {
          if (focused === '' || focusedIndex === undefined) focusRow(0);
        }}
      >
        <div role="presentation" className="relative w-full" style={{ height: rows.getTotalSize() }}>
          {drawn.map(({ index, start }) => {
            const row = tree.row(index);
            if (row === undefined) return null;
            const path = row.kind === 'child' ? row.path : '';
            return (
              <TreeRowView
                // Rows that leave the screen become those that come: nothing is built anew while one scrolls.
                key={index >= from && index < from + pool ? index % pool : 'focused'}
                row={row}
                top={start}
                isFocused={path !== '' && path === focused}
                isSelected={path !== '' && path === selected}
                isTouched={touched.has(path)}
                onSelect={select}
                onToggle={toggleOpen}
                onRetry={retry}
              />
            );
          })}
        </div>
      </div>
      <div className="border-t border-line px-3 py-1 text-xs text-faint" aria-live="off">
        {rootLevel.phase === 'counting' || rootLevel.phase === 'loading'
          ? 'Counting…'
          : rowsText(tree.rowCount, tree.loadedCount)}
      </div>
    </>
  );
}

function rowsText(rows: number, loaded: number): string {
  return `${countText(rows)} ${rows === 1 ? 'row' : 'rows'}, ${loaded >= rows ? 'all' : countText(loaded)} loaded`;
}
