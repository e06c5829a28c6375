/** Guards the stream that a client's calls share: fewer messages than calls, none lost, none held up by those that wait, nothing left open. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;
beforeEach(async () => {
  cell = await StubCell.start(2);
});
afterEach(() => cell.stop());

test('calls of one turn share a message, and each gets its own answer', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  await client.put('/0', 'value 0');
  const before = cell.agents[0]!.callMessages;
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  await Promise.all(numbers.map((index) => client.put(`/${index}`, `value ${index}`)));
  const read = await Promise.all(numbers.map((index) => client.get(`/${index}`)));
  expect(read.map(({ item }) => Buffer.from(item!.value).toString())).toEqual(numbers.map((index) => `value ${index}`));
  expect(cell.agents[0]!.callMessages - before).toBeLessThan(20);
});

test('when the stream breaks every call on it is repeated elsewhere, and writes happen once', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  await client.put('/first', 'x');
  cell.agents[0]!.fault('put', { kind: 'silence' });
  cell.agents[0]!.fault('put', { kind: 'dropAnswer' });
  await Promise.all([client.put('/a', 'x'), client.put('/b', 'x')]);
  expect(cell.store.revision).toBe(3);
  expect(cell.agents[1]!.count('put')).toBe(2);
});

test('any number of calls that are not answered keep no other call waiting', async () => {
  await using client = connect({ endpoints: [cell.endpoints[0]!] });
  const patience = new AbortController();
  const unanswered = Array.from({ length: 4_200 }, () => {
    cell.agents[0]!.fault('read', { kind: 'silence' });
    return client.get('/a', { signal: patience.signal }).catch((error: { reason: string }) => error.reason);
  });
  await eventually(() => expect(cell.agents[0]!.count('read')).toBe(unanswered.length));
  await client.put('/a', 'x');
  patience.abort();
  expect(new Set(await Promise.all(unanswered))).toEqual(new Set(['CANCELLED']));
  expect((await client.get('/a')).item?.version).toBe(1);
});

test('a client that asks nothing keeps no stream, and opens another when it does', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  await client.put('/a', 'x');
  expect(cell.agents[0]!.callStreams).toBe(1);
  await eventually(() => expect(cell.agents[0]!.callStreams).toBe(0));
  await client.put('/a', 'y');
  expect(cell.agents[0]!.callStreams).toBe(1);
});

test('a client that is closed answers what is open and ends its stream at once, whatever is on its way', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const client = connect({ endpoints: cell.endpoints });
    await client.put('/a', 'x');
    const last = client.get('/a');
    await client.close();
    expect((await last).item?.version).toBe(1);
    // No time passes: a stream that only ended for being idle would stay.
    while (cell.agents[0]!.callStreams > 0) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    vi.useRealTimers();
  }
});
