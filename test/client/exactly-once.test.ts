/**
 * Guards what the client promises about writes: each happens once however often it had to be asked for, on whichever agent,
 * and when the outcome cannot be known the error says so.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type SynodClient, SynodError } from '../../src/client/index.ts';
import type { PutRequest } from '../../src/gen/synod/v1/user.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;
let client: SynodClient;

beforeEach(async () => {
  cell = await StubCell.start(3);
  client = connect({ endpoints: cell.endpoints, timeoutMs: 20_000, attemptMs: 1_500 });
});

afterEach(async () => {
  await client.close();
  cell.stop();
});

async function failure(promise: Promise<unknown>): Promise<SynodError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(SynodError);
  return thrown as SynodError;
}

function placesOf(method: string): string[] {
  return cell.agents
    .flatMap(({ calls }) => calls.filter((call) => call.method === method))
    .map(({ request }) => (request as PutRequest).options!)
    .map(({ sessionId, sequence }) => `${sessionId}/${sequence}`);
}

test('a write whose answer was lost is repeated elsewhere under the same place, and happens once', async () => {
  cell.agents[0]!.fault('put', { kind: 'dropAnswer' });
  const written = await client.put('/a', 'one');
  expect(written.current?.version).toBe(1);
  expect(cell.store.revision).toBe(1);
  expect(placesOf('put')).toHaveLength(2);
  expect(new Set(placesOf('put')).size).toBe(1);
  expect(cell.agents[1]!.count('put')).toBe(1);
});

test('a write that a stopped agent swallowed is asked for elsewhere after attemptMs', async () => {
  cell.agents[0]!.fault('put', { kind: 'silence' });
  const written = await client.put('/a', 'one');
  expect(written.current?.version).toBe(1);
  expect(cell.agents[1]!.count('put')).toBe(1);
});

test('every write has a place of its own, and answered places are acknowledged', async () => {
  await Promise.all([client.put('/a', '1'), client.put('/b', '2')]);
  await client.put('/c', '3');
  expect(new Set(placesOf('put')).size).toBe(3);
  const last = cell.agents[0]!.calls.filter(({ method }) => method === 'put').at(-1)!.request as PutRequest;
  expect(last.options!.ackedBelow).toBe(3);
});

test('a refusal is told at once, with its reason', async () => {
  const error = await failure(client.put('/refused', 'x'));
  expect(error).toMatchObject({ reason: 'INVALID_ARGUMENT', effect: 'not_done', message: 'no such place' });
  expect(placesOf('put')).toHaveLength(1);
});

test('a lost answer followed by nothing but refusals to serve leaves the outcome unknown', async () => {
  const short = connect({ endpoints: cell.endpoints, timeoutMs: 2_000 });
  await short.put('/warm', '0');
  cell.agents[0]!.fault('put', { kind: 'dropAnswer' });
  for (const agent of cell.agents) {
    for (let count = 0; count < 50; count++) {
      agent.fault('put', { kind: 'refuse', detail: { reason: 'NO_MAJORITY', message: 'no majority is heard' } });
    }
  }
  const error = await failure(short.put('/a', 'one'));
  expect(error).toMatchObject({ reason: 'NO_MAJORITY', effect: 'unknown' });
  await short.close();
});

test('nothing but refusals to serve leaves the write certainly not done', async () => {
  const short = connect({ endpoints: cell.endpoints, timeoutMs: 2_000 });
  await short.put('/warm', '0');
  for (const agent of cell.agents) {
    for (let count = 0; count < 50; count++) {
      agent.fault('put', { kind: 'refuse', detail: { reason: 'NO_MAJORITY', message: 'no majority is heard' } });
    }
  }
  expect(await failure(short.put('/a', 'one'))).toMatchObject({ reason: 'NO_MAJORITY', effect: 'not_done' });
  await short.close();
});

test('a session that ended before the first try is replaced, and the write happens', async () => {
  await client.put('/a', 'one');
  cell.store.sessions.clear();
  const written = await client.put('/a', 'two');
  expect(written.current?.version).toBe(2);
});

test('a session that ended after a lost answer is not replaced: the outcome is unknown', async () => {
  await client.put('/a', 'one');
  cell.agents[0]!.fault('put', { kind: 'dropAnswer' });
  cell.agents[1]!.fault('put', { kind: 'refuse', detail: { reason: 'SESSION_UNKNOWN', message: 'it ended' } });
  const error = await failure(client.put('/a', 'two'));
  expect(error).toMatchObject({ reason: 'SESSION_UNKNOWN', effect: 'unknown' });
  expect(cell.store.revision).toBe(2);
});

test('a session given by the caller is never replaced', async () => {
  const session = await client.openSession({ ttlMs: 60_000 });
  cell.store.sessions.clear();
  expect((await failure(client.put('/a', 'x', { session }))).reason).toBe('SESSION_UNKNOWN');
  expect(session.isEnded).toBe(true);
  expect((await failure(client.put('/a', 'x', { session }))).reason).toBe('SESSION_UNKNOWN');
});

test('closing ends the session', async () => {
  const other = connect({ endpoints: cell.endpoints });
  await other.put('/a', 'one');
  expect(cell.store.sessions.size).toBe(1);
  await other.close();
  expect(cell.store.sessions.size).toBe(0);
  expect((await failure(other.put('/a', 'two'))).reason).toBe('CLOSED');
});
