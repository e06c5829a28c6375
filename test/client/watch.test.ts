/** Guards that a watch shows every change once, in order, whole, and goes on by itself when an agent is lost. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type SynodClient, type Watch } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;
let client: SynodClient;

beforeEach(async () => {
  cell = await StubCell.start(2);
  client = connect({ endpoints: cell.endpoints });
});

afterEach(async () => {
  await client.close();
  cell.stop();
});

async function take(watch: Watch, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { value } = await watch.next();
    for (const { kind, item } of value!.events) seen.push(`${kind} ${item.key}@${item.modRevision}`);
  }
  return seen;
}

test('it begins with what comes after the call', async () => {
  await client.put('/w/before', 'x');
  const watch = client.watch('/w/');
  const first = watch.next();
  await eventually(() => expect(cell.agents[0]!.count('watch')).toBe(1));
  await client.put('/w/a', 'x');
  await client.put('/elsewhere', 'x');
  await client.delete('/w/a');
  expect((await first).value).toMatchObject({ revision: 2, events: [{ kind: 'put', item: { key: '/w/a' } }] });
  expect(await take(watch, 1)).toEqual(['delete /w/a@4']);
  await watch.return();
});

test('it begins at a revision of the past, and a revision is one batch', async () => {
  await client.put('/w/a', 'x');
  await client.transact({ then: [{ kind: 'put', key: '/w/b', value: 'x' }] });
  await client.put('/w/c', 'x');
  await client.deleteRange('/w/');
  const watch = client.watch('/w/', { fromRevision: 2 });
  expect(await take(watch, 2)).toEqual(['put /w/b@2', 'put /w/c@3']);
  const { value } = await watch.next();
  expect(value!.events.map(({ kind, item }) => `${kind} ${item.key}`)).toEqual([
    'delete /w/a',
    'delete /w/b',
    'delete /w/c',
  ]);
  expect(watch.nextRevision).toBe(5);
  await watch.return();
});

test('what a refusal rests on is behind the client', async () => {
  const detail = { reason: 'COMPACTED', message: 'too old', slot: 77 };
  cell.agents[0]!.fault('watch', { kind: 'refuse', detail });
  await expect(client.watch('/w/', { fromRevision: 1 }).next()).rejects.toMatchObject({ reason: 'COMPACTED' });
  expect(client.highestSlot).toBe(77);
});

test('when its agent dies it goes on elsewhere without a gap and without a repeat', async () => {
  const watch = client.watch('/w/', { fromRevision: 1 });
  await client.put('/w/a', 'x');
  await client.put('/w/b', 'x');
  expect(await take(watch, 2)).toEqual(['put /w/a@1', 'put /w/b@2']);
  cell.agents[0]!.kill();
  const next = take(watch, 2);
  await client.put('/w/c', 'x');
  await client.put('/w/d', 'x');
  expect(await next).toEqual(['put /w/c@3', 'put /w/d@4']);
  await watch.return();
});

test('a watcher that was cut off for being slow asks again', async () => {
  await client.put('/w/a', 'x');
  cell.agents[0]!.fault('watch', { kind: 'refuse', detail: { reason: 'SLOW_WATCHER', message: 'too slow' } });
  const watch = client.watch('/w/', { fromRevision: 1 });
  expect(await take(watch, 1)).toEqual(['put /w/a@1']);
  await watch.return();
});

test('what was compacted cannot be watched, which is said with the floor', async () => {
  await client.put('/w/a', 'x');
  await client.put('/w/b', 'x');
  await client.compact(2);
  await expect(client.watch('/w/', { fromRevision: 1 }).next()).rejects.toMatchObject({
    reason: 'COMPACTED',
    floor: 2,
  });
});

test('progress is shown on request', async () => {
  const watch = client.watch('/w/', { fromRevision: 1, progress: true });
  await client.put('/elsewhere', 'x');
  expect((await watch.next()).value).toMatchObject({ revision: 1, events: [] });
  await watch.return();
});

test('it ends while somebody waits for the next change, by return and by signal', async () => {
  const watch = client.watch('/w/', { fromRevision: 1 });
  const waiting = watch.next();
  await eventually(() => expect(cell.agents[0]!.count('watch')).toBe(1));
  void watch.return();
  expect((await waiting).done).toBe(true);
  const controller = new AbortController();
  const other = client.watch('/w/', { fromRevision: 1, signal: controller.signal });
  const otherWaiting = other.next();
  await eventually(() => expect(cell.agents[0]!.count('watch')).toBe(2));
  controller.abort();
  expect((await otherWaiting).done).toBe(true);
});

test('it ends with its client, and shows nothing of what comes later', async () => {
  const next = client.watch('/w/').next();
  await eventually(() => expect(cell.agents[0]!.count('watch')).toBe(1));
  const refused = expect(next).rejects.toMatchObject({ reason: 'CLOSED' });
  await client.close();
  await using other = connect({ endpoints: cell.endpoints });
  await other.put('/w/late', 'x');
  await refused;
});

test('more watches than one connection carries all deliver, and calls never wait behind them', async () => {
  await client.put('/many', 'x');
  const watches = Array.from({ length: 1_100 }, () => client.watch('/many', { fromRevision: 1 }));
  const firsts = await Promise.all(watches.map((watch) => watch.next()));
  expect(firsts.every(({ value }) => value!.events.length === 1)).toBe(true);
  expect((await client.put('/many', 'y')).revision).toBe(2);
  const seconds = await Promise.all(watches.map((watch) => watch.next()));
  expect(seconds.every(({ value }) => value!.revision === 2)).toBe(true);
  await Promise.all(watches.map((watch) => watch.return()));
});

test('watches at one agent share a stream, which ends with the last of them', async () => {
  const [agent] = cell.agents;
  const watches = Array.from({ length: 50 }, (_, index) => client.watch(`/${index}`, { fromRevision: 1 }));
  const firsts = watches.map((watch) => watch.next());
  await client.transact({ then: watches.map((_, index) => ({ kind: 'put', key: `/${index}`, value: 'x' })) });
  await Promise.all(firsts);
  expect(agent!.watchStreams).toBe(1);
  await Promise.all(watches.slice(1).map((watch) => watch.return()));
  await client.put('/0', 'y');
  expect((await watches[0]!.next()).value!.revision).toBe(2);
  await watches[0]!.return();
  await eventually(() => expect(agent!.watchStreams).toBe(0));
});

test('one that nobody iterates over is given back, and goes on later without a gap', async () => {
  const [agent] = cell.agents;
  const slow = client.watch('/w/', { fromRevision: 1 });
  const quick = client.watch('/w/', { fromRevision: 1 });
  await client.put('/w/0', 'x');
  expect([await take(slow, 1), await take(quick, 1)]).toEqual([['put /w/0@1'], ['put /w/0@1']]);
  const value = 'x'.repeat(200_000);
  const expected = Array.from({ length: 20 }, (_, index) => `put /w/${index + 1}@${index + 2}`);
  const quickly = take(quick, 20);
  for (const index of expected.keys()) await client.put(`/w/${index + 1}`, value);
  expect(await quickly).toEqual(expected);
  expect(agent!.count('watch')).toBe(2);
  expect(await take(slow, 20)).toEqual(expected);
  expect(agent!.count('watch')).toBeGreaterThan(2);
  await Promise.all([slow.return(), quick.return()]);
});
