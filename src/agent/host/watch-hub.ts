import type { RevisionEvent } from '../machine/results.ts';
import type { KeyChange, KeyRecord, Space } from '../machine/store.ts';
import { CellError, type WatchBatch, type WatchHandle, type WatchQuery, type WatchSink } from './cell-port.ts';

/** What the hub reads of the applied state. */
export interface WatchedState {
  readonly appliedSlot: number;
  revision(space: Space): number;
  floor(space: Space): number;
  /** Kept changes from a revision on, never splitting one. */
  changes(space: Space, fromRevision: number, limit: number): KeyChange[];
  getAt(space: Space, key: string, revision: number): KeyRecord | undefined;
}

interface Watcher {
  readonly query: WatchQuery;
  readonly sink: WatchSink;
  /** Everything below it was delivered or did not match. */
  nextRevision: number;
  /** The last revision that the sink was told of. */
  toldRevision: number;
  /** Behind: reads from the store. Live: gets what is applied. Paused: its sink is full. */
  mode: 'behind' | 'live' | 'paused';
}

const CATCH_UP_CHANGES = 512;

/**
 * Watches of the applied state: ordered, unique, a revision never split, without gaps, resumable. The hub keeps no buffer:
 * whoever falls behind reads from the store until it has caught up, and is cut off when that was compacted.
 */
export class WatchHub {
  #state: WatchedState;
  #wake: () => void;
  #watchers = new Set<Watcher>();
  #behind = 0;

  constructor(state: WatchedState, wake: () => void) {
    this.#state = state;
    this.#wake = wake;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** The first batch never comes before this call has returned. */
  watch(query: WatchQuery, sink: WatchSink): WatchHandle {
    const revision = this.#state.revision(query.space);
    const nextRevision = query.fromRevision === 0 ? revision + 1 : query.fromRevision;
    const watcher: Watcher = { query, sink, nextRevision, toldRevision: nextRevision - 1, mode: 'live' };
    this.#watchers.add(watcher);
    if (nextRevision <= revision) this.#fallBehind(watcher);
    return {
      resume: () => {
        if (watcher.mode === 'paused' && this.#watchers.has(watcher)) this.#fallBehind(watcher);
      },
      cancel: () => this.#remove(watcher),
    };
  }

  /** What an entry changed, in order. */
  publish(events: readonly RevisionEvent[]): void {
    if (this.#watchers.size === 0) return;
    for (const event of events) {
      for (const watcher of this.#watchers) {
        if (watcher.mode === 'live' && watcher.query.space === event.space) this.#publishTo(watcher, event);
      }
    }
  }

  /** Once per turn: those behind read one portion each. Returns true while there is more to do. */
  catchUp(): boolean {
    if (this.#behind === 0) return false;
    for (const watcher of this.#watchers) if (watcher.mode === 'behind') this.#readOn(watcher);
    return this.#behind > 0;
  }

  /** Now and then: tells live watchers how far they have come when nothing matched for a while. */
  tellProgress(): void {
    for (const watcher of this.#watchers) {
      if (watcher.mode !== 'live') continue;
      const revision = this.#state.revision(watcher.query.space);
      if (watcher.toldRevision < revision && watcher.nextRevision === revision + 1) {
        this.#deliver(watcher, { changes: [], revision, slot: this.#state.appliedSlot });
      }
    }
  }

  /** A snapshot replaced the state: nobody has seen what lies between. */
  stateReplaced(): void {
    for (const watcher of this.#watchers) if (watcher.mode === 'live') this.#fallBehind(watcher);
  }

  cutAll(error: () => CellError): void {
    for (const watcher of [...this.#watchers]) this.#cut(watcher, error());
  }

  #publishTo(watcher: Watcher, event: RevisionEvent): void {
    if (event.revision < watcher.nextRevision) return;
    watcher.nextRevision = event.revision + 1;
    const matching = event.changes.filter((change) => matches(watcher.query, change.key));
    if (matching.length === 0) return;
    const { revision, slot } = event;
    this.#deliver(watcher, { changes: this.#withPrevious(watcher.query, matching), revision, slot });
  }

  #readOn(watcher: Watcher): void {
    const { query, nextRevision } = watcher;
    const floor = this.#state.floor(query.space);
    if (nextRevision < floor) {
      this.#cut(watcher, compactedError(nextRevision, floor));
      return;
    }
    const current = this.#state.revision(query.space);
    const changes = this.#state.changes(query.space, nextRevision, CATCH_UP_CHANGES);
    const last = changes.at(-1);
    const isLast = last === undefined || last.modRevision >= current;
    const revision = isLast ? Math.max(current, nextRevision - 1) : last.modRevision;
    watcher.nextRevision = revision + 1;
    if (isLast) this.#setMode(watcher, 'live');
    const matching = changes.filter((change) => matches(query, change.key));
    if (matching.length === 0 && !isLast) return;
    const slot = isLast ? this.#state.appliedSlot : last.slot;
    this.#deliver(watcher, { changes: this.#withPrevious(query, matching), revision, slot });
  }

  #withPrevious(query: WatchQuery, changes: readonly KeyChange[]): WatchBatch['changes'] {
    return changes.map((change) => {
      const isWanted = query.withPrevious && change.previousRevision > 0;
      const previous = isWanted ? this.#state.getAt(query.space, change.key, change.previousRevision) : undefined;
      return { change, previous };
    });
  }

  #deliver(watcher: Watcher, batch: WatchBatch): void {
    watcher.toldRevision = batch.revision;
    if (!watcher.sink.deliver(batch) && this.#watchers.has(watcher)) this.#setMode(watcher, 'paused');
  }

  #fallBehind(watcher: Watcher): void {
    this.#setMode(watcher, 'behind');
    this.#wake();
  }

  #setMode(watcher: Watcher, mode: Watcher['mode']): void {
    if (watcher.mode === 'behind') this.#behind -= 1;
    if (mode === 'behind') this.#behind += 1;
    watcher.mode = mode;
  }

  #cut(watcher: Watcher, error: CellError): void {
    this.#remove(watcher);
    watcher.sink.cut(error, watcher.nextRevision);
  }

  #remove(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    if (watcher.mode === 'behind') this.#behind -= 1;
  }
}

function matches({ start, end }: WatchQuery, key: string): boolean {
  return end === '' ? key === start : key >= start && key < end;
}

function compactedError(revision: number, floor: number): CellError {
  return new CellError('COMPACTED', `revision ${revision} is forgotten: history begins at ${floor}`, { floor });
}
