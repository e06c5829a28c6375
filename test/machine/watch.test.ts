// Guards each promise of a watch (invariant 10): from now, from a revision, from the future, below the floor; pauses, cuts,
// progress, ends and installed snapshots.
import { describe, expect, it } from 'vitest';
import type { KeyChange, Space } from '../../src/agent/machine/store.ts';
import { Driver, put, remove, removeRange, SESSION, textOf, transact } from './driver.ts';
import { type Recorder, WatchedCell } from './watch-driver.ts';

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

  it('is caught up with all others that are behind: a page is read once, however many want it', () => {
    const cell = new WatchedCell({ pageChanges: 4, pumpPages: 4 });
    for (let at = 1; at <= 9; at += 1) cell.write(put(`/${at}`));
    const first = cell.watch('/', '0', { fromRevision: 1 });
    const many = Array.from({ length: 500 }, (_, index) => cell.watch(`/${(index % 9) + 1}`, '', { fromRevision: 1 }));
    const late = cell.watch('/', '0', { fromRevision: 7 });
    const { store } = cell.cell.machine;
    const changes = store.changes.bind(store);
    let reads = 0;
    store.changes = (...page) => {
      reads += 1;
      return changes(...page);
    };
    cell.hub.pump();
    expect(reads).toBeLessThanOrEqual(4);
    expect(first.told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => `${at} /${at}`));
    for (const [index, { told }] of many.entries()) expect(told).toEqual([`${(index % 9) + 1} /${(index % 9) + 1}`]);
    expect(late.told).toEqual(['7 /7', '8 /8', '9 /9']);
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

describe('catching up on large values', () => {
  const mib = 1024 * 1024;
  const bytesOf = (changes: readonly KeyChange[]) => changes.reduce((sum, { value }) => sum + value.length, 0);
  const bytesTold = ({ batches }: Recorder) =>
    batches
      .flatMap(({ changes }) => changes)
      .reduce((sum, { change, previous }) => sum + bytesOf([change]) + (previous?.value.length ?? 0), 0);

  it('reads and tells a bounded number of bytes, for one watcher and for all', () => {
    const cell = new WatchedCell();
    for (let at = 0; at < 12; at += 1) cell.write(put('/a', String.fromCharCode(65 + at).repeat(mib)));
    const watches = [1, 2, 3].map(() => cell.watch('/a', '', { fromRevision: 1 }));
    const { store } = cell.cell;
    const changes = store.changes.bind(store);
    const pages: number[] = [];
    store.changes = (...query) => {
      const page = changes(...query);
      pages.push(bytesOf(page));
      return page;
    };
    while (cell.pumpRequests > 0) {
      cell.pumpRequests = 0;
      pages.length = 0;
      cell.hub.pump();
      expect(Math.max(...pages)).toBeLessThanOrEqual(2 * mib);
      expect(pages.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(5 * mib);
    }
    for (const { told } of watches) expect(told).toEqual(Array.from({ length: 12 }, (_, at) => `${at + 1} /a`));
  });

  it('counts what was replaced', () => {
    const cell = new WatchedCell();
    const keys = Array.from({ length: 12 }, (_, at) => `/${at}`);
    for (const key of keys) cell.write(put(key, key.repeat(mib / key.length)));
    for (const key of keys) cell.write(put(key, 'small'));
    const watch = cell.watch('/', '0', { fromRevision: 13, withPrevious: true });
    for (let before = 0; cell.pumpRequests > 0; before = bytesTold(watch)) {
      cell.pumpRequests = 0;
      cell.hub.pump();
      expect(bytesTold(watch) - before).toBeLessThanOrEqual(5 * mib);
    }
    expect(watch.told).toEqual(keys.map((key, at) => `${at + 13} ${key}`));
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

  it('is told once, and to some at a time until all have had their turn', () => {
    const cell = new WatchedCell({ announcedAtOnce: 2 });
    const watches = ['/a', '/b', '/c', '/d', '/e'].map((key) => cell.watch(key, '', { progress: true }));
    cell.write(put('/elsewhere'));
    const told = () => watches.map(({ batches }) => batches.length);
    cell.hub.announceProgress();
    expect(told()).toEqual([1, 1, 0, 0, 0]);
    for (let turn = 0; turn < 10; turn += 1) cell.hub.announceProgress();
    expect(told()).toEqual([1, 1, 1, 1, 1]);
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
