// Guards invariant 10 as a whole: watches are ordered, unique, atomic per revision and without gaps, progress is never ahead
// of events, and nothing goes back in time, whatever happens to watchers and to the agent they are on.

import { describe, expect, it } from 'vitest';
import type { Applicable } from '../../src/agent/machine/applicable.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import type { RevisionEvent } from '../../src/agent/machine/results.ts';
import type { Space } from '../../src/agent/machine/store.ts';
import type { WatchBatch, WatchQuery } from '../../src/agent/machine/watch-types.ts';
import { isInRange } from '../../src/agent/machine/write-view.ts';
import { fc } from '../support/property.ts';
import { Driver, put, remove, removeRange, SESSION, transact } from './driver.ts';
import { Recorder, WatchedCell } from './watch-driver.ts';

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

describe('watches (invariant 10)', () => {
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
            const events: RevisionEvent[] = [];
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
          expect(batches.at(-1)?.revision ?? query.fromRevision - 1).toBe(leader.machine.revision('user'));
        }
        expect(new Set(changes).size).toBe(changes.length);
      }
    };
    fc.assert(fc.property(fc.array(watchMove, { minLength: 20, maxLength: 80 }), run), { numRuns: 300 });
    expect(Math.min(cuts, adoptions)).toBeGreaterThan(10);
  });
});
