/** Guards which endpoint is asked, for how long, and what is said when none answers. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, parseEndpoint, SynodError } from '../../src/client/index.ts';
import type { ReadRequest } from '../../src/gen/synod/v1/user.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;

beforeEach(async () => {
  cell = await StubCell.start(3);
});

afterEach(() => cell.stop());

test('with the first agents down the next one answers, and is asked first from then on', async () => {
  cell.agents[0]!.kill();
  cell.agents[1]!.kill();
  await using client = connect({ endpoints: cell.endpoints });
  await client.put('/a', 'one');
  expect(Buffer.from((await client.get('/a')).item!.value).toString()).toBe('one');
  expect(cell.agents[2]!.count('read')).toBe(1);
});

test('no read goes back behind what a refusal rested on', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  const detail = { reason: 'FUTURE_REVISION', message: 'not there yet', slot: 77 };
  cell.agents[0]!.fault('read', { kind: 'refuse', detail });
  await expect(client.get('/a')).rejects.toMatchObject({ reason: 'FUTURE_REVISION', slot: 77 });
  expect(client.highestSlot).toBe(77);
  await client.get('/a');
  expect((cell.agents[0]!.calls.at(-1)!.request as ReadRequest).options!.minSlot).toBe(77);
});

test('an agent that dies between calls is left for another', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  await client.put('/a', 'one');
  cell.agents[0]!.kill();
  await client.put('/a', 'two');
  expect(cell.store.revision).toBe(2);
});

test('where something else listens than an agent, such as a dashboard, the error says so', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using client = connect({ endpoints: [endpoint], timeoutMs: 60_000, unreachableAfterMs: 100 });
  await expect(client.get('/a')).rejects.toMatchObject({
    reason: 'UNREACHABLE',
    message: `cannot reach ${endpoint}: what listens there does not speak gRPC`,
  });
  server.close();
});

test('when nobody can be reached the error says so, early when asked to', async () => {
  cell.stop();
  await using client = connect({ endpoints: cell.endpoints, timeoutMs: 60_000, unreachableAfterMs: 100 });
  const error = await client.get('/a').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SynodError);
  expect(error).toMatchObject({ reason: 'UNREACHABLE', effect: 'not_done' });
  expect((error as SynodError).message).toMatch(/^cannot reach 127\.0\.0\.1:\d+: nothing listens there$/);
});

test('a read that was not answered in time leaves nothing open; a write does', async () => {
  const [agent] = cell.agents;
  await using client = connect({ endpoints: [agent!.address] });
  await client.put('/a', 'one');
  agent!.fault('read', { kind: 'silence' });
  await expect(client.get('/a', { timeoutMs: 60 })).rejects.toMatchObject({ reason: 'NO_ANSWER', effect: 'not_done' });
  agent!.fault('put', { kind: 'silence' });
  const late = client.put('/a', 'two', { timeoutMs: 60 });
  await expect(late).rejects.toMatchObject({ reason: 'NO_ANSWER', effect: 'unknown' });
});

test('an agent without a majority is asked again until it has one', async () => {
  for (const agent of cell.agents) {
    agent.fault('read', { kind: 'refuse', detail: { reason: 'NO_MAJORITY', message: 'no majority is heard' } });
  }
  await using client = connect({ endpoints: cell.endpoints });
  expect((await client.get('/a')).item).toBeUndefined();
});

test('every read carries the highest slot that any answer showed', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  const { slot } = await client.put('/a', 'one');
  await client.get('/a', { quorum: 'local' });
  const read = cell.agents[0]!.calls.find(({ method }) => method === 'read')!.request as ReadRequest;
  expect(read.options).toMatchObject({ minSlot: slot, quorum: 1 });
});

test('a call can be cancelled, before it is sent and while it is on its way', async () => {
  await using client = connect({ endpoints: cell.endpoints, attemptMs: 60_000 });
  const before = client.get('/a', { signal: AbortSignal.abort() }).catch((error: SynodError) => error.reason);
  expect(await before).toBe('CANCELLED');
  cell.agents[0]!.fault('read', { kind: 'silence' });
  const controller = new AbortController();
  const during = client.get('/a', { signal: controller.signal }).catch((error: SynodError) => error.reason);
  setImmediate(() => controller.abort());
  expect(await during).toBe('CANCELLED');
});

test.each([
  ['127.0.0.1:50101', '127.0.0.1:50101'],
  [':50101', '127.0.0.1:50101'],
  ['http://host.example:8081/', 'host.example:8081'],
  ['[::1]:50101', '[::1]:50101'],
])('%s is the address %s', (text, address) => {
  expect(parseEndpoint(text)).toBe(address);
});

test.each(['', 'host', 'host:', 'host:0', 'host:70000', 'ho st:1', '::1:50101x', '1:2:3', 'host:1/path'])(
  '"%s" is no address, which is said',
  (text) => {
    expect(() => parseEndpoint(text)).toThrow(/is not an address: expected HOST:PORT/);
  },
);
