import type { LevelItem } from '../../../../contract/index.ts';
import { compareBytes } from '../paths.ts';

/** Children of one path between two stepping stones: behind `after`, through the `after` of the next chunk. */
export interface Chunk {
  readonly after: string;
  /** As of `slot`; undefined: not loaded. */
  items: readonly LevelItem[] | undefined;
  /** How many there are: exact when loaded, else as of the stepping stones. */
  size: number;
  slot: number;
  state: 'idle' | 'loading' | 'failed';
  /** More was missed than could be caught up with: shown until it is loaded again. */
  isStale: boolean;
  /** Of its items only the names are known: they lie on the way to a key that is there. */
  isGuess: boolean;
}

/** What a change of one key does to one level above it. */
export interface ChildChange {
  readonly segment: string;
  readonly slot: number;
  /** Keys that came (+1) or went (-1) strictly below the child. */
  readonly descendants: number;
  /** The child itself, when it is the key: how it stands now, or that it was deleted. Undefined: it is further below. */
  readonly key: Pick<LevelItem, 'version' | 'modRevision' | 'sizeBytes'> | 'deleted' | undefined;
}

export interface Stones {
  readonly count: number;
  readonly stride: number;
  readonly afters: readonly string[];
}

/**
 * The children of one path, of which only ranges are loaded. It is divided at stepping stones (segments), not at positions:
 * so a child that comes or goes concerns one chunk, and all others stay right.
 */
export class Level {
  readonly path: string;
  /** Segments of children that are shown opened. */
  readonly opened = new Set<string>();
  chunks: Chunk[] = [];
  /** `counting`: the first children are there, how many follow is not known yet. */
  phase: 'unloaded' | 'loading' | 'counting' | 'ready' | 'failed' = 'unloaded';
  error: unknown;

  constructor(path: string) {
    this.path = path;
  }

  get count(): number {
    let count = 0;
    for (const chunk of this.chunks) count += chunk.size;
    return count;
  }

  /** Loaded children among the positions from..to. */
  loadedWithin(from: number, to: number): number {
    let count = 0;
    let start = 0;
    for (const { items, size, isGuess } of this.chunks) {
      if (items !== undefined && !isGuess) count += Math.max(0, Math.min(to, start + size) - Math.max(from, start));
      start += size;
    }
    return count;
  }

  /** The chunk in which a segment lies, or would lie. */
  chunkIndexOf(segment: string): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compareBytes(this.chunks[middle]!.after, segment) < 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where a child stands; undefined when it is not loaded. */
  positionOf(segment: string): number | undefined {
    const index = this.chunkIndexOf(segment);
    const items = this.chunks[index]?.items;
    if (items === undefined) return undefined;
    const at = searchItems(items, segment);
    return at < 0 ? undefined : this.startOf(index) + at;
  }

  item(segment: string): LevelItem | undefined {
    const items = this.chunks[this.chunkIndexOf(segment)]?.items;
    const at = items === undefined ? -1 : searchItems(items, segment);
    return at < 0 ? undefined : items![at];
  }

  at(position: number): { chunkIndex: number; chunk: Chunk; item: LevelItem | undefined } | undefined {
    let start = 0;
    for (const [chunkIndex, chunk] of this.chunks.entries()) {
      if (position < start + chunk.size) return { chunkIndex, chunk, item: chunk.items?.[position - start] };
      start += chunk.size;
    }
    return undefined;
  }

  startOf(chunkIndex: number): number {
    let start = 0;
    for (let index = 0; index < chunkIndex; index += 1) start += this.chunks[index]!.size;
    return start;
  }

  /** The first page. Without `more` it is the whole level. */
  begin(items: readonly LevelItem[], slot: number, more: boolean): void {
    this.chunks = [loadedChunk('', items, slot)];
    // One row stands for what has not been counted yet.
    if (more) this.chunks.push(unloadedChunk(items.at(-1)?.segment ?? '', 1));
    this.phase = more ? 'counting' : 'ready';
    this.error = undefined;
  }

  /** One child is known to be there. The level is shown with it alone until somebody looks: then it is loaded. */
  guess(segment: string): void {
    if (this.phase !== 'unloaded') return;
    const child = { segment, descendants: 1, isKey: false, version: 0, modRevision: 0, sizeBytes: 0 };
    this.chunks = [{ ...loadedChunk('', [child], 0), isStale: true, isGuess: true }];
    this.phase = 'ready';
  }

  /** A chunk was loaded only in part: what follows is one more, not counted yet. */
  continueBehind(index: number): void {
    const after = this.chunks[index]?.items?.at(-1)?.segment;
    if (after !== undefined) this.chunks.splice(index + 1, 0, unloadedChunk(after, 1));
  }

  /** New stepping stones. What is loaded of the old chunks is kept where it covers a new one. */
  divide({ count, stride, afters }: Stones): void {
    const old = this.chunks;
    this.chunks = afters.map((after, index) => {
      const through = afters[index + 1];
      const isLast = through === undefined;
      const size = isLast ? Math.max(0, count - index * stride) : stride;
      return covering(old, after, through) ?? unloadedChunk(after, size);
    });
    if (this.chunks.length === 0) this.chunks = [loadedChunk('', [], 0)];
    this.phase = 'ready';
  }

  /** @returns whether the number or the content of rows changed */
  apply(change: ChildChange): boolean {
    const chunk = this.chunks[this.chunkIndexOf(change.segment)];
    if (chunk?.items === undefined || change.slot <= chunk.slot) return false;
    const next = withChange(chunk.items, change);
    if (next === chunk.items) return false;
    chunk.items = next;
    chunk.size = next.length;
    return true;
  }

  /** Everything loaded may be wrong by now. */
  invalidate(): void {
    for (const chunk of this.chunks) chunk.isStale = chunk.items !== undefined;
  }
}

export function loadedChunk(after: string, items: readonly LevelItem[], slot: number): Chunk {
  return { after, items, size: items.length, slot, state: 'idle', isStale: false, isGuess: false };
}

function unloadedChunk(after: string, size: number): Chunk {
  return { after, items: undefined, size, slot: 0, state: 'idle', isStale: false, isGuess: false };
}

/** The loaded items in (after, through], if old chunks cover all of it. */
function covering(old: readonly Chunk[], after: string, through: string | undefined): Chunk | undefined {
  const items: LevelItem[] = [];
  let slot = Number.POSITIVE_INFINITY;
  let isStale = false;
  for (const [index, chunk] of old.entries()) {
    const end = old[index + 1]?.after;
    if (end !== undefined && compareBytes(end, after) <= 0) continue;
    if (through !== undefined && compareBytes(chunk.after, through) >= 0) break;
    if (chunk.items === undefined) return undefined;
    slot = Math.min(slot, chunk.slot);
    isStale ||= chunk.isStale;
    for (const item of chunk.items) {
      if (compareBytes(item.segment, after) <= 0) continue;
      if (through !== undefined && compareBytes(item.segment, through) > 0) break;
      items.push(item);
    }
  }
  return slot === Number.POSITIVE_INFINITY ? undefined : { ...loadedChunk(after, items, slot), isStale };
}

/** Index of a segment, or the complement of where it would be put. */
function searchItems(items: readonly LevelItem[], segment: string): number {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareBytes(items[middle]!.segment, segment);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return ~low;
}

/** The items after a change; the same array when it changes nothing. */
export function withChange(items: readonly LevelItem[], change: ChildChange): readonly LevelItem[] {
  const at = searchItems(items, change.segment);
  const before = at < 0 ? undefined : items[at]!;
  const none = { segment: change.segment, descendants: 0, isKey: false, version: 0, modRevision: 0, sizeBytes: 0 };
  const { key } = change;
  const after: LevelItem = { ...(before ?? none), descendants: (before?.descendants ?? 0) + change.descendants };
  if (key === 'deleted') Object.assign(after, { isKey: false, version: 0, modRevision: 0, sizeBytes: 0 });
  else if (key !== undefined) Object.assign(after, { isKey: true, ...key });
  const remains = after.isKey || after.descendants > 0;
  if (before === undefined && (!remains || (key === undefined && change.descendants <= 0))) return items;
  if (before !== undefined && key === undefined && change.descendants === 0) return items;
  const place = at < 0 ? ~at : at;
  return [
    ...items.slice(0, place),
    ...(remains ? [after] : []),
    ...items.slice(place + (before === undefined ? 0 : 1)),
  ];
}
