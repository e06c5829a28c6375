import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Key, Space } from '../../machine/store.ts';
import type { OperatorPorts } from './ports.ts';
import { pathOf } from './texts.ts';

export interface LevelIndex {
  readonly slot: number;
  readonly revision: number;
  readonly count: number;
  readonly stride: number;
  readonly afters: string[];
}

/** So many segments are listed at once, before the loop has its turn: heartbeats wait no longer than that. */
const SLICE_SEGMENTS = 8_192;
const KEPT_MAX = 32;

/**
 * Count and stepping stones of levels. What was listed holds until the keyspace changes; while it changes during the
 * listing, the stones are those of nearly that revision, which is as good to somebody who scrolls.
 */
export class LevelIndexes {
  readonly #ports: OperatorPorts;
  readonly #kept = new Map<string, LevelIndex>();
  readonly #running = new Map<string, Promise<LevelIndex>>();

  constructor(ports: OperatorPorts) {
    this.#ports = ports;
  }

  /** Rejects when the viewer has gone away. */
  async of(space: Space, path: Key, stride: number, signal: AbortSignal): Promise<LevelIndex> {
    const name = `${stride} ${path}`;
    const kept = this.#kept.get(name);
    const { state } = this.#ports.api.cell;
    if (kept !== undefined && kept.revision === state.revision(space)) return { ...kept, slot: state.appliedSlot };
    signal.throwIfAborted();
    let running = this.#running.get(name);
    if (running === undefined) {
      running = this.#list(space, path, stride).finally(() => this.#running.delete(name));
      this.#running.set(name, running);
    }
    const index = await running;
    this.#keep(name, index);
    return index;
  }

  async #list(space: Space, path: Key, stride: number): Promise<LevelIndex> {
    const { api, listings } = this.#ports;
    const { state } = api.cell;
    const told = { slot: state.appliedSlot, revision: state.revision(space), stride };
    const afters: string[] = [''];
    let count = 0;
    let after = '';
    for (;;) {
      const segments = listings.segments(space, path, after, SLICE_SEGMENTS);
      for (let at = stride - 1 - (count % stride); at < segments.length; at += stride) {
        afters.push(pathOf(segments[at] as string));
      }
      count += segments.length;
      if (segments.length < SLICE_SEGMENTS) break;
      after = segments.at(-1) as string;
      await nextTurn();
    }
    // Nothing follows a stone at the very end.
    if (count > 0 && count % stride === 0) afters.pop();
    return { ...told, count, afters };
  }

  #keep(name: string, index: LevelIndex): void {
    this.#kept.delete(name);
    this.#kept.set(name, index);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
  }
}
