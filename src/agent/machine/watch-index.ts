import { prefixEnd } from './keys.ts';
import type { Key } from './store.ts';
import { isInRange } from './write-view.ts';

export interface Watched {
  readonly start: Key;
  /** Exclusive; empty: only `start`. */
  readonly end: Key;
}

/**
 * Finds who watches a key without asking everybody. Single keys are looked up directly. Ranges stand under the longest
 * prefix that covers them: a key is then looked up once per length that any such prefix has, which are few, because
 * people watch folders. Only ranges under the same prefix are compared one by one, and those that are the prefix itself
 * all match.
 */
export class WatchIndex<W extends Watched> {
  readonly #byKey = new Map<Key, Set<W>>();
  readonly #byPrefix = new Map<Key, Set<W>>();
  /** Length of a prefix -> how many prefixes have it. */
  readonly #lengths = new Map<number, number>();

  add(watched: W): void {
    if (watched.end === '') {
      addTo(this.#byKey, watched.start, watched);
      return;
    }
    const prefix = coveringPrefix(watched);
    if (addTo(this.#byPrefix, prefix, watched)) {
      this.#lengths.set(prefix.length, (this.#lengths.get(prefix.length) ?? 0) + 1);
    }
  }

  remove(watched: W): void {
    if (watched.end === '') {
      removeFrom(this.#byKey, watched.start, watched);
      return;
    }
    const prefix = coveringPrefix(watched);
    if (!removeFrom(this.#byPrefix, prefix, watched)) return;
    const left = this.#lengths.get(prefix.length)! - 1;
    if (left === 0) this.#lengths.delete(prefix.length);
    else this.#lengths.set(prefix.length, left);
  }

  /** Calls `visit` once for everyone who watches the key. */
  visit(key: Key, visit: (watched: W) => void): void {
    const exact = this.#byKey.get(key);
    if (exact !== undefined) for (const watched of exact) visit(watched);
    for (const length of this.#lengths.keys()) {
      if (length > key.length) continue;
      const bucket = this.#byPrefix.get(key.slice(0, length));
      if (bucket === undefined) continue;
      for (const watched of bucket) if (isInRange(key, watched)) visit(watched);
    }
  }
}

/** The longest prefix that every key of the range has; keys outside the range may have it too. */
function coveringPrefix({ start, end }: Watched): Key {
  for (let length = start.length; length > 0; length -= 1) {
    const prefix = start.slice(0, length);
    if (end <= prefixEnd(prefix)) return prefix;
  }
  return '';
}

/** True when it is the first one there. */
function addTo<W>(sets: Map<Key, Set<W>>, key: Key, watched: W): boolean {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([watched]));
  else set.add(watched);
  return set === undefined;
}

/** True when it was the last one there. */
function removeFrom<W>(sets: Map<Key, Set<W>>, key: Key, watched: W): boolean {
  const set = sets.get(key);
  if (set === undefined || !set.delete(watched) || set.size > 0) return false;
  sets.delete(key);
  return true;
}
