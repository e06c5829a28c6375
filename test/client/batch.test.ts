/** Guards that operations travel together, that answers find their callers, and that a broken stream loses and doubles none. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import type { BatchOperation } from '../../src/gen/synod/v1/user.ts';
import { eventually } from '../support/eventually.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;
let client: SynodClient;

beforeEach(async () => {
  cell = await StubCell.start(2);
  client = connect({ endpoints: cell.endpoints, timeoutMs: 20_000, attemptMs: 1_500 });
});

afterEach(async () => {
  await client.close();
  cell.stop();
});

const messages = () => cell.agents.flatMap(({ calls }) => calls.filter(({ method }) => method === 'batch'));

test('calls of one turn are one message, and each gets its own answer', async () => {
  await client.batch.put('/warm', 'x');
  const before = messages().length;
  const written = await Promise.all(
    Array.from({ length: 100 }, (_, index) => client.batch.put(`/b/${index}`, `${index}`)),
  );
  expect(messages().length - before).toBe(1);
  expect(written.map(({ current }) => current?.key)).toEqual(Array.from({ length: 100 }, (_, index) => `/b/${index}`));
  const read = await Promise.all([client.batch.get('/b/7'), client.batch.get('/none')]);
  expect(Buffer.from(read[0].item!.value).toString()).toBe('7');
  expect(read[1].item).toBeUndefined();
});

test('a message is bounded in operations and in bytes', async () => {
  await Promise.all(Array.from({ length: 1_100 }, (_, index) => client.batch.put(`/b/${index}`, 'x')));
  await Promise.all(Array.from({ length: 10 }, (_, index) => client.batch.put(`/c/${index}`, Buffer.alloc(100_000))));
  const sizes = messages().map(({ request }) => request as BatchOperation[]);
  expect(Math.max(...sizes.map((operations) => operations.length))).toBe(512);
  const bytes = sizes.map((operations) =>
    operations.reduce((sum, { kind }) => sum + (kind?.$case === 'put' ? kind.value.value.length : 0), 0),
  );
  expect(Math.max(...bytes)).toBe(200_000);
});

test('all kinds of operations', async () => {
  const { batch } = client;
  await batch.put('/k', 'a');
  expect((await batch.compareAndWrite('/k', { value: 'z' }, 'b')).succeeded).toBe(false);
  expect((await batch.compareAndWrite('/k', { version: 1 }, 'b')).succeeded).toBe(true);
  expect((await batch.transact({ then: [{ kind: 'put', key: '/l', value: 'c' }] })).succeeded).toBe(true);
  expect((await batch.delete('/k')).deleted).toBe(1);
});

test('a refused operation fails alone', async () => {
  const [fine, refused] = await Promise.allSettled([client.batch.put('/a', 'x'), client.batch.put('/refused', 'x')]);
  expect(fine.status).toBe('fulfilled');
  expect(refused).toMatchObject({ reason: { reason: 'INVALID_ARGUMENT', effect: 'not_done' } });
});

test('what a refusal rests on is behind the client', async () => {
  await client.batch.put('/a', 'x');
  const detail = { reason: 'COMPACTED', message: 'too old', slot: 77 };
  cell.agents[0]!.fault('batch', { kind: 'refuse', detail });
  await expect(client.batch.get('/a')).rejects.toMatchObject({ reason: 'COMPACTED', slot: 77 });
  expect(client.highestSlot).toBe(77);
});

test('answers lost with the stream are asked for elsewhere under the same places', async () => {
  cell.agents[0]!.fault('batch', { kind: 'dropAnswer' });
  const written = await Promise.all([client.batch.put('/a', 'x'), client.batch.put('/b', 'x')]);
  expect(written.map(({ current }) => current?.version)).toEqual([1, 1]);
  expect(cell.store.revision).toBe(2);
  expect(cell.agents[1]!.count('batch')).toBe(1);
});

test('a stopped agent is left for another', async () => {
  cell.agents[0]!.fault('batch', { kind: 'silence' });
  expect((await client.batch.put('/a', 'x')).current?.version).toBe(1);
  expect(cell.agents[1]!.count('batch')).toBe(1);
});

test('an overloaded cell is asked again', async () => {
  cell.agents[0]!.fault('batch', { kind: 'refuse', detail: { reason: 'OVERLOADED', message: 'too much in flight' } });
  expect((await client.batch.put('/a', 'x')).current?.version).toBe(1);
  expect(cell.agents[0]!.count('batch')).toBe(2);
});

test('time runs out with the outcome unknown when it was sent', async () => {
  await client.batch.put('/warm', 'x');
  for (const agent of cell.agents) for (let count = 0; count < 9; count++) agent.fault('batch', { kind: 'silence' });
  await expect(client.batch.put('/a', 'x', { timeoutMs: 200 })).rejects.toMatchObject({
    reason: 'NO_ANSWER',
    effect: 'unknown',
  });
});

test('closing ends what is open', async () => {
  await client.batch.put('/warm', 'x');
  cell.agents[0]!.fault('batch', { kind: 'silence' });
  const open = client.batch.put('/a', 'x').catch((error: unknown) => error);
  await eventually(() => expect(messages().length).toBe(2));
  await client.close();
  expect(await open).toMatchObject({ reason: 'CLOSED', effect: 'unknown' });
});
