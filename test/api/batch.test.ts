// Guards the Batch stream: every operation answered once under its id, in order of submission at the cell, answers of one
// turn in one message, bounded in both directions, precise errors per operation.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CellError } from '../../src/agent/host/cell-port.ts';
import { BatchRequest, type BatchResponse, type BatchResult, ReadQuorum } from '../../src/gen/synod/v1/user.ts';
import { detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, put, text, until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

class Stream {
  readonly call: ClientDuplexStream<BatchRequest, BatchResponse>;
  readonly messages: BatchResult[][] = [];
  error: ServiceError | undefined;
  hasEnded = false;

  constructor() {
    this.call = served.client.batch();
    this.call.on('data', ({ results }: BatchResponse) => this.messages.push(results));
    this.call.on('error', (error: ServiceError) => {
      this.error = error;
    });
    this.call.on('end', () => {
      this.hasEnded = true;
    });
  }

  get results(): BatchResult[] {
    return this.messages.flat();
  }

  send(operations: Parameters<typeof BatchRequest.fromPartial>[0]['operations']): void {
    this.call.write(BatchRequest.fromPartial({ operations: [...(operations ?? [])] }));
  }
}

const putOperation = (id: number, key: string, value = 'x') => ({
  id,
  kind: { $case: 'put' as const, value: { key: bytes(key), value: bytes(value) } },
});
const readOperation = (id: number, key: string, quorum: ReadQuorum = ReadQuorum.LOCAL) => ({
  id,
  kind: { $case: 'read' as const, value: { key: bytes(key), options: { quorum } } },
});

test('operations of one message are applied in order and answered together', async () => {
  const stream = new Stream();
  stream.send(Array.from({ length: 100 }, (_, index) => putOperation(index + 1, '/counter', `${index}`)));
  await until(() => stream.results.length === 100);
  expect(stream.messages).toHaveLength(1);
  expect(stream.results.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const revisions = stream.results.map(({ kind }) => (kind?.$case === 'write' ? kind.value.revision : 0));
  expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
  expect(text(served.cell.state.get('user', '/counter')!.value)).toBe('99');
  stream.call.end();
  await until(() => stream.hasEnded);
  expect(stream.error).toBeUndefined();
});

test('every kind of operation has its answer', async () => {
  const stream = new Stream();
  stream.send([putOperation(1, '/a', '1')]);
  await until(() => stream.results.length === 1);
  stream.send([
    readOperation(2, '/a'),
    readOperation(3, '/a', ReadQuorum.MAJORITY),
    {
      id: 4,
      kind: {
        $case: 'compareAndWrite',
        value: { key: bytes('/b'), expected: { $case: 'expectedVersion', value: 0 }, value: bytes('2') },
      },
    },
    {
      id: 5,
      kind: { $case: 'transact', value: { then: [{ kind: { $case: 'delete', value: { key: bytes('/a') } } }] } },
    },
    { id: 6, kind: { $case: 'delete', value: { key: bytes('/nothing') } } },
  ]);
  await until(() => stream.results.length === 6);
  const byId = new Map(stream.results.map(({ id, kind }) => [id, kind]));
  expect(byId.get(2)).toMatchObject({ $case: 'read', value: { item: { version: 1 } } });
  expect(byId.get(3)?.$case).toBe('read');
  expect(byId.get(4)).toMatchObject({ $case: 'write', value: { succeeded: true } });
  expect(byId.get(5)).toMatchObject({ $case: 'write', value: { deleted: 1 } });
  expect(byId.get(6)).toMatchObject({ $case: 'write', value: { deleted: 0 } });
  stream.call.end();
});

test('an operation that is refused does not disturb the others', async () => {
  const stream = new Stream();
  stream.send([putOperation(1, 'no-slash'), putOperation(2, '/fine'), { id: 3 }]);
  await until(() => stream.results.length === 3);
  const byId = new Map(stream.results.map(({ id, kind }) => [id, kind]));
  expect(byId.get(1)).toMatchObject({ $case: 'error', value: { reason: 'INVALID_ARGUMENT', effect: 'not_done' } });
  expect(byId.get(2)).toMatchObject({ $case: 'write', value: { succeeded: true } });
  expect(byId.get(3)).toMatchObject({ $case: 'error', value: { reason: 'INVALID_ARGUMENT' } });
  served.cell.failure = new CellError('NO_MAJORITY', 'nobody answers');
  stream.send([putOperation(4, '/fine')]);
  await until(() => stream.results.length === 4);
  expect(stream.results.at(-1)!.kind).toMatchObject({ $case: 'error', value: { reason: 'NO_MAJORITY', code: 14 } });
  stream.call.end();
});

test('no more is taken from a client while too much waits for the cell, and all of it is answered in the end', async () => {
  served.cell.stall(true);
  const stream = new Stream();
  const total = 40_000;
  for (let from = 0; from < total; from += 1_000) {
    stream.send(Array.from({ length: 1_000 }, (_, index) => putOperation(from + index + 1, `/k/${index}`)));
  }
  await until(() => served.cell.waitingWrites >= 8_192);
  // Whatever was on its way may still come; then it stays.
  for (let calm = 0, last = 0; calm < 50; calm++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (served.cell.waitingWrites !== last) calm = 0;
    last = served.cell.waitingWrites;
  }
  expect(served.cell.waitingWrites).toBeLessThan(10_000);
  served.cell.stall(false);
  await until(() => stream.results.length === total);
  expect(new Set(stream.results.map(({ id }) => id)).size).toBe(total);
  stream.call.end();
});

test('answers wait for a client that reads slowly, and its operations too', async () => {
  served.cell.execute({ kind: 'openSession', sessionId: 's', ttlMs: 10_000, owner: '' });
  await served.cell.write(
    { kind: 'put', key: '/big', value: Buffer.alloc(1024 * 1024), leaseId: '', returnPrevious: false },
    { quorum: 'majority', timeoutMs: 1_000 },
  );
  const call = served.client.batch();
  const ids: number[] = [];
  let takesMore = false;
  call.on('data', ({ results }: BatchResponse) => {
    ids.push(...results.map(({ id }) => id));
    if (!takesMore) call.pause();
  });
  for (let id = 1; id <= 100; id++) call.write(BatchRequest.fromPartial({ operations: [readOperation(id, '/big')] }));
  await until(() => ids.length > 0);
  // Calls of others go on meanwhile, and give the stream every opportunity.
  for (let index = 0; index < 100; index++) await put(served, '/other', `${index}`);
  const [batch] = [...served.observability.calls.methods].filter(({ name }) => name === 'Batch');
  // What the client keeps for itself (16 messages), what is on the way, and one behind it; not all hundred.
  expect(batch!.replyBytes).toBeLessThan(32 * 1024 * 1024);
  takesMore = true;
  call.resume();
  await until(() => ids.length === 100);
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  call.end();
});

test('a message with too many operations ends the stream with the rule', async () => {
  const stream = new Stream();
  stream.send(Array.from({ length: 4_097 }, (_, index) => readOperation(index, '/a')));
  await until(() => stream.error !== undefined);
  expect(detailOf(stream.error!).message).toMatch(/at most 4096 operations/);
});
