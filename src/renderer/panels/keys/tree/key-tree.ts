import type { LevelItem } from '../../../../contract/index.ts';
import { childOf, lastSegmentOf, parentOf } from '../paths.ts';
import { Level } from './level.ts';

/** One line of the tree. */
export type TreeRow =
  | {
      readonly kind: 'child';
      readonly path: string;
      readonly item: LevelItem;
      readonly depth: number;
      readonly position: number;
      readonly siblings: number;
      readonly isOpen: boolean;
      /** Only its name is known yet. */
      readonly isGuess: boolean;
    }
  /** A child that is not loaded yet; `path` is its level's. */
  | {
      readonly kind: 'unloaded';
      readonly level: Level;
      readonly chunkIndex: number;
      readonly depth: number;
      readonly position: number;
      readonly siblings: number;
    }
  /** A level of which nothing is known: it is being loaded, or could not be. */
  | { readonly kind: 'level'; readonly level: Level; readonly depth: number };

/** Rows of one level that follow each other, without an opened child between them. */
interface Span {
  readonly start: number;
  readonly length: number;
  readonly level: Level;
  readonly from: number;
  readonly depth: number;
  /** Of the level; the sum is taken once. */
  readonly siblings: number;
  readonly whole: boolean;
}

/** The tree below one root as a list of rows that can be asked for by position, however long it is. */
export class KeyTree {
  readonly root: string;
  readonly levels = new Map<string, Level>();
  #spans: Span[] | undefined;
  #rows = 0;

  constructor(root: string) {
    this.root = root;
    this.levels.set(root, new Level(root));
  }

  level(path: string): Level {
    let level = this.levels.get(path);
    if (level === undefined) {
      level = new Level(path);
      this.levels.set(path, level);
    }
    return level;
  }

  /** To be called after any change of a level. */
  changed(): void {
    this.#spans = undefined;
  }

  get rowCount(): number {
    this.#lay();
    return this.#rows;
  }

  /** Rows that are shown and loaded. */
  get loadedCount(): number {
    let count = 0;
    for (const { level, from, length, whole } of this.#lay())
      if (!whole) count += level.loadedWithin(from, from + length);
    return count;
  }

  isOpen(path: string): boolean {
    return path === this.root || this.levels.get(parentOf(path))?.opened.has(lastSegmentOf(path)) === true;
  }

  setOpen(path: string, open: boolean): void {
    if (path === this.root) return;
    const { opened } = this.level(parentOf(path));
    if (open) opened.add(lastSegmentOf(path));
    else opened.delete(lastSegmentOf(path));
    this.changed();
  }

  row(index: number): TreeRow | undefined {
    const span = this.#spanAt(index);
    if (span === undefined) return undefined;
    const { level, depth, siblings } = span;
    if (span.whole) return { kind: 'level', level, depth };
    const position = span.from + index - span.start;
    const found = level.at(position);
    if (found === undefined) return undefined;
    const { item, chunk, chunkIndex } = found;
    if (item === undefined) return { kind: 'unloaded', level, chunkIndex, depth, position, siblings };
    const isOpen = level.opened.has(item.segment) && item.descendants > 0;
    const { isGuess } = chunk;
    return { kind: 'child', path: childOf(level.path, item.segment), item, depth, position, siblings, isOpen, isGuess };
  }

  /** The row of a path; undefined when it is not shown. */
  indexOf(path: string): number | undefined {
    const level = this.levels.get(parentOf(path));
    const position = level?.positionOf(lastSegmentOf(path));
    if (level === undefined || position === undefined) return undefined;
    for (const span of this.#lay()) {
      if (span.level === level && !span.whole && position >= span.from && position < span.from + span.length) {
        return span.start + position - span.from;
      }
    }
    return undefined;
  }

  #spanAt(index: number): Span | undefined {
    const spans = this.#lay();
    let low = 0;
    let high = spans.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const span = spans[middle]!;
      if (index < span.start) high = middle - 1;
      else if (index >= span.start + span.length) low = middle + 1;
      else return span;
    }
    return undefined;
  }

  #lay(): readonly Span[] {
    if (this.#spans !== undefined) return this.#spans;
    const spans: Span[] = [];
    this.#rows = 0;
    this.#layLevel(this.level(this.root), 0, spans);
    this.#spans = spans;
    return spans;
  }

  #layLevel(level: Level, depth: number, spans: Span[]): void {
    const siblings = level.count;
    const add = (from: number, length: number, whole = false): void => {
      if (length <= 0) return;
      spans.push({ start: this.#rows, length, level, from, depth, siblings, whole });
      this.#rows += length;
    };
    if (level.phase === 'unloaded' || level.phase === 'loading' || level.phase === 'failed') {
      add(0, 1, true);
      return;
    }
    let from = 0;
    for (const { segment, position } of openedChildren(level)) {
      add(from, position + 1 - from);
      from = position + 1;
      this.#layLevel(this.level(childOf(level.path, segment)), depth + 1, spans);
    }
    add(from, siblings - from);
  }
}

/** Opened children that are there and have something below them, in order. */
function openedChildren(level: Level): { readonly segment: string; readonly position: number }[] {
  const children: { readonly segment: string; readonly position: number }[] = [];
  for (const segment of level.opened) {
    const position = level.positionOf(segment);
    if (position !== undefined && level.item(segment)!.descendants > 0) children.push({ segment, position });
  }
  return children.sort((left, right) => left.position - right.position);
}
