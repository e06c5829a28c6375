/**
 * Guards reading the log of another agent over the network when that agent is not well: silent, gone, moved, of another
 * version, or not known yet. Each says so in one line, and no connection is left behind.
 */
import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GrpcParticipantLogs } from '../../../src/agent/api/operator/participant-logs.ts';
import type { CellPort } from '../../../src/agent/host/cell-port.ts';
import { ADDRESSES } from '../../../src/agent/machine/system-records.ts';
import { ObserveServiceService, WatchMessagesResponse } from '../../../src/gen/synod/v1/observe.ts';
import { eventually } from '../../support/eventually.ts';

const FILTER = { includeHeartbeats: false, includeOwn: false };
const NEVER = new AbortController().signal;
let server: Server;
let address: string;
let known: string;
let logs: GrpcParticipantLogs;

/** A cell that knows one other agent, at the address `known`. */
const cell = {
  state: {
    get: (_: unknown, key: string) => {
      if (known === '' || key !== ADDRESSES.keyOf('b')) return undefined;
      const record = { name: 'Ben', grpcAddress: known, httpAddress: '', labels: {}, version: '1' };
      return { key, value: Buffer.from(JSON.stringify(record)) };
    },
  },
} as unknown as CellPort;

async function listen(): Promise<string> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return `127.0.0.1:${port}`;
}

beforeEach(() => {
  server = new Server();
  logs = new GrpcParticipantLogs(cell, { silenceMs: 300 });
});
afterEach(async () => {
  await eventually(() => expect(logs.connectionCount).toBe(0));
  server.forceShutdown();
});

const watching = async (signal: AbortSignal = NEVER): Promise<{ through: number[]; error: unknown }> => {
  const through: number[] = [];
  try {
    for await (const batch of logs.watch('b', FILTER, undefined, signal)) through.push(batch.through);
    return { through, error: undefined };
  } catch (error) {
    return { through, error };
  }
};
const refusal = (why: string) => ({
  reason: 'PARTICIPANT_UNREACHABLE',
  message: `the log of Ben at ${known} cannot be read: ${why}`,
});

test('a participant that stands still counts as unreachable after a while', async () => {
  server.addService(
    { watchMessages: ObserveServiceService.watchMessages },
    {
      watchMessages: (stream: ServerWritableStream<unknown, WatchMessagesResponse>) => {
        stream.write(WatchMessagesResponse.fromPartial({ through: 7, logId: 'x' }));
      },
    },
  );
  known = await listen();
  expect(await watching()).toMatchObject({ through: [7], error: refusal('silent for 0.3 s') });
});

test('a viewer that is busy with what it got does not find the participant silent', async () => {
  logs = new GrpcParticipantLogs(cell, { silenceMs: 1_000 });
  let told: ServerWritableStream<unknown, WatchMessagesResponse>;
  const watchMessages = (stream: ServerWritableStream<unknown, WatchMessagesResponse>): void => {
    told = stream;
    stream.write(WatchMessagesResponse.fromPartial({ through: 1 }));
  };
  server.addService({ watchMessages: ObserveServiceService.watchMessages }, { watchMessages });
  known = await listen();
  const through: number[] = [];
  const abort = new AbortController();
  for await (const batch of logs.watch('b', FILTER, undefined, abort.signal)) {
    through.push(batch.through);
    // Timers fire in their order: that of the watch is over by then.
    if (batch.through === 1) await new Promise((resolve) => setTimeout(resolve, 1_300));
    else abort.abort();
    told!.write(WatchMessagesResponse.fromPartial({ through: 2 }));
  }
  expect(through).toEqual([1, 2]);
});

test('a participant that ends the stream, or of whom nobody knows where it is', async () => {
  server.addService(
    { watchMessages: ObserveServiceService.watchMessages },
    { watchMessages: (stream: ServerWritableStream<unknown, unknown>) => stream.end() },
  );
  known = await listen();
  expect((await watching()).error).toMatchObject(refusal('it ended the connection'));
  known = '';
  expect((await watching()).error).toMatchObject({
    reason: 'PARTICIPANT_UNREACHABLE',
    message: 'the log of b cannot be read: the cell knows no address of it yet',
  });
});

test('a participant of an earlier version, and one that is gone', async () => {
  known = await listen();
  await expect(logs.detail('b', 1, NEVER)).rejects.toMatchObject(refusal('its version cannot show its log to others'));
  server.forceShutdown();
  known = '127.0.0.1:1';
  await expect(logs.query('b', { filter: FILTER, limit: 1, beforeSequence: 0 }, NEVER)).rejects.toMatchObject({
    reason: 'PARTICIPANT_UNREACHABLE',
  });
});

test('a participant that moved is asked where it is now, and whoever gives up gets no error', async () => {
  const abort = new AbortController();
  const asked: string[] = [];
  const watchMessages = (stream: ServerWritableStream<unknown, WatchMessagesResponse>): void => {
    asked.push(address);
    stream.write(WatchMessagesResponse.fromPartial({ through: 1 }));
    if (asked.length === 2) abort.abort();
  };
  server.addService({ watchMessages: ObserveServiceService.watchMessages }, { watchMessages });
  address = await listen();
  known = address;
  const first = watching(abort.signal);
  await eventually(() => expect(asked).toHaveLength(1));
  address = await listen();
  known = address;
  const second = watching(abort.signal);
  expect((await first).error).toBeUndefined();
  expect((await second).error).toBeUndefined();
  expect(new Set(asked).size).toBe(2);
});
