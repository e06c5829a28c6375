import type { LevelItem } from '../../../src/contract/index.ts';
import { compareBytes, isWithin, prefixBelow } from '../../../src/renderer/panels/keys/paths.ts';
import type { TreeChange } from '../../../src/renderer/panels/keys/tree/change-log.ts';
import type { LevelSource } from '../../../src/renderer/panels/keys/tree/tree-loader.ts';

/** A store of keys in memory that answers for levels as an agent does, and tells what changes. */
export class FakeLevels implements LevelSource {
  readonly versions = new Map<string, number>();
  readonly asked: string[] = [];
  slot = 1;
  /** Answers wait for it; to let changes overtake them. */
  gate: Promise<void> = Promise.resolve();
  fails = false;

  constructor(paths: readonly string[] = []) {
    for (const path of paths) this.versions.set(path, 1);
  }

  put(path: string): TreeChange {
    const version = (this.versions.get(path) ?? 0) + 1;
    this.versions.set(path, version);
    this.slot += 1;
    const isCreated = version === 1;
    return { path, slot: this.slot, kind: 'put', isCreated, version, modRevision: this.slot, sizeBytes: 1 };
  }

  delete(path: string): TreeChange {
    this.versions.delete(path);
    this.slot += 1;
    const none = { isCreated: false, version: 0, modRevision: this.slot, sizeBytes: 0 };
    return { path, slot: this.slot, kind: 'delete', ...none };
  }

  children(path: string): LevelItem[] {
    const found = new Map<string, LevelItem>();
    for (const [key, version] of this.versions) {
      if (key === path || !isWithin(key, path)) continue;
      const [segment = '', ...below] = key.slice(prefixBelow(path).length).split('/');
      const none = { segment, descendants: 0, isKey: false, version: 0, modRevision: 0, sizeBytes: 0 };
      const item = found.get(segment) ?? none;
      found.set(
        segment,
        below.length > 0
          ? { ...item, descendants: item.descendants + 1 }
          : { ...item, isKey: true, version, modRevision: 1, sizeBytes: 1 },
      );
    }
    return [...found.values()].sort((left, right) => compareBytes(left.segment, right.segment));
  }

  level: LevelSource['level'] = async ({ path, after, limit }) => {
    this.asked.push(`${path} ${after}`);
    if (this.fails) throw new Error('no answer');
    const { slot } = this;
    const rest = this.children(path).filter(({ segment }) => compareBytes(segment, after) > 0);
    await this.gate;
    return { slot, items: rest.slice(0, limit), more: rest.length > limit };
  };

  levelIndex: LevelSource['levelIndex'] = async ({ path, stride }) => {
    this.asked.push(`${path} index`);
    const children = this.children(path);
    const afters: string[] = [];
    for (let at = 0; at < Math.max(1, children.length); at += stride) {
      afters.push(at === 0 ? '' : children[at - 1]!.segment);
    }
    return { slot: this.slot, count: children.length, stride, afters };
  };
}

/** `n` children of a path, in order. */
export function numbered(path: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${path}/k${String(index).padStart(6, '0')}`);
}
