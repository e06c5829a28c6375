import { MemorySpace } from './memory-space.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { Key, KeyChange, Space } from './store.ts';

type Undo =
  | { readonly kind: 'append'; readonly space: Space }
  /** Compaction builds a new space and leaves the one before it as it was. */
  | { readonly kind: 'compact'; readonly space: Space; readonly before: MemorySpace }
  | { readonly kind: 'plain'; readonly key: Key; readonly before: Uint8Array | undefined };

/**
 * What some contents were at one time. It leads to everything that was changed since and to nothing before it, so that
 * what nobody can go back to any more is not kept.
 */
export interface Moment {
  later: { readonly undo: Undo; readonly moment: Moment } | undefined;
}

/**
 * What a store in memory holds, and the way back to each moment that somebody still knows. To remember a moment costs
 * nothing; only to go back to one costs a copy.
 */
export class MemoryContents {
  readonly spaces: { user: MemorySpace; system: MemorySpace };
  readonly #plain: Map<Key, Uint8Array>;
  readonly #plainKeys: SortedKeys;
  #now: Moment = { later: undefined };

  constructor(
    spaces = { user: new MemorySpace(), system: new MemorySpace() },
    plain = new Map<Key, Uint8Array>(),
    plainKeys = new SortedKeys(),
  ) {
    this.spaces = spaces;
    this.#plain = plain;
    this.#plainKeys = plainKeys;
  }

  get now(): Moment {
    return this.#now;
  }

  /** Contents of their own, as these were at that moment. */
  copyAt(moment: Moment): MemoryContents {
    const undos: Undo[] = [];
    for (let at = moment.later; at !== undefined; at = at.moment.later) undos.push(at.undo);
    const spaces = { user: this.#spaceBefore('user', undos), system: this.#spaceBefore('system', undos) };
    const copy = new MemoryContents(spaces, new Map(this.#plain), SortedKeys.copyOf(this.#plainKeys));
    for (const undo of undos.reverse()) if (undo.kind === 'plain') copy.#setPlain(undo.key, undo.before);
    return copy;
  }

  append(space: Space, change: KeyChange): void {
    this.spaces[space].append(change);
    this.#done({ kind: 'append', space });
  }

  compact(space: Space, floor: number): void {
    const before = this.spaces[space];
    this.spaces[space] = before.compacted(floor);
    this.#done({ kind: 'compact', space, before });
  }

  getPlain(key: Key): Uint8Array | undefined {
    return this.#plain.get(key);
  }

  /** No value: the record is deleted. */
  putPlain(key: Key, value: Uint8Array | undefined): void {
    const before = this.#plain.get(key);
    if (before === undefined && value === undefined) return;
    this.#setPlain(key, value);
    this.#done({ kind: 'plain', key, before });
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    const found: Key[] = [];
    this.#plainKeys.ascend(start, end === '' ? `${start}\0` : end, (key) => {
      found.push(key);
      return limit === 0 || found.length < limit;
    });
    return found;
  }

  #done(undo: Undo): void {
    const moment: Moment = { later: undefined };
    this.#now.later = { undo, moment };
    this.#now = moment;
  }

  #setPlain(key: Key, value: Uint8Array | undefined): void {
    if (value === undefined) {
      this.#plain.delete(key);
      this.#plainKeys.delete(key);
    } else {
      if (!this.#plain.has(key)) this.#plainKeys.add(key);
      this.#plain.set(key, value);
    }
  }

  /** The space that was compacted first, or else the one of now, without what was appended to it. */
  #spaceBefore(space: Space, undos: readonly Undo[]): MemorySpace {
    let appended = 0;
    for (const undo of undos) {
      if (undo.kind === 'plain' || undo.space !== space) continue;
      if (undo.kind === 'compact') return withoutNewest(undo.before, appended);
      appended += 1;
    }
    return withoutNewest(this.spaces[space], appended);
  }
}

function withoutNewest(space: MemorySpace, count: number): MemorySpace {
  const copy = MemorySpace.copyOf(space);
  for (let n = 0; n < count; n += 1) copy.removeNewest();
  return copy;
}
