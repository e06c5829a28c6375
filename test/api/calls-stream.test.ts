// Guards the Calls stream: each call served and told as one of its own, answers of one turn in one message, precise errors
// per call, and that whoever goes away waits for nothing any more.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AcquireLockRequest, ClaimState, LockResponse } from '../../src/gen/synod/v1/locks.ts';
import {
  CallsRequest,
  type CallsResponse,
  OpenSessionRequest,
  PutRequest,
  ReadQuorum,
  ReadRequest,
  ReadResponse,
  type StreamedAnswer,
  WriteResponse,
} from '../../src/gen/synod/v1/user.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, text, until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

type Calls = Parameters<typeof CallsRequest.fromPartial>[0]['calls'];

class Stream {
  readonly call: ClientDuplexStream<CallsRequest, CallsResponse>;
  readonly messages: StreamedAnswer[][] = [];
  error: ServiceError | undefined;
  hasEnded = false;

  constructor() {
    this.call = served.client.calls();
    this.call.on('data', ({ answers }: CallsResponse) => this.messages.push(answers));
    this.call.on('error', (error: ServiceError) => {
      this.error = error;
    });
    this.call.on('end', () => {
      this.hasEnded = true;
    });
  }

  get answers(): StreamedAnswer[] {
    return this.messages.flat();
  }

  send(calls: Calls): void {
    this.call.write(CallsRequest.fromPartial({ calls: [...(calls ?? [])] }));
  }

  async answerOf(id: number): Promise<StreamedAnswer['kind']> {
    await until(() => this.answers.some((answer) => answer.id === id));
    return this.answers.find((answer) => answer.id === id)?.kind;
  }

  async responseOf(id: number): Promise<Buffer> {
    const kind = await this.answerOf(id);
    if (kind?.$case !== 'response') throw new Error(JSON.stringify(kind));
    return kind.value;
  }
}

const encoded = <T>(type: { encode(message: T): { finish(): Uint8Array } }, message: T): Buffer =>
  Buffer.from(type.encode(message).finish());
const put = (key: string) => encoded(PutRequest, PutRequest.fromPartial({ key: bytes(key), value: bytes('x') }));
const read = (key: string) =>
  encoded(ReadRequest, ReadRequest.fromPartial({ key: bytes(key), options: { quorum: ReadQuorum.LOCAL } }));

async function openSession(stream: Stream, id: number, sessionId: string): Promise<void> {
  const request = encoded(OpenSessionRequest, OpenSessionRequest.fromPartial({ sessionId, ttlMs: 30_000 }));
  stream.send([{ id, method: 'OpenSession', request }]);
  await stream.responseOf(id);
}

const acquire = (sessionId: string) =>
  encoded(
    AcquireLockRequest,
    AcquireLockRequest.fromPartial({
      path: bytes('/a/_lockable'),
      waitMs: 60_000,
      cancelSequence: 2,
      options: { sessionId, sequence: 1 },
    }),
  );

test('calls of both services are answered under their ids, those of one message together', async () => {
  const stream = new Stream();
  stream.send(Array.from({ length: 50 }, (_, index) => ({ id: index + 1, method: 'Put', request: put(`/${index}`) })));
  await until(() => stream.answers.length === 50);
  expect(stream.messages).toHaveLength(1);
  expect(WriteResponse.decode(await stream.responseOf(50)).succeeded).toBe(true);
  stream.send([{ id: 51, method: 'Read', request: read('/7') }]);
  expect(text(ReadResponse.decode(await stream.responseOf(51)).item!.value)).toBe('x');
  await openSession(stream, 52, 'ada');
  stream.send([{ id: 53, method: 'AcquireLock', request: acquire('ada') }]);
  expect(LockResponse.decode(await stream.responseOf(53)).state).toBe(ClaimState.HELD);
  stream.call.end();
  await until(() => stream.hasEnded);
});

test('each call is in the log under its own name, and the stream is not', async () => {
  const stream = new Stream();
  stream.send([{ id: 1, method: 'Put', request: put('/a'), messageId: 'mine' }]);
  await stream.responseOf(1);
  const { inFlight } = served.observability;
  expect(inFlight.recent(10)).toMatchObject([{ method: 'Put', messageId: 'mine', status: 'OK' }]);
  expect(inFlight.running(10)).toEqual([]);
});

test('what is wrong with a call is told to that call; what is no message ends the stream', async () => {
  const stream = new Stream();
  stream.send([
    { id: 1, method: 'Nothing', request: put('/a') },
    { id: 2, method: 'Watch', request: put('/a') },
    { id: 3, method: 'Put', request: Buffer.from([0xff]) },
    { id: 4, method: 'Put', request: put('no path') },
    { id: 5, method: 'Put', request: put('/b') },
  ]);
  for (const id of [1, 2, 3, 4]) {
    expect(await stream.answerOf(id)).toMatchObject({ $case: 'error', value: { reason: 'INVALID_ARGUMENT' } });
  }
  expect(await stream.answerOf(5)).toMatchObject({ $case: 'response' });
  expect(served.bugs).toEqual([]);
  const broken = new Stream();
  served.client
    .makeBidiStreamRequest(
      '/synod.v1.UserService/Calls',
      (it: Buffer) => it,
      (it: Buffer) => it,
    )
    .on('error', (error: ServiceError) => {
      broken.error = error;
    })
    .write(Buffer.from([0xff, 0xff]));
  await until(() => broken.error !== undefined);
  expect(broken.error!.details).toContain('cannot be read as a CallsRequest');
});

test('a call that is given up, or whose stream ends, stands in no queue', async () => {
  const holder = new Stream();
  await openSession(holder, 1, 'ada');
  holder.send([{ id: 2, method: 'AcquireLock', request: acquire('ada') }]);
  await holder.responseOf(2);
  const waiter = new Stream();
  await openSession(waiter, 1, 'bruno');
  await openSession(waiter, 2, 'clara');
  const waiting = () =>
    JSON.parse(text(served.cell.state.get('system', '/_internal/locks/a/_lockable')!.value)) as { waiting: number };
  waiter.send([
    { id: 3, method: 'AcquireLock', request: acquire('bruno') },
    { id: 4, method: 'AcquireLock', request: acquire('clara') },
  ]);
  await until(() => waiting().waiting === 2);
  waiter.send([{ id: 4, method: 'AcquireLock', request: put('/a') }]);
  expect(await waiter.answerOf(4)).toMatchObject({ $case: 'error', value: { reason: 'INVALID_ARGUMENT' } });
  waiter.send([{ id: 3, cancel: true }]);
  await until(() => waiting().waiting === 1);
  waiter.call.cancel();
  await until(() => waiting().waiting === 0);
});
