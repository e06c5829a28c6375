import type { KeyChange } from '../agent/machine/store.ts';
import type { WatchBatch, WatchQuery } from '../agent/machine/watch-types.ts';
import type { Counters } from './counters.ts';
import { require } from './violation.ts';

const INVARIANT = 'a watch tells every change once and in order';

/** What the journal did to the user keyspace, revision by revision; what watchers are told is held against it. */
export class ChangeBook {
  readonly #counters: Counters;
  /** In order. */
  readonly #changes: KeyChange[] = [];

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  written(change: KeyChange): void {
    this.#changes.push(change);
  }

  /** `next` is the first revision that the watcher has not had. Returns the one after the batch. */
  told(by: string, query: WatchQuery, next: number, { changes, revision }: WatchBatch): number {
    const newest = this.#changes.at(-1)?.modRevision ?? 0;
    require(revision <= newest && revision + 1 >= next, INVARIANT, () => {
      return `${by} is told that it has everything through ${revision}; it had everything below ${next}, the newest is ${newest}`;
    });
    const expected = this.#matching(query, next, revision);
    for (let at = 0; at < Math.max(expected.length, changes.length); at += 1) {
      const [was, told] = [expected[at], changes[at]?.change];
      require(was !== undefined && told !== undefined && isEqual(told, was), INVARIANT, () => {
        return `${by} is told of ${next} to ${revision}; change ${at} is ${describe(told)}, it was ${describe(was)}`;
      });
    }
    for (const { change, previous } of changes) {
      require(previous === undefined || previous.modRevision === change.previousRevision, INVARIANT, () => {
        return `${by}: ${describe(change)} replaced ${change.previousRevision}, told is ${previous?.modRevision}`;
      });
    }
    this.#counters.add(changes.length > 0 ? 'change watched' : 'progress of a watch', Math.max(1, changes.length));
    return revision + 1;
  }

  /** Only what is forgotten may be passed over. */
  compacted(by: string, next: number, resumeFrom: number): number {
    require(resumeFrom > next, INVARIANT, () =>
      `${by} is cut at ${next} because what is below ${resumeFrom} is forgotten`);
    this.#counters.add('watch cut: COMPACTED');
    return resumeFrom;
  }

  /** All is quiet, and it has had time to be told. */
  settled(by: string, query: WatchQuery, next: number): void {
    const missing = this.#matching(query, next, Number.POSITIVE_INFINITY);
    require(missing.length === 0, INVARIANT, () =>
      `${by} was never told of ${missing.length} changes, the first ${describe(missing[0])}`);
  }

  #matching({ start, end }: WatchQuery, fromRevision: number, throughRevision: number): KeyChange[] {
    const found: KeyChange[] = [];
    for (let at = this.#changes.length - 1; at >= 0; at -= 1) {
      const change = this.#changes[at]!;
      if (change.modRevision < fromRevision) break;
      const isMeant = end === '' ? change.key === start : change.key >= start && change.key < end;
      if (isMeant && change.modRevision <= throughRevision) found.push(change);
    }
    return found.reverse();
  }
}

function isEqual(one: KeyChange, other: KeyChange): boolean {
  return (
    describe(one) === describe(other) &&
    one.ordinal === other.ordinal &&
    one.slot === other.slot &&
    one.value.length === other.value.length &&
    one.value.every((byte, at) => byte === other.value[at])
  );
}

function describe(change: KeyChange | undefined): string {
  return change === undefined ? 'nothing' : `${change.modRevision} ${change.kind} ${change.key} v${change.version}`;
}
