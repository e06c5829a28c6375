// Guards TRUST 10: watches are ordered, unique, atomic per revision, without gaps, resumable; progress is never ahead of
// events; a start below the floor is an error; a start in the future yields nothing older; nothing goes back in time
// after a snapshot install.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Applicable } from '../../src/agent/machine/applicable.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import { prefixEnd } from '../../src/agent/machine/keys.ts';
import type { KeyChange, Space } from '../../src/agent/machine/store.ts';
import { WatchHub, type WatchHubOptions } from '../../src/agent/machine/watch.ts';
import { type Watched, WatchIndex } from '../../src/agent/machine/watch-index.ts';
import type { WatchBatch, WatchCut, WatchHandle, WatchQuery, WatchSink } from '../../src/agent/machine/watch-types.ts';
import { isInRange } from '../../src/agent/machine/write-view.ts';
import { Driver, put, remove, removeRange, SESSION, textOf, transact } from './driver.ts';

/** A watcher that keeps what it is told and takes `room` batches before it is full. */
class Recorder implements WatchSink {
  readonly batches: WatchBatch[] = [];
  readonly query: WatchQuery;
  room = Number.POSITIVE_INFINITY;
  cutWith: (WatchCut & { resumeFrom: number }) | undefined;
  handle!: WatchHandle;

  constructor(query: WatchQuery) {
    this.query = query;
  }

  deliver(batch: WatchBatch): boolean {
    if (this.room <= 0) throw new Error('delivered to a watcher that is full');
    this.batches.push(batch);
    this.room -= 1;
    return this.room > 0;
  }

  cut(cut: WatchCut, resumeFrom: number): void {
    this.cutWith = { ...cut, resumeFrom };
  }

  get changes(): KeyChange[] {
    return this.batches.flatMap((batch) => batch.changes.map(({ change }) => change));
  }

  /** `revision key` of everything it was told. */
  get told(): string[] {
    return this.changes.map((change) => `${change.modRevision} ${change.key}`);
  }
}

/** A machine whose events are published as a host does it. */
class WatchedCell {
  readonly cell = new Driver();
  readonly hub: WatchHub;
  pumpRequests = 0;

  constructor(options: Partial<WatchHubOptions> = {}) {
    this.hub = new WatchHub(this.cell.machine, {
      requestPump: () => {
        this.pumpRequests += 1;
      },
      ...options,
    });
  }

  write(...commands: Command[]): void {
    for (const command of commands) {
      const from = this.cell.events.length;
      this.cell.write(command);
      this.hub.publish(this.cell.events.slice(from));
    }
  }

  watch(start: string, end = '', parts: Partial<WatchQuery & { room: number }> = {}): Recorder {
    const query = { space: 'user' as Space, start, end, fromRevision: 0, withPrevious: false, ...parts };
    const recorder = new Recorder(query);
    if (parts.room !== undefined) recorder.room = parts.room;
    recorder.handle = this.hub.open(query, recorder);
    return recorder;
  }

  /** Pumps as a host does until nothing is asked for. */
  settle(): void {
    while (this.pumpRequests > 0) {
      this.pumpRequests = 0;
      this.hub.pump();
    }
  }
}

describe('a watch', () => {
  it('from now on tells what comes, of its keys and no others', () => {
    const cell = new WatchedCell();
    cell.write(put('/a/1'));
    const folder = cell.watch('/a/', '/a0');
    const key = cell.watch('/b');
    const all = cell.watch('/', '0');
    const odd = cell.watch('/a/2', '/b/');
    cell.write(put('/a/1'), put('/b'), put('/a'), put('/a/2'), remove('/a/1'));
    expect(folder.told).toEqual(['2 /a/1', '5 /a/2', '6 /a/1']);
    expect(folder.changes.map((change) => change.kind)).toEqual(['put', 'put', 'delete']);
    expect(key.told).toEqual(['3 /b']);
    expect(odd.told).toEqual(['3 /b', '5 /a/2']);
    expect(all.told).toHaveLength(5);
    expect(cell.pumpRequests).toBe(0);
  });

  it('from a revision tells what is kept since, a page at a time, then what comes (resumable)', () => {
    const cell = new WatchedCell({ pageChanges: 2, pumpPages: 1 });
    for (let at = 1; at <= 7; at += 1) cell.write(put(at % 2 ? '/odd' : '/even', String(at)));
    const odd = cell.watch('/odd', '', { fromRevision: 2 });
    cell.hub.pump();
    expect(odd.told).toEqual(['3 /odd']);
    cell.write(put('/odd'));
    expect(odd.told).toEqual(['3 /odd']);
    cell.settle();
    cell.write(put('/odd'));
    expect(odd.told).toEqual(['3 /odd', '5 /odd', '7 /odd', '8 /odd', '9 /odd']);
    expect(odd.batches.map((batch) => batch.revision)).toEqual([3, 5, 7, 8, 9]);
  });

  it('gets all of a revision in one batch, whatever the size of a page (atomic)', () => {
    const cell = new WatchedCell({ pageChanges: 2 });
    const five = ['/1', '/2', '/3', '/4', '/5'].map((key) => put(key));
    const live = cell.watch('/', '0');
    cell.write(put('/0'), transact([], five), removeRange('/', '0'));
    const late = cell.watch('/', '0', { fromRevision: 1 });
    cell.settle();
    for (const watch of [live, late]) expect(watch.batches.map((batch) => batch.changes.length)).toEqual([1, 5, 6]);
    expect(late.told).toEqual(live.told);
  });

  it('tells a bundle of many revisions as one batch of whole revisions', () => {
    const cell = new WatchedCell();
    const all = cell.watch('/', '0');
    const requests = [1, 2, 3].map((sequence) => ({
      sessionId: SESSION,
      sequence,
      ackedBelow: 0,
      digest: 0,
      command: put(`/${sequence}`),
    }));
    cell.hub.publish(cell.cell.apply({ kind: 'command', stampMs: 1, requests }).events);
    expect(all.batches).toHaveLength(1);
    expect(all.told).toEqual(['1 /1', '2 /2', '3 /3']);
    expect(all.batches[0]).toMatchObject({ revision: 3, slot: cell.cell.machine.appliedSlot });
  });

  it('from the future yields nothing older', () => {
    const cell = new WatchedCell();
    cell.write(put('/a'));
    const future = cell.watch('/a', '', { fromRevision: 4, progress: true });
    cell.settle();
    cell.write(put('/a'));
    cell.hub.announceProgress();
    cell.write(put('/a'), put('/a'));
    expect(future.told).toEqual(['4 /a']);
    expect(future.batches).toHaveLength(1);
  });

  it('from below the floor is cut with the floor; from the floor it is complete', () => {
    const cell = new WatchedCell();
    for (let at = 0; at < 6; at += 1) cell.write(put('/a'));
    cell.write({ kind: 'compact', floor: 4 });
    const below = cell.watch('/a', '', { fromRevision: 3 });
    const at = cell.watch('/a', '', { fromRevision: 4 });
    expect(below.cutWith).toBeUndefined();
    cell.settle();
    expect(below.cutWith).toMatchObject({ reason: 'COMPACTED', floor: 4, resumeFrom: 4 });
    expect(below.batches).toEqual([]);
    expect(at.told).toEqual(['4 /a', '5 /a', '6 /a']);
  });

  it('gives what a change replaced, when asked and still kept', () => {
    const cell = new WatchedCell();
    cell.write(put('/a', 'one'), put('/a', 'two'), remove('/a'), put('/a', 'three'));
    const previous = (fromRevision: number) => {
      const watch = cell.watch('/a', '', { fromRevision, withPrevious: true });
      cell.settle();
      return watch.batches.flatMap((batch) => batch.changes.map(({ previous }) => previous && textOf(previous.value)));
    };
    expect(previous(1)).toEqual([undefined, 'one', 'two', undefined]);
    cell.write({ kind: 'compact', floor: 2 });
    expect(previous(2)).toEqual([undefined, 'two', undefined]);
    const live = cell.watch('/a', '', { withPrevious: true });
    cell.write(put('/a', 'four'));
    expect(textOf(live.batches[0]!.changes[0]!.previous!.value)).toBe('three');
  });

  it('of the system keyspace has revisions of its own', () => {
    const cell = new WatchedCell();
    const leases = cell.watch('/_internal/leases/', '/_internal/leases0', { space: 'system' });
    cell.write(put('/a'), { kind: 'grantLease', leaseId: 'l', ttlMs: 1_000 }, put('/a'));
    expect(leases.told).toEqual(['2 /_internal/leases/l']);
  });
});

describe('a watcher that is full', () => {
  it('gets nothing until it resumes, then everything it missed', () => {
    const cell = new WatchedCell({ pageChanges: 2 });
    const slow = cell.watch('/', '0', { room: 1 });
    cell.write(put('/1'), put('/2'), put('/3'), put('/4'));
    cell.settle();
    expect(slow.told).toEqual(['1 /1']);
    slow.room = 1;
    slow.handle.resume();
    cell.settle();
    expect(slow.told).toEqual(['1 /1', '2 /2', '3 /3']);
    slow.room = 9;
    slow.handle.resume();
    cell.settle();
    cell.write(put('/5'));
    expect(slow.told).toEqual(['1 /1', '2 /2', '3 /3', '4 /4', '5 /5']);
  });

  it('is cut with the revision to resume from when it falls too far behind', () => {
    const cell = new WatchedCell({ laggingRevisionsMax: 500 });
    const slow = cell.watch('/', '0', { room: 1 });
    const other = cell.watch('/none');
    for (let at = 0; at < 1_500; at += 1) cell.write(put('/a'));
    expect(slow.told).toEqual(['1 /a']);
    expect(slow.cutWith).toMatchObject({ reason: 'SLOW_WATCHER', resumeFrom: 2 });
    expect(other.cutWith).toBeUndefined();
    slow.handle.resume();
    cell.settle();
    expect(slow.batches).toHaveLength(1);
    expect(cell.hub.watcherCount).toBe(1);
  });

  it('is cut when what it missed is forgotten meanwhile', () => {
    const cell = new WatchedCell();
    const slow = cell.watch('/a', '', { room: 1 });
    for (let at = 0; at < 5; at += 1) cell.write(put('/a'));
    cell.write({ kind: 'compact', floor: 4 });
    slow.room = 1;
    slow.handle.resume();
    cell.settle();
    expect(slow.cutWith).toMatchObject({ reason: 'COMPACTED', floor: 4, resumeFrom: 4 });
  });
});

describe('an installed snapshot', () => {
  it('does not cut a quiet watcher for revisions that it has been through', () => {
    const cell = new WatchedCell();
    const quiet = cell.watch('/quiet');
    for (let at = 0; at < 5; at += 1) cell.write(put('/a'));
    const ahead = new Driver({}, cell.cell.store.clone());
    ahead.sequence = cell.cell.sequence;
    ahead.write({ kind: 'compact', floor: 5 });
    ahead.write(put('/quiet'));
    cell.cell.machine.adopt(ahead.store);
    cell.hub.adopted();
    cell.settle();
    expect(quiet.cutWith).toBeUndefined();
    expect(quiet.told).toEqual(['6 /quiet']);
  });

  it('cuts a watcher for which it has forgotten something', () => {
    const cell = new WatchedCell();
    const watch = cell.watch('/a');
    const ahead = new Driver({}, cell.cell.store.clone());
    for (let at = 0; at < 5; at += 1) ahead.write(put('/a'));
    ahead.write({ kind: 'compact', floor: 3 });
    cell.cell.machine.adopt(ahead.store);
    cell.hub.adopted();
    cell.settle();
    expect(watch.cutWith).toMatchObject({ reason: 'COMPACTED', floor: 3, resumeFrom: 3 });
    expect(watch.batches).toEqual([]);
  });
});

describe('progress', () => {
  it('says how far a watch has come without matches, and is never ahead of events', () => {
    const cell = new WatchedCell();
    const watch = cell.watch('/a', '', { progress: true });
    const silent = cell.watch('/a');
    cell.write(put('/b'), put('/b'));
    cell.hub.announceProgress();
    expect(watch.batches).toEqual([{ changes: [], revision: 2, slot: cell.cell.machine.appliedSlot }]);
    expect(silent.batches).toEqual([]);
    // Applied but not yet published.
    cell.cell.write(put('/a'));
    cell.hub.announceProgress();
    expect(watch.batches.at(-1)!.revision).toBe(2);
  });

  it('follows a catch-up', () => {
    const cell = new WatchedCell();
    cell.write(put('/b'), put('/b'));
    const watch = cell.watch('/a', '', { progress: true, fromRevision: 1 });
    const silent = cell.watch('/a', '', { fromRevision: 1 });
    cell.settle();
    expect(watch.batches).toMatchObject([{ changes: [], revision: 2 }]);
    expect(silent.batches).toEqual([]);
  });
});

describe('the end of a watch', () => {
  it('is final: a cancelled watcher hears nothing, in whatever state it was', () => {
    const cell = new WatchedCell();
    cell.write(put('/a'));
    const watches = [cell.watch('/a'), cell.watch('/a', '', { fromRevision: 1 }), cell.watch('/', '0')];
    for (const watch of watches) {
      watch.handle.cancel();
      watch.handle.cancel();
      watch.handle.resume();
    }
    cell.write(put('/a'));
    cell.settle();
    for (const watch of watches) expect(watch).toMatchObject({ batches: [], cutWith: undefined });
    expect(cell.hub.watcherCount).toBe(0);
  });

  it('at shutdown says where to go on', () => {
    const cell = new WatchedCell();
    const live = cell.watch('/none');
    const paused = cell.watch('/a', '', { room: 1 });
    cell.write(put('/a'), put('/a'), put('/a'));
    const future = cell.watch('/a', '', { fromRevision: 9 });
    cell.hub.close('The agent is shutting down.');
    expect([live, paused, future].map((watch) => watch.cutWith!.resumeFrom)).toEqual([4, 2, 9]);
    expect(cell.hub.watcherCount).toBe(0);
  });

  it('and the beginning of others may happen while they are told', () => {
    const cell = new WatchedCell();
    const told: string[] = [];
    const query = { space: 'user' as Space, start: '/a', end: '', fromRevision: 0, withPrevious: false };
    const names = ['first', 'second'];
    const handles = names.map((name) =>
      cell.hub.open(query, {
        deliver: () => {
          told.push(name);
          for (const handle of handles) handle.cancel();
          cell.watch('/a');
          return false;
        },
        cut: () => {},
      }),
    );
    cell.write(put('/a'));
    expect(told).toEqual(['first']);
    cell.write(put('/a'));
    expect(told).toEqual(['first']);
    expect(cell.hub.watcherCount).toBe(1);
  });
});

type WatchMove =
  | { readonly kind: 'write'; readonly command: Command }
  | { readonly kind: 'apply'; readonly count: number; readonly together: boolean }
  | { readonly kind: 'adopt' }
  | {
      readonly kind: 'open';
      readonly start: string;
      readonly end: string;
      readonly back: number;
      readonly room: number;
    }
  | { readonly kind: 'resume'; readonly which: number; readonly room: number }
  | { readonly kind: 'pump' | 'progress' };

const key = fc.constantFrom('/a', '/a/x', '/a/y', '/b', '/c');
const watchMove: fc.Arbitrary<WatchMove> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .oneof(
        { weight: 6, arbitrary: key.map((key): Command => put(key)) },
        { weight: 2, arbitrary: key.map((key): Command => remove(key)) },
        { weight: 1, arbitrary: fc.constant<Command>(removeRange('/a/', '/a0')) },
        {
          weight: 2,
          arbitrary: fc.uniqueArray(key).map((keys) =>
            transact(
              [],
              keys.map((key) => put(key)),
            ),
          ),
        },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((floor): Command => ({ kind: 'compact', floor })) },
      )
      .map((command) => ({ kind: 'write' as const, command })),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('apply' as const),
      count: fc.integer({ min: 1, max: 4 }),
      together: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'adopt' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('open' as const),
      start: fc.constantFrom('/', '/a', '/a/', '/b'),
      end: fc.constantFrom('', '0', '/a0', '/b'),
      back: fc.integer({ min: -4, max: 12 }),
      room: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('resume' as const),
      which: fc.nat(10),
      room: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'pump' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'progress' as const }) },
);

/** Checks each batch against the whole history, which the leader knows. */
class CheckedRecorder extends Recorder {
  readonly #leader: Driver;
  #reached: number;

  constructor(query: WatchQuery, leader: Driver, firstRevision: number) {
    super(query);
    this.#leader = leader;
    this.#reached = firstRevision - 1;
  }

  override deliver(batch: WatchBatch): boolean {
    const due = this.#leader.events
      .filter(({ space, revision }) => space === 'user' && revision > this.#reached && revision <= batch.revision)
      .flatMap((event) => event.changes)
      .filter((change) => isInRange(change.key, this.query));
    expect(batch.changes.map(({ change }) => change)).toEqual(due);
    expect(batch.revision).toBeGreaterThanOrEqual(this.#reached);
    this.#reached = batch.revision;
    return super.deliver(batch);
  }
}

describe('watches (TRUST 10)', () => {
  it('tell exactly the history of their keys, through pauses, compactions and installed snapshots', () => {
    let cuts = 0;
    let adoptions = 0;
    const run = (moves: readonly WatchMove[]) => {
      const leader = new Driver();
      const journal: Applicable[] = [];
      const watched = new WatchedCell({ pageChanges: 2, pumpPages: 2 });
      const follower = watched.cell;
      const recorders: CheckedRecorder[] = [];
      const applyNext = () => follower.apply(journal[follower.machine.appliedSlot - 1]!).events;
      const isBehind = () => follower.machine.appliedSlot < leader.machine.appliedSlot;
      const perform = (move: WatchMove) => {
        switch (move.kind) {
          case 'write': {
            leader.sequence += 1;
            const { sequence } = leader;
            const request = { sessionId: SESSION, sequence, ackedBelow: 0, digest: 0, command: move.command };
            journal.push({ kind: 'command', stampMs: 1, requests: [request] });
            leader.apply(journal.at(-1)!);
            return;
          }
          case 'apply': {
            const events = [];
            for (let left = move.count; left > 0 && isBehind(); left -= 1) {
              events.push(...applyNext());
              if (!move.together) watched.hub.publish(events.splice(0));
            }
            watched.hub.publish(events);
            return;
          }
          case 'adopt':
            if (!isBehind()) return;
            adoptions += 1;
            follower.machine.adopt(leader.store.clone());
            watched.hub.adopted();
            return;
          case 'open': {
            const { start, end, back, room } = move;
            const fromRevision = Math.max(0, follower.machine.revision('user') - back);
            const query = { space: 'user' as Space, start, end, fromRevision, withPrevious: false, progress: true };
            const recorder = new CheckedRecorder(query, leader, fromRevision || follower.machine.revision('user') + 1);
            recorder.room = room;
            recorder.handle = watched.hub.open(query, recorder);
            recorders.push(recorder);
            return;
          }
          case 'resume': {
            const recorder = recorders[move.which];
            if (recorder === undefined || recorder.room > 0) return;
            recorder.room = move.room;
            recorder.handle.resume();
            return;
          }
          case 'pump':
            watched.pumpRequests = 0;
            watched.hub.pump();
            return;
          case 'progress':
            watched.hub.announceProgress();
        }
      };
      for (const move of moves) perform(move);
      while (isBehind()) watched.hub.publish(applyNext());
      for (const recorder of recorders) {
        recorder.room = Number.POSITIVE_INFINITY;
        recorder.handle.resume();
      }
      watched.pumpRequests = 1;
      watched.settle();
      watched.hub.announceProgress();
      for (const { cutWith, query, changes, batches } of recorders) {
        if (cutWith !== undefined) {
          cuts += 1;
          expect(cutWith.reason).toBe('COMPACTED');
          expect(batches.at(-1)?.revision ?? 0).toBeLessThan(cutWith.floor);
        } else if (query.fromRevision <= leader.machine.revision('user') + 1 && query.fromRevision > 0) {
          // With the checks of each batch, having come to the end means having missed nothing.
          expect(batches.at(-1)?.revision).toBe(leader.machine.revision('user'));
        }
        expect(new Set(changes).size).toBe(changes.length);
      }
    };
    fc.assert(fc.property(fc.array(watchMove, { minLength: 20, maxLength: 80 }), run), { numRuns: 300 });
    expect(Math.min(cuts, adoptions)).toBeGreaterThan(10);
  });
});

describe('many watchers', () => {
  it('are not asked one by one: those of other keys cost nothing', () => {
    let asked = 0;
    const index = new WatchIndex();
    const found: string[] = [];
    for (let at = 0; at < 10_000; at += 1) {
      const start = at % 2 ? `/k/${at}` : `/k/${at}/`;
      const end = at % 2 ? '' : `/k/${at}0`;
      // Reading `start` is what testing a watcher against a key takes.
      const watched = {
        end,
        get start() {
          asked += 1;
          return start;
        },
      };
      index.add(watched);
    }
    asked = 0;
    for (const key of ['/k/4999', '/k/4998/x', '/elsewhere']) index.visit(key, ({ start }) => found.push(start));
    expect(found).toEqual(['/k/4999', '/k/4998/']);
    expect(asked).toBeLessThan(10);
  });

  it('are still found when others of the same length have gone', () => {
    const index = new WatchIndex();
    const [going, staying] = ['/a/', '/b/'].map((start) => ({ start, end: prefixEnd(start) }));
    index.add(going!);
    index.add(staying!);
    index.remove(going!);
    const found: Watched[] = [];
    for (const key of ['/a/1', '/b/1']) index.visit(key, (watched) => found.push(watched));
    expect(found).toEqual([staying]);
  });

  it('are each found exactly when their range has the key', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\xff'), maxLength: 4 });
    const prefix = text.map((start) => ({ start, end: prefixEnd(start) }));
    const range = fc.oneof(prefix, prefix, fc.record({ start: text, end: text }));
    fc.assert(
      fc.property(fc.array(range), text, fc.nat(3), (ranges, key, every) => {
        const index = new WatchIndex();
        for (const range of ranges) index.add(range);
        const left = ranges.filter((range, at) => {
          const stays = every === 0 || at % every !== 0;
          if (!stays) index.remove(range);
          return stays;
        });
        const found: Watched[] = [];
        index.visit(key, (watched) => found.push(watched));
        expect(new Set(found)).toEqual(new Set(left.filter((range) => isInRange(key, range))));
        expect(found.length).toBe(new Set(found).size);
      }),
    );
  });
});
