// Guards the memory of an agent against whoever asks for much and takes nothing: answers are made as they are taken.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  BatchRequest,
  type BatchResponse,
  CallsRequest,
  type CallsResponse,
  ReadQuorum,
  ReadRequest,
} from '../../src/gen/synod/v1/user.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, put, until } from './calls.ts';

const VALUE_BYTES = 1024 * 1024;
const READS = 60;
/** What the client keeps for itself (16 messages), what is on the way, and what waits to be; not all of them. */
const MADE_MAX = 40;

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
  await put(served, '/large', Buffer.alloc(VALUE_BYTES, 'x'));
});
afterEach(() => served.stop());

const idle = async () => {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

function answersMade(): () => number {
  const get = vi.spyOn(served.cell.machine, 'get');
  return () => get.mock.calls.filter(([, key]) => key === '/large').length;
}

interface Asked {
  readonly answers: () => number;
  readonly read: () => void;
  readonly cancel: () => void;
}

function asCalls(quorum: ReadQuorum): Asked {
  const stream = served.client.calls();
  const request = Buffer.from(
    ReadRequest.encode(ReadRequest.fromPartial({ key: bytes('/large'), options: { quorum } })).finish(),
  );
  const calls = Array.from({ length: READS }, (_, at) => ({ id: at + 1, method: 'Read', request }));
  return asked(
    stream,
    ({ answers }: CallsResponse) => answers.length,
    () => stream.write(CallsRequest.fromPartial({ calls })),
  );
}

function asBatch(quorum: ReadQuorum): Asked {
  const stream = served.client.batch();
  const operations = Array.from({ length: READS }, (_, at) => ({
    id: at + 1,
    kind: { $case: 'read' as const, value: { key: bytes('/large'), options: { quorum } } },
  }));
  return asked(
    stream,
    ({ results }: BatchResponse) => results.length,
    () => stream.write(BatchRequest.fromPartial({ operations })),
  );
}

function asked<Message>(
  stream: {
    on(event: string, listener: (message: Message) => void): unknown;
    pause(): unknown;
    resume(): unknown;
    cancel(): void;
  },
  countOf: (message: Message) => number,
  send: () => void,
): Asked {
  let count = 0;
  let takesMore = false;
  stream.on('data', (message) => {
    count += countOf(message);
    if (!takesMore) stream.pause();
  });
  stream.on('error', () => undefined);
  send();
  const read = (): void => {
    takesMore = true;
    stream.resume();
  };
  return { answers: () => count, read, cancel: () => stream.cancel() };
}

describe.each([
  ['calls', asCalls],
  ['a batch', asBatch],
])('%s', (_, ask) => {
  test.each([
    ['local', ReadQuorum.LOCAL],
    ['majority', ReadQuorum.MAJORITY],
  ])(
    'whoever does not take the answers to %s reads is given no more of them, and all once it does',
    async (_quorum, quorum) => {
      const made = answersMade();
      const reader = ask(quorum);
      await until(() => reader.answers() > 0);
      await idle();
      expect(made()).toBeLessThan(MADE_MAX);
      reader.read();
      await until(() => reader.answers() === READS);
      expect(made()).toBe(READS);
      reader.cancel();
    },
  );

  test('what waits for room ends with its stream', async () => {
    const made = answersMade();
    const reader = ask(ReadQuorum.MAJORITY);
    await until(() => reader.answers() > 0);
    await idle();
    reader.cancel();
    await until(() => served.observability.inFlight.count === 0);
    expect(made()).toBeLessThan(MADE_MAX);
    expect(served.bugs).toEqual([]);
  });
});

test('a read that is cancelled while it waits for its majority keeps no other waiting', async () => {
  const heard = Promise.withResolvers<never>();
  vi.spyOn(served.cell, 'readBarrier').mockReturnValueOnce(heard.promise);
  const stream = served.client.calls();
  const answered: number[] = [];
  stream.on('data', ({ answers }: CallsResponse) => answered.push(...answers.map(({ id }) => id)));
  stream.on('error', () => undefined);
  const ask = (id: number): void => {
    const request = ReadRequest.fromPartial({ key: bytes('/large'), options: { quorum: ReadQuorum.MAJORITY } });
    const message = Buffer.from(ReadRequest.encode(request).finish());
    stream.write(CallsRequest.fromPartial({ calls: [{ id, method: 'Read', request: message }] }));
  };
  ask(1);
  await until(() => served.observability.inFlight.count === 1);
  served.observability.inFlight.cancel(served.observability.inFlight.running(1)[0]!.id);
  await until(() => answered.length === 1);
  heard.resolve(undefined as never);
  await idle();
  ask(2);
  await until(() => answered.length === 2);
  stream.cancel();
});

test('a message with more calls than a stream may have open is refused', async () => {
  const stream = served.client.calls();
  let refusal = '';
  stream.on('error', ({ details }: { readonly details?: string }) => {
    refusal = details ?? '';
  });
  stream.write(CallsRequest.fromPartial({ calls: Array.from({ length: 10_000 }, (_, id) => ({ id })) }));
  await until(() => refusal !== '');
  expect(refusal).toContain('10000');
});
