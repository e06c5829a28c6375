import type { LevelItem } from '../../../../contract/index.ts';
import { ancestorsOf, compareBytes, isWithin, lastSegmentOf, parentOf } from '../paths.ts';
import { type ChangeLog, childChangeIn } from './change-log.ts';
import type { KeyTree } from './key-tree.ts';
import { type Chunk, type Level, loadedChunk, type Stones } from './level.ts';

/** How levels are asked for; of the contract, what the tree needs. */
export interface LevelSource {
  readonly level: (input: {
    readonly path: string;
    readonly after: string;
    readonly limit: number;
    readonly minSlot: number;
  }) => Promise<{ readonly slot: number; readonly items: readonly LevelItem[]; readonly more: boolean }>;
  readonly levelIndex: (input: {
    readonly path: string;
    readonly stride: number;
  }) => Promise<Stones & { readonly slot: number }>;
}

/** Rows that are asked for at once: a few screens. */
export const STRIDE = 200;
/** What one chunk may have grown by since its stepping stones were counted. */
const SLACK = 50;
/** A chunk that has grown beyond this is divided. */
const CHUNK_MAX = 5 * STRIDE;
const RUNNING_MAX = 4;
/** On the way to a key so many levels are loaded at once: one looks there first. */
const LOADED_DEPTH = 16;

/** Loads ranges of levels into a tree, the newest wish first, and brings them up to date with changes that overtook them. */
export class TreeLoader {
  readonly #tree: KeyTree;
  readonly #source: LevelSource;
  readonly #log: ChangeLog;
  readonly #onChange: () => void;
  readonly #opening = new Map<Level, Promise<void>>();
  readonly #loading = new Map<Chunk, Promise<void>>();
  #wishes: (() => Promise<void>)[] = [];
  #running = 0;
  #isStopped = false;

  constructor(tree: KeyTree, source: LevelSource, log: ChangeLog, onChange: () => void) {
    this.#tree = tree;
    this.#source = source;
    this.#log = log;
    this.#onChange = onChange;
  }

  stop(): void {
    this.#isStopped = true;
    this.#wishes = [];
  }

  /** Sees to it that what is shown in these rows is loaded. Wishes of an earlier screen that were not begun are dropped. */
  need(first: number, last: number): void {
    const wishes: (() => Promise<void>)[] = [];
    const seen = new Set<Chunk | Level>();
    for (let index = first; index <= last; index += 1) {
      const row = this.#tree.row(index);
      if (row === undefined) break;
      if (row.kind === 'level') {
        const { level } = row;
        if (level.phase === 'unloaded') wishes.push(() => this.openLevel(level));
        continue;
      }
      const level = row.kind === 'child' ? this.#tree.level(parentOf(row.path)) : row.level;
      const chunk = level.chunks[row.kind === 'child' ? level.chunkIndexOf(row.item.segment) : row.chunkIndex];
      if (chunk === undefined || seen.has(chunk)) continue;
      seen.add(chunk);
      if (level.phase === 'ready' && chunk.state === 'idle' && (chunk.items === undefined || chunk.isStale)) {
        wishes.push(() => this.#loadChunk(level, chunk));
      }
    }
    this.#wishes = wishes;
    this.#next();
  }

  /** First page, then, when there is more, how much. Whoever asks while it is loading waits for the same answer. */
  openLevel(level: Level): Promise<void> {
    let opening = this.#opening.get(level);
    if (opening === undefined) {
      if (level.phase !== 'unloaded' && level.phase !== 'failed') return Promise.resolve();
      opening = this.#openLevel(level).finally(() => this.#opening.delete(level));
      this.#opening.set(level, opening);
    }
    return opening;
  }

  async #openLevel(level: Level): Promise<void> {
    level.phase = 'loading';
    this.#changed();
    try {
      const { slot, items, more } = await this.#ask(level, '', STRIDE);
      level.begin(items, slot, more);
      this.#catchUp(level, level.chunks[0]!);
      this.#changed();
      if (more) await this.recount(level);
    } catch (error) {
      level.phase = 'failed';
      level.error = error;
    }
    this.#changed();
  }

  /** New stepping stones: the exact number of children, and where to jump to. */
  async recount(level: Level): Promise<void> {
    const stones = await this.#source.levelIndex({ path: level.path, stride: STRIDE });
    if (this.#isStopped) return;
    level.divide(stones);
    this.#changed();
  }

  /**
   * Opens every folder above a path and loads the place where the path stands. What lies on a long way there is loaded only
   * when somebody looks at it.
   */
  async reveal(path: string): Promise<void> {
    if (!isWithin(path, this.#tree.root) || path === this.#tree.root) return;
    const folders = ancestorsOf(path).filter((folder) => isWithin(folder, this.#tree.root));
    const steps = folders.map((folder, index) => ({ folder, child: lastSegmentOf(folders[index + 1] ?? path) }));
    const last = steps.pop()!;
    const own = this.#tree.level(last.folder);
    await this.#loadPlace(own, last.child);
    const isThere = own.item(last.child) !== undefined;
    for (const [depth, { folder, child }] of steps.entries()) {
      const level = this.#tree.level(folder);
      if (isThere && depth >= LOADED_DEPTH) level.guess(child);
      else await this.#loadPlace(level, child);
      if (level.item(child) === undefined || this.#isStopped) break;
    }
    for (const folder of folders) this.#tree.setOpen(folder, true);
    this.#changed();
  }

  async #loadPlace(level: Level, segment: string): Promise<void> {
    await this.openLevel(level);
    const chunk = level.chunks[level.chunkIndexOf(segment)];
    if (chunk !== undefined && chunk.items === undefined && level.phase === 'ready')
      await this.#loadChunk(level, chunk);
  }

  #next(): void {
    while (this.#running < RUNNING_MAX) {
      const wish = this.#wishes.shift();
      if (wish === undefined || this.#isStopped) return;
      this.#running += 1;
      void wish().finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  #loadChunk(level: Level, chunk: Chunk): Promise<void> {
    let loading = this.#loading.get(chunk);
    if (loading === undefined) {
      loading = this.#readChunk(level, chunk).finally(() => this.#loading.delete(chunk));
      this.#loading.set(chunk, loading);
    }
    return loading;
  }

  async #readChunk(level: Level, chunk: Chunk): Promise<void> {
    chunk.state = 'loading';
    try {
      const { items, slot, more } = await this.#chunkItems(level, chunk);
      const index = level.chunks.indexOf(chunk);
      // The level may have been divided anew meanwhile.
      if (index === -1 || this.#isStopped) return;
      const loaded = loadedChunk(chunk.after, items, slot);
      level.chunks[index] = loaded;
      if (more) level.continueBehind(index);
      this.#catchUp(level, loaded);
      this.#changed();
      if (more) await this.recount(level);
    } catch (error) {
      chunk.state = 'failed';
      level.error = error;
    }
    this.#changed();
  }

  /** Everything behind the chunk's stone through the next one; `more`: it has grown too much for one chunk. */
  async #chunkItems(level: Level, chunk: Chunk): Promise<{ items: LevelItem[]; slot: number; more: boolean }> {
    const items: LevelItem[] = [];
    let slot = Number.POSITIVE_INFINITY;
    let after = chunk.after;
    for (;;) {
      const answer = await this.#ask(level, after, STRIDE + SLACK);
      slot = Math.min(slot, answer.slot);
      const through = level.chunks[level.chunks.indexOf(chunk) + 1]?.after;
      for (const item of answer.items) {
        if (through !== undefined && compareBytes(item.segment, through) > 0) return { items, slot, more: false };
        items.push(item);
      }
      const last = answer.items.at(-1);
      if (!answer.more || last === undefined || last.segment === through) return { items, slot, more: false };
      if (items.length >= CHUNK_MAX) return { items, slot, more: true };
      after = last.segment;
    }
  }

  #ask(level: Level, after: string, limit: number): ReturnType<LevelSource['level']> {
    return this.#source.level({ path: level.path, after, limit, minSlot: 0 });
  }

  #catchUp(level: Level, chunk: Chunk): void {
    const missed = this.#log.since(chunk.slot, level.path);
    if (missed === undefined) {
      chunk.isStale = true;
      return;
    }
    for (const change of missed) {
      const index = level.chunks.indexOf(chunk);
      const child = childChangeIn(level.path, change);
      if (level.chunkIndexOf(child.segment) === index) level.apply(child);
    }
  }

  #changed(): void {
    if (this.#isStopped) return;
    this.#tree.changed();
    this.#onChange();
  }
}
