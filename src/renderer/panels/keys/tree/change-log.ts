import type { KeyChange } from '../../../../contract/index.ts';
import { isWithin, prefixBelow } from '../paths.ts';
import type { ChildChange } from './level.ts';

/** What a tree needs to know of a change: small, because many are kept. */
export interface TreeChange {
  readonly path: string;
  readonly slot: number;
  readonly kind: 'put' | 'delete';
  readonly isCreated: boolean;
  readonly version: number;
  readonly modRevision: number;
  readonly sizeBytes: number;
}

export function treeChangeOf({ kind, item, slot }: KeyChange): TreeChange {
  const { path, version, modRevision, sizeBytes } = item;
  return { path, slot, kind, isCreated: kind === 'put' && version === 1, version, modRevision, sizeBytes };
}

/** What a change of a key means for the level of one of the folders above it. */
export function childChangeIn(levelPath: string, change: TreeChange): ChildChange {
  const rest = change.path.slice(prefixBelow(levelPath).length);
  const slash = rest.indexOf('/');
  const { slot } = change;
  if (slash === -1) {
    const { version, modRevision, sizeBytes } = change;
    return {
      segment: rest,
      slot,
      descendants: 0,
      key: change.kind === 'delete' ? 'deleted' : { version, modRevision, sizeBytes },
    };
  }
  const descendants = change.kind === 'delete' ? -1 : change.isCreated ? 1 : 0;
  return { segment: rest.slice(0, slash), slot, descendants, key: undefined };
}

const KEPT = 5_000;

/**
 * The newest changes, for answers that were on their way while they came: what is loaded as of slot n is brought up to date
 * with every change behind n.
 */
export class ChangeLog {
  #changes: TreeChange[] = [];
  /** Changes through this slot may be missing. */
  #droppedThrough: number;

  constructor(fromSlot = 0) {
    this.#droppedThrough = fromSlot;
  }

  get length(): number {
    return this.#changes.length;
  }

  push(change: TreeChange): void {
    this.#changes.push(change);
    if (this.#changes.length > KEPT * 2) this.#drop(KEPT);
  }

  /** Changes may have been missed up to here. */
  forgetThrough(slot: number): void {
    this.#changes = [];
    this.#droppedThrough = Math.max(this.#droppedThrough, slot);
  }

  /** What changed strictly below a path behind a slot; undefined when that is no longer known. */
  since(slot: number, levelPath: string): readonly TreeChange[] | undefined {
    if (slot < this.#droppedThrough) return undefined;
    return this.#changes.filter(
      (change) => change.slot > slot && change.path !== levelPath && isWithin(change.path, levelPath),
    );
  }

  #drop(count: number): void {
    this.#droppedThrough = this.#changes[count - 1]!.slot;
    this.#changes = this.#changes.slice(count);
  }
}
