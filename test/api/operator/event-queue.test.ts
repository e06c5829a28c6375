// Guards the way of events to a viewer: in order, to the end, and nothing left behind when the viewer goes away.
import { expect, test } from 'vitest';
import { EventQueue } from '../../../src/agent/api/operator/event-queue.ts';

function queueWith(...events: readonly number[]) {
  let closed = 0;
  let taken = 0;
  const abort = new AbortController();
  const queue = new EventQueue<number>(() => {
    taken += 1;
  });
  for (const event of events) queue.push(event);
  const iterator = queue.iterate(abort.signal, () => {
    closed += 1;
  });
  return { queue, iterator, abort, closed: () => closed, taken: () => taken };
}

test('events come in order, each is acknowledged, and the end comes after them', async () => {
  const { queue, iterator, closed, taken } = queueWith(1, 2);
  queue.end();
  expect(await iterator.next()).toEqual({ done: false, value: 1 });
  expect([queue.length, taken(), closed()]).toEqual([1, 1, 0]);
  expect(await iterator.next()).toEqual({ done: false, value: 2 });
  expect((await iterator.next()).done).toBe(true);
  expect(closed()).toBe(1);
  queue.push(3);
  expect(queue.length).toBe(0);
});

test('a failure comes after everything that was pushed before it', async () => {
  const { queue, iterator, closed } = queueWith(1);
  queue.end(new Error('cut off'));
  expect((await iterator.next()).value).toBe(1);
  await expect(iterator.next()).rejects.toThrow('cut off');
  expect(closed()).toBe(1);
});

test('a viewer that waits is woken by an event, and by going away', async () => {
  const { queue, iterator, abort, closed } = queueWith();
  const first = iterator.next();
  queue.push(7);
  expect((await first).value).toBe(7);
  const second = iterator.next();
  abort.abort();
  expect((await second).done).toBe(true);
  expect(closed()).toBe(1);
});

test('what a viewer no longer wants is closed at once, even when it never asks again', () => {
  const { queue, abort, closed } = queueWith(1, 2, 3);
  abort.abort();
  expect([closed(), queue.length, queue.isEnded]).toEqual([1, 0, true]);
});

test('a viewer that is gone before it began leaves nothing', async () => {
  let closed = 0;
  const queue = new EventQueue<number>();
  const iterator = queue.iterate(AbortSignal.abort(), () => {
    closed += 1;
  });
  queue.push(1);
  expect((await iterator.next()).done).toBe(true);
  await iterator.return?.();
  expect(closed).toBe(1);
});
