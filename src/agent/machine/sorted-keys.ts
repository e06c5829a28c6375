import type { Key } from './store.ts';

/** Small enough that an insertion moves little memory, large enough that there are few chunks to search. */
const CHUNK_KEYS_MAX = 512;

/**
 * An ordered set of keys. Sorted chunks instead of one sorted array: inserting into an array of 100 000 keys moves
 * hundreds of kilobytes, inserting into a chunk moves four.
 */
export class SortedKeys {
  #chunks: Key[][] = [];

  static copyOf(other: SortedKeys): SortedKeys {
    const copy = new SortedKeys();
    copy.#chunks = other.#chunks.map((chunk) => chunk.slice());
    return copy;
  }

  /** The keys must be distinct and in order. */
  static fromSorted(keys: readonly Key[]): SortedKeys {
    const result = new SortedKeys();
    const half = CHUNK_KEYS_MAX / 2;
    for (let at = 0; at < keys.length; at += half) result.#chunks.push(keys.slice(at, at + half));
    return result;
  }

  add(key: Key): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push([key]);
      return;
    }
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, key);
    if (chunk[index] === key) return;
    if (index === chunk.length) chunk.push(key);
    else chunk.splice(index, 0, key);
    if (chunk.length > CHUNK_KEYS_MAX) {
      // Appending in order (sequence numbers, dated keys) leaves full chunks behind instead of half-full ones.
      const from = index === chunk.length - 1 && at === this.#chunks.length - 1 ? CHUNK_KEYS_MAX : CHUNK_KEYS_MAX / 2;
      this.#chunks.splice(at + 1, 0, chunk.splice(from));
    }
  }

  delete(key: Key): void {
    if (this.#chunks.length === 0) return;
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, key);
    if (chunk[index] !== key) return;
    if (index === 0) chunk.shift();
    else chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The smallest key that is not below `from`. */
  firstFrom(from: Key): Key | undefined {
    if (this.#chunks.length === 0) return undefined;
    const at = this.#chunkOf(from);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, from);
    return index < chunk.length ? chunk[index] : this.#chunks[at + 1]?.[0];
  }

  /** Visits the keys of [start, end) in order until `visit` returns false. The set must not change meanwhile. */
  ascend(start: Key, end: Key, visit: (key: Key) => boolean): void {
    if (this.#chunks.length === 0) return;
    let at = this.#chunkOf(start);
    let index = lowerBound(this.#chunks[at]!, start);
    for (; at < this.#chunks.length; at += 1, index = 0) {
      const chunk = this.#chunks[at]!;
      for (; index < chunk.length; index += 1) {
        const key = chunk[index]!;
        if (key >= end || !visit(key)) return;
      }
    }
  }

  /** Visits the keys of [start, end) in descending order until `visit` returns false. */
  descend(start: Key, end: Key, visit: (key: Key) => boolean): void {
    if (this.#chunks.length === 0) return;
    let at = this.#chunkOf(end);
    let index = lowerBound(this.#chunks[at]!, end) - 1;
    for (;;) {
      const chunk = this.#chunks[at]!;
      for (; index >= 0; index -= 1) {
        const key = chunk[index]!;
        if (key < start || !visit(key)) return;
      }
      at -= 1;
      if (at < 0) return;
      index = this.#chunks[at]!.length - 1;
    }
  }

  /** The last chunk whose first key is not above `key`, else the first chunk. */
  #chunkOf(key: Key): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (chunks[middle]![0]! <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
