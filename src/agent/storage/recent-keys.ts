import type { Key, KeyRecord } from '../machine/store.ts';

/** A live key that was read or written a moment ago. */
export interface RecentKey {
  readonly position: number;
  /** Absent when its value is too long to keep. */
  readonly record: KeyRecord | undefined;
}

const GENERATION_KEYS_MAX = 8_192;
const VALUE_BYTES_MAX = 512;

/**
 * Most keys are written soon after they were read, and read soon after they were written; SQLite takes microseconds
 * for what a map has at once. Two generations: what was not asked for while the younger one filled up is forgotten.
 */
export class RecentKeys {
  #young = new Map<Key, RecentKey>();
  #old = new Map<Key, RecentKey>();

  get(key: Key): RecentKey | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.#put(key, old);
    return old;
  }

  set(position: number, record: KeyRecord): void {
    const { key, value } = record;
    // The value is a slice of a whole entry, which would stay in memory with it.
    const kept = value.length <= VALUE_BYTES_MAX ? { ...record, value: Buffer.from(value) } : undefined;
    this.#put(key, { position, record: kept });
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #put(key: Key, recent: RecentKey): void {
    if (this.#young.size >= GENERATION_KEYS_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, recent);
  }
}
