import type { RevisionEvent } from './results.ts';
import type { KeyChange, Space, StateStore } from './store.ts';
import { WatchIndex } from './watch-index.ts';
import type { WatchCut, WatchedChange, WatchHandle, WatchQuery, WatchSink } from './watch-types.ts';

/** What a hub reads from; a `Machine` is one. */
export interface WatchSource {
  readonly store: StateStore;
  readonly appliedSlot: number;
  revision(space: Space): number;
  floor(space: Space): number;
}

export interface WatchHubOptions {
  /** Called when there is something to catch up on: call `pump` soon, but not from within. */
  readonly requestPump: () => void;
  /** Changes that are read from the store at once for one watcher; a single revision may have more. */
  readonly pageChanges?: number;
  /** Bytes of keys and values that are read from the store at once for one watcher; a single revision may have more. */
  readonly pageBytes?: number;
  /** Pages that are read in one `pump`, one after another for all who catch up. */
  readonly pumpPages?: number;
  /** Bytes that are read in one `pump`: it is part of a turn of the host, which others wait for. */
  readonly pumpBytes?: number;
  /** A paused watcher that falls further behind than this is cut. */
  readonly laggingRevisionsMax?: number;
  /** Watchers that are told in one `announceProgress` how far they have come. */
  readonly announcedAtOnce?: number;
}

/**
 * `live`: gets every published event. `catching up`: gets pages from the store. `paused`: its sink is full; nothing is
 * kept for it but its position. `ended`: cut or cancelled.
 */
type WatcherState = 'live' | 'catching up' | 'paused' | 'ended';

interface Watcher extends WatchQuery {
  readonly sink: WatchSink;
  state: WatcherState;
  /** The first revision that it has not had. While it is live this is only a lower bound, which filters repeats. */
  next: number;
  /** As far as it knows to have come. */
  told: number;
}

const DEFAULTS = {
  pageChanges: 64,
  pageBytes: 2 * 1024 * 1024,
  pumpPages: 16,
  pumpBytes: 4 * 1024 * 1024,
  laggingRevisionsMax: 100_000,
  announcedAtOnce: 256,
};
/** How many published events may pass between two looks at how far paused watchers lag. */
const LAG_CHECK_EVENTS = 1_024;

/**
 * Tells watchers what changed (invariant 10): from any revision at or above the floor, in order, every revision once and
 * whole, without gaps. The store is the only buffer: a watcher is either told live what is published, or reads the store
 * from its own position until it has caught up.
 */
export class WatchHub {
  readonly #source: WatchSource;
  readonly #options: Required<WatchHubOptions>;
  readonly #indexes = { user: new WatchIndex<Watcher>(), system: new WatchIndex<Watcher>() };
  readonly #watchers = new Set<Watcher>();
  readonly #catchingUp = new Set<Watcher>();
  readonly #paused = new Set<Watcher>();
  /** Up to where live watchers have been told everything. */
  readonly #published: Record<Space, { revision: number; slot: number }>;
  /** Whose turn it is to be told how far they have come. */
  #announcing: Iterator<Watcher> | undefined;
  #isPumpRequested = false;
  #eventsSinceLagCheck = 0;

  constructor(source: WatchSource, options: WatchHubOptions) {
    this.#source = source;
    this.#options = { ...DEFAULTS, ...options };
    this.#published = { user: this.#position('user'), system: this.#position('system') };
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  open(query: WatchQuery, sink: WatchSink): WatchHandle {
    const fromHere = query.fromRevision === 0;
    const next = fromHere ? this.#source.revision(query.space) + 1 : query.fromRevision;
    // Whoever begins here does not know where that is before it was told once.
    const watcher: Watcher = { ...query, sink, state: 'paused', next, told: fromHere ? next - 2 : next - 1 };
    this.#watchers.add(watcher);
    this.#indexes[query.space].add(watcher);
    this.#continue(watcher);
    return {
      resume: () => {
        if (watcher.state === 'paused') this.#continue(watcher);
      },
      cancel: () => this.#end(watcher),
    };
  }

  /** What was applied, in order; call it after each apply, before anything else is applied or a snapshot installed. */
  publish(events: readonly RevisionEvent[]): void {
    const told = new Map<Watcher, WatchedChange[]>();
    for (const event of events) {
      this.#published[event.space] = { revision: event.revision, slot: event.slot };
      if (this.#watchers.size > 0) this.#collect(event, told);
    }
    // Everything is collected before anyone is told: a sink may open, cancel and resume watches.
    for (const [watcher, changes] of told) {
      if (watcher.state === 'live') this.#deliver(watcher, changes, this.#published[watcher.space]);
    }
    this.#eventsSinceLagCheck += events.length;
    if (this.#eventsSinceLagCheck >= LAG_CHECK_EVENTS) this.#cutLagging();
  }

  /** Some pages for those who are catching up; asks for another turn when more is left. */
  pump(): void {
    this.#isPumpRequested = false;
    let pages = this.#options.pumpPages;
    let bytes = this.#options.pumpBytes;
    for (const watcher of this.#catchingUp) {
      if (pages === 0 || bytes <= 0) break;
      pages -= 1;
      bytes -= this.#catchUp(watcher, Math.min(bytes, this.#options.pageBytes));
    }
    if (this.#catchingUp.size > 0) this.#askForPump();
  }

  /**
   * Tells watchers that asked for it, and have nothing outstanding, how far they have come since they were last told
   * anything. Some of them at a time: thousands at once would keep the events of all others waiting.
   */
  announceProgress(): void {
    this.#announcing ??= this.#watchers.values();
    for (let told = 0; told < this.#options.announcedAtOnce; ) {
      const { value: watcher, done } = this.#announcing.next();
      if (done) {
        this.#announcing = undefined;
        return;
      }
      const published = this.#published[watcher.space];
      // One that starts in the future would be told a position before its start, and resume from there.
      if (!watcher.progress || watcher.state !== 'live' || watcher.told >= published.revision) continue;
      told += 1;
      this.#deliver(watcher, [], published);
    }
  }

  /**
   * The source continues from an installed snapshot. Live watchers have had everything published before; what the
   * snapshot skipped is in its history, down to its floor.
   */
  adopted(): void {
    for (const watcher of this.#watchers) {
      if (watcher.state !== 'live') continue;
      watcher.next = Math.max(watcher.next, this.#published[watcher.space].revision + 1);
      this.#continue(watcher);
    }
    this.#published.user = this.#position('user');
    this.#published.system = this.#position('system');
  }

  /** Ends all watches: the agent is shutting down. */
  close(message: string): void {
    for (const watcher of this.#watchers) {
      const next = watcher.state === 'live' ? this.#published[watcher.space].revision + 1 : watcher.next;
      this.#cut(watcher, 'SHUTTING_DOWN', message, Math.max(next, watcher.next));
    }
  }

  #position(space: Space): { revision: number; slot: number } {
    return { revision: this.#source.revision(space), slot: this.#source.appliedSlot };
  }

  #collect(event: RevisionEvent, told: Map<Watcher, WatchedChange[]>): void {
    for (const change of event.changes) {
      this.#indexes[event.space].visit(change.key, (watcher) => {
        if (watcher.state !== 'live' || event.revision < watcher.next) return;
        append(told, watcher, {
          change,
          previous: watcher.withPrevious ? this.#replaced(event.space, change) : undefined,
        });
      });
    }
  }

  /**
   * Reads one page for this watcher, and tells it to all who are behind within that page: thousands that resume at once must
   * not read the same changes thousands of times, or they never catch up with what is written meanwhile. Returns how many
   * bytes it read.
   */
  #catchUp(first: Watcher, bytesMax: number): number {
    const { space, next: from } = first;
    const floor = this.#source.floor(space);
    if (from < floor) {
      this.#cut(first, 'COMPACTED', `revision ${from} is forgotten: history begins at ${floor}`, floor);
      return 0;
    }
    const told = new Map<Watcher, WatchedChange[]>();
    const { reached, bytes } = this.#readPage(space, from, bytesMax, told);
    // Everything is collected before anyone is told: a sink may open, cancel and resume watches.
    const served = [...this.#catchingUp].filter((watcher) => {
      return watcher.space === space && watcher.next >= from && watcher.next <= Math.max(reached.revision, from);
    });
    for (const watcher of served) {
      if (watcher.state !== 'catching up') continue;
      watcher.next = Math.max(watcher.next, reached.revision + 1);
      // Who needs another page goes to the end of the queue, so that all get their turn.
      this.#catchingUp.delete(watcher);
      const isLive = this.#continue(watcher);
      const changes = told.get(watcher) ?? [];
      if (changes.length > 0 || (isLive && watcher.progress)) this.#deliver(watcher, changes, reached);
    }
    return bytes;
  }

  /** Whole revisions, beginning with `from`, for whoever is behind and wants them. */
  #readPage(space: Space, from: number, bytesMax: number, told: Map<Watcher, WatchedChange[]>) {
    let bytes = 0;
    let last: KeyChange | undefined;
    const page = this.#source.store.changes(space, from, this.#options.pageChanges, bytesMax);
    for (const change of page) {
      // What was replaced counts too, and may be larger than what the page was measured by.
      if (bytes > bytesMax && change.modRevision !== last?.modRevision) break;
      last = change;
      bytes += change.key.length + change.value.length;
      let replaced: WatchedChange['previous'];
      this.#indexes[space].visit(change.key, (watcher) => {
        if (watcher.state !== 'catching up' || watcher.next < from || watcher.next > change.modRevision) return;
        if (watcher.withPrevious && replaced === undefined) {
          replaced = this.#replaced(space, change);
          bytes += replaced?.value.length ?? 0;
        }
        append(told, watcher, { change, previous: watcher.withPrevious ? replaced : undefined });
      });
    }
    const reached = last === undefined ? this.#position(space) : { revision: last.modRevision, slot: last.slot };
    return { reached, bytes };
  }

  /** Live, which it returns, when it has had everything there is; else it reads on from the store. */
  #continue(watcher: Watcher): boolean {
    this.#paused.delete(watcher);
    const isBehind = watcher.next <= this.#source.revision(watcher.space);
    watcher.state = isBehind ? 'catching up' : 'live';
    if (isBehind) {
      this.#catchingUp.add(watcher);
      this.#askForPump();
    }
    return !isBehind;
  }

  #deliver(watcher: Watcher, changes: WatchedChange[], reached: { revision: number; slot: number }): void {
    watcher.next = Math.max(watcher.next, reached.revision + 1);
    watcher.told = reached.revision;
    const wantsMore = watcher.sink.deliver({ changes, revision: reached.revision, slot: reached.slot });
    if (wantsMore || watcher.state === 'ended') return;
    watcher.state = 'paused';
    this.#catchingUp.delete(watcher);
    this.#paused.add(watcher);
  }

  #replaced(space: Space, { key, previousRevision }: KeyChange): WatchedChange['previous'] {
    return previousRevision === 0 ? undefined : this.#source.store.getAt(space, key, previousRevision);
  }

  #cutLagging(): void {
    this.#eventsSinceLagCheck = 0;
    for (const watcher of this.#paused) {
      const lag = this.#published[watcher.space].revision - watcher.next;
      if (lag <= this.#options.laggingRevisionsMax) continue;
      this.#cut(watcher, 'SLOW_WATCHER', `the watcher is ${lag} revisions behind and takes no more`, watcher.next);
    }
  }

  #cut(watcher: Watcher, reason: WatchCut['reason'], message: string, resumeFrom: number): void {
    this.#end(watcher);
    watcher.sink.cut({ reason, message, floor: this.#source.floor(watcher.space) }, resumeFrom);
  }

  #end(watcher: Watcher): void {
    if (watcher.state === 'ended') return;
    watcher.state = 'ended';
    this.#watchers.delete(watcher);
    this.#catchingUp.delete(watcher);
    this.#paused.delete(watcher);
    this.#indexes[watcher.space].remove(watcher);
  }

  #askForPump(): void {
    if (this.#isPumpRequested) return;
    this.#isPumpRequested = true;
    this.#options.requestPump();
  }
}

function append(told: Map<Watcher, WatchedChange[]>, watcher: Watcher, item: WatchedChange): void {
  const items = told.get(watcher);
  if (items === undefined) told.set(watcher, [item]);
  else items.push(item);
}
