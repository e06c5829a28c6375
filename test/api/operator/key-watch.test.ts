// Guards that a watch gives a viewer no more than it takes, loses nothing by that, and is closed with it.
import { expect, test } from 'vitest';
import type { CutOff } from '../../../src/agent/api/operator/failure.ts';
import { watchKeys } from '../../../src/agent/api/operator/key-watch.ts';
import { CellError, type CellPort, type WatchBatch, type WatchSink } from '../../../src/agent/host/cell-port.ts';

function watched() {
  const seen = { resumed: 0, cancelled: 0 };
  let sink: WatchSink | undefined;
  const cell = {
    watch(_query: unknown, given: WatchSink) {
      sink = given;
      return {
        resume: () => {
          seen.resumed += 1;
        },
        cancel: () => {
          seen.cancelled += 1;
        },
      };
    },
  } as unknown as CellPort;
  const watch = {
    space: 'user',
    start: '/',
    end: '0',
    fromRevision: 0,
    withPrevious: false,
    valueBytesMax: 0,
  } as const;
  const abort = new AbortController();
  const events = watchKeys(cell, watch, abort.signal);
  return { seen, events, abort, sink: sink! };
}

function batch(revision: number): WatchBatch {
  const record = { key: `/k/${revision}`, value: Buffer.from('v'), createRevision: revision, version: 1, leaseId: '' };
  const change = {
    ...record,
    kind: 'put',
    modRevision: revision,
    ordinal: 0,
    slot: revision,
    stampMs: 1,
    previousRevision: 0,
  } as const;
  return { changes: [{ change, previous: undefined }], revision, slot: revision };
}

test('a slow viewer holds the cell back, and gets everything in order as it takes it', async () => {
  const { seen, events, sink } = watched();
  let revision = 0;
  // As a cell does it: until it is told to wait.
  while (sink.deliver(batch(++revision)));
  expect(revision).toBeLessThanOrEqual(8);
  const told: number[] = [];
  while (told.length < 40) {
    const before = seen.resumed;
    told.push((await events.next()).value!.revision);
    if (seen.resumed > before) while (sink.deliver(batch(++revision)));
  }
  expect(told).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  expect(revision - told.length).toBeLessThanOrEqual(8);
});

test('a cut comes after what was delivered, with the revision to go on from', async () => {
  const { seen, events, sink } = watched();
  sink.deliver(batch(1));
  sink.cut(new CellError('SLOW_WATCHER', 'too slow'), 2);
  expect((await events.next()).value!.revision).toBe(1);
  const cut = (await events.next().catch((error: unknown) => error)) as CutOff;
  expect([cut.resumeFrom, (cut.cause as CellError).reason]).toEqual([2, 'SLOW_WATCHER']);
  expect(seen.cancelled).toBe(1);
});

test('the watch of a viewer that goes away is cancelled', () => {
  const { seen, abort } = watched();
  abort.abort();
  expect(seen.cancelled).toBe(1);
});
