/**
 * Guards the log of messages as operators see it, over real agents: filters are judged in the log, heartbeats are counted
 * instead of shown, every participant's log can be read through any agent, looking at a log does not fill it, and nothing
 * stays connected when nobody looks.
 */
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { GrpcParticipantLogs } from '../../../src/agent/api/operator/participant-logs.ts';
import type { MessageView } from '../../../src/contract/index.ts';
import { ObserveServiceClient, QueryMessagesRequest } from '../../../src/gen/synod/v1/observe.ts';
import { put } from '../../support/memory-cell.ts';
import { OperatedCell, PATIENCE, refusalOf } from '../../support/operated-cell.ts';

let cell: OperatedCell;
beforeAll(async () => {
  cell = await OperatedCell.of(2);
}, 60_000);
afterAll(() => cell.close());

const write = (key: string) => cell.agents[0]!.cell.write(put(key, 'x'), { quorum: 'majority', timeoutMs: 20_000 });

test('what was written is found by the slot that its messages carry, and heartbeats only when wanted', async () => {
  const { result } = await write('/a');
  const slot = (result as { slot: number }).slot;
  const client = cell.client();
  const found = await vi.waitFor(async () => {
    const { messages } = await client.messages.query({ filter: { slot } });
    expect(new Set(messages.map(({ kind }) => kind))).toContain('acceptReply');
    return messages;
  }, PATIENCE);
  const accept = found.find(({ kind }) => kind === 'accept')!;
  expect(accept).toMatchObject({ channel: 'peer', direction: 'sent', peer: cell.agents[1]!.agentId });
  expect(accept.slot).toBeLessThanOrEqual(slot);
  expect(accept.throughSlot).toBeGreaterThanOrEqual(slot);
  expect(accept.ballot).toMatchObject({ agentId: cell.agents[0]!.agentId });
  const kinds = (await client.messages.query({})).messages.map(({ kind }) => kind);
  expect(kinds).not.toContain('heartbeat');
  // An agent that has just begun to lead may not have sent any yet.
  await vi.waitFor(async () => {
    const named = await client.messages.query({ filter: { kinds: ['heartbeat'] }, limit: 2 });
    expect(named.messages.map(({ kind }) => kind)).toEqual(['heartbeat', 'heartbeat']);
  }, PATIENCE);
  const all = await client.messages.query({ filter: { includeHeartbeats: true } });
  expect(all.messages.map(({ kind }) => kind)).toContain('heartbeat');
  expect(all.last).toBeGreaterThanOrEqual(all.messages[0]!.sequence);
  expect(all.first).toBe(1);
});

test('a watch tells new messages as they come and counts the heartbeats it leaves out', async () => {
  const abort = new AbortController();
  const events = await cell.client().messages.watch({}, { signal: abort.signal });
  const seen: MessageView[] = [];
  let heartbeats = 0;
  await write('/b');
  for await (const event of events) {
    seen.push(...event.messages);
    heartbeats += event.heartbeats;
    if (seen.some(({ kind }) => kind === 'acceptReply') && heartbeats > 0) break;
  }
  abort.abort();
  expect(seen.every(({ kind }) => !kind.startsWith('heartbeat'))).toBe(true);
  expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map(({ sequence }) => sequence).toSorted((a, b) => a - b));
});

test('the log of another participant is read through this agent, by name, and is the other end of the same messages', async () => {
  const [first, second] = cell.agents;
  await write('/c');
  const client = cell.client(0);
  const { sent, received } = await vi.waitFor(async () => {
    const filter = { kinds: ['accept'], direction: 'sent' as const };
    const [sent] = (await client.messages.query({ filter, limit: 1 })).messages;
    const elsewhere = await client.messages.query({
      filter: { kinds: ['accept'], direction: 'received' },
      agent: second!.name.toUpperCase(),
    });
    const received = elsewhere.messages.find(({ messageId }) => messageId === sent?.messageId);
    expect(received).toBeDefined();
    return { sent: sent!, received: received! };
  }, PATIENCE);
  expect(received).toMatchObject({ direction: 'received', peer: first!.agentId, slot: sent.slot, bytes: sent.bytes });
  const here = await client.messages.detail({ sequence: sent.sequence });
  const there = await client.messages.detail({ sequence: received.sequence, agent: second!.agentId });
  expect(there.message).toEqual(received);
  expect(there.fields).toEqual(here.fields);
  expect(there.fields).toMatchObject({ kind: 'accept', fromSlot: sent.slot });
  const logs = first!.operator.logs as GrpcParticipantLogs;
  expect(logs.connectionCount).toBe(0);
});

test('nobody sees in a log that it was looked at, unless it is wanted', async () => {
  const [first, second] = cell.agents;
  const before = second!.observability.rpcLog.query({ channel: 'user', includeOwn: true }, 100).length;
  const client = cell.client(0);
  await client.messages.query({ agent: second!.agentId });
  await client.messages.query({});
  expect(second!.observability.rpcLog.query({ channel: 'user', includeOwn: true }, 100)).toHaveLength(before);
  const own = first!.observability.rpcLog.query({ channel: 'user', includeOwn: true }, 10);
  expect(own.length).toBeGreaterThan(0);
  expect(own.every((record) => record.own)).toBe(true);
  expect((await client.messages.query({ filter: { channel: 'user' } })).messages).toEqual([]);
});

test('what is not there is refused in one line', async () => {
  const client = cell.client();
  expect(await refusalOf(client.messages.detail({ sequence: 999_999_999 }))).toMatchObject({
    code: 'NOT_FOUND',
    reason: 'NOT_FOUND',
  });
  expect(await refusalOf(client.messages.detail({ sequence: 999_999_999, agent: cell.agents[1]!.name }))).toMatchObject(
    {
      code: 'NOT_FOUND',
      reason: 'NOT_FOUND',
    },
  );
  const unknown = await refusalOf(client.messages.query({ agent: 'Zoe' }));
  expect(unknown).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_ARGUMENT' });
  expect(unknown.message).toContain(cell.agents[1]!.name);
});

test('the service between agents refuses garbage and limits that make no sense', async () => {
  const client = new ObserveServiceClient(cell.agents[0]!.grpcAddress, credentials.createInsecure());
  const codeOf = (limit: number): Promise<number> =>
    new Promise((resolve) => {
      const request = QueryMessagesRequest.fromPartial({ limit });
      client.queryMessages(request, (error) => resolve(error?.code ?? 0));
    });
  expect(await Promise.all([codeOf(0), codeOf(10_001), codeOf(5)])).toEqual([3, 3, 0]);
  const garbage = await new Promise<number>((resolve) => {
    client.makeUnaryRequest(
      '/synod.v1.ObserveService/QueryMessages',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      Buffer.from('ffffffff', 'hex'),
      (error) => resolve(error?.code ?? 0),
    );
  });
  expect(garbage).toBe(3);
  client.close();
});
