// Guards the log of messages and the list of calls: bounded, in order, decoded only on demand, filters and subscriptions
// that miss nothing silently, and that looking at the log does not fill it.
import { afterEach, expect, test } from 'vitest';
import type { Message } from '../../src/agent/consensus/messages.ts';
import { describeFields } from '../../src/agent/observe/describe-fields.ts';
import { InFlight } from '../../src/agent/observe/in-flight.ts';
import { PeerMessageLog } from '../../src/agent/observe/peer-message-log.ts';
import { type MessageBatch, type MessageEntry, type MessageRecord, RpcLog } from '../../src/agent/observe/rpc-log.ts';
import { UserCallLog } from '../../src/agent/observe/user-call-log.ts';
import { peerObserver } from '../../src/agent/peer-observer.ts';
import { PutRequest, ReadRequest, WriteResponse } from '../../src/gen/synod/v1/user.ts';
import { must, put, until } from '../api/calls.ts';
import { ask, type ServedApi, serveApi } from '../support/served-api.ts';

let served: ServedApi | undefined;
afterEach(async () => {
  await served?.stop();
  served = undefined;
});

const entry = (partial: Partial<MessageEntry>): MessageEntry => ({
  channel: 'peer',
  direction: 'sent',
  peer: 'b',
  kind: 'heartbeat',
  messageId: 'm',
  ballot: undefined,
  slot: 0,
  throughSlot: partial.slot ?? 0,
  bytes: 10,
  atMs: 0,
  durationMs: 0,
  status: '',
  own: false,
  payload: undefined,
  decode: undefined,
  reply: undefined,
  decodeReply: undefined,
  ...partial,
});

test('the oldest messages go when there are too many, or too many bytes', () => {
  const log = new RpcLog({ countMax: 3, bytesMax: 1_000_000 });
  for (let slot = 1; slot <= 5; slot++) log.record(entry({ slot }));
  expect(log.query({}, 10).map(({ slot }) => slot)).toEqual([5, 4, 3]);
  expect(log.detail(2)).toBeUndefined();
  const small = new RpcLog({ countMax: 1_000, bytesMax: 10_000 });
  for (let slot = 1; slot <= 10; slot++) small.record(entry({ slot, bytes: 4_000 }));
  expect(small.query({}, 10).map(({ slot }) => slot)).toEqual([10, 9]);
  expect(small.bytes).toBeLessThanOrEqual(10_000);
  small.record(entry({ slot: 11, bytes: 1_000_000 }));
  expect(small.query({}, 10).map(({ slot }) => slot)).toEqual([11]);
});

test('filters combine, and pages continue below a sequence', () => {
  const log = new RpcLog({ countMax: 100, bytesMax: 1_000_000 });
  for (let slot = 1; slot <= 20; slot++) {
    log.record(entry({ slot, kind: slot % 2 === 0 ? 'accept' : 'heartbeat', peer: slot > 10 ? 'c' : 'b' }));
  }
  const page = log.query({ kinds: ['accept'], peer: 'b' }, 3);
  expect(page.map(({ slot }) => slot)).toEqual([10, 8, 6]);
  expect(log.query({ kinds: ['accept'], peer: 'b' }, 3, page.at(-1)!.sequence).map(({ slot }) => slot)).toEqual([4, 2]);
  expect(log.query({ slot: 8 }, 9).map(({ kind }) => kind)).toEqual(['accept']);
  log.record(entry({ status: 'dropped: no link', slot: 21 }));
  expect(log.query({ statuses: ['ABORTED', 'dropped'] }, 9).map(({ slot }) => slot)).toEqual([21]);
  log.record(entry({ status: 'UNAVAILABLE', slot: 22 }));
  log.record(entry({ status: 'OK', slot: 23 }));
  expect(log.query({ statuses: ['failed'] }, 9).map(({ slot }) => slot)).toEqual([22, 21]);
  // A heartbeat says how far its sender is: it is about no slot.
  expect(log.query({ slot: 7 }, 9)).toEqual([]);
});

test('a subscriber gets what matches from now on, once and in order, and learns what it missed', async () => {
  const log = new RpcLog({ countMax: 50, bytesMax: 1_000_000 });
  log.record(entry({ slot: 1, kind: 'accept' }));
  const seen: MessageRecord[] = [];
  let missedTotal = 0;
  const subscription = log.subscribe({ kinds: ['accept'] }, ({ records, missed }) => {
    seen.push(...records);
    missedTotal += missed;
  });
  for (let slot = 2; slot <= 21; slot++) log.record(entry({ slot, kind: slot % 2 === 0 ? 'accept' : 'heartbeat' }));
  await until(() => seen.length === 10);
  expect(seen.map(({ slot }) => slot)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  for (let slot = 100; slot < 180; slot++) log.record(entry({ slot, kind: 'accept' }));
  await until(() => seen.length === 60);
  expect(missedTotal).toBe(30);
  subscription.cancel();
  log.record(entry({ slot: 500, kind: 'accept' }));
  log.stop();
  expect(seen.at(-1)!.slot).toBe(179);
});

test('a slot is found in every message that carries it, and acknowledged by the reply for it alone', () => {
  const log = new RpcLog({ countMax: 20, bytesMax: 1_000_000 });
  const peers = new PeerMessageLog(log);
  const ballot = { round: 3, agentId: 'a' };
  const request = { kind: 'noop' as const, origin: ballot, stampMs: 1, requestId: 'r', payload: Buffer.alloc(0) };
  const at = (slot: number) => ({ slot, ballot, entry: request });
  const reply = { ballot, granted: true, accepted: true, promised: ballot, floor: 1, received: 14, needFrom: 0 };
  const messages: Message[] = [
    { kind: 'prepare', ballot, fromSlot: 12 },
    { ...reply, kind: 'prepareReply', fromSlot: 12, entries: [at(12), at(13)], complete: true, chosenThrough: 11 },
    { kind: 'accept', ballot, fromSlot: 12, entries: [request, request, request], chosenThrough: 11 },
    { ...reply, kind: 'acceptReply', through: 14, chosenThrough: 11 },
    { kind: 'chosen', ballot, entries: [at(13), at(14), at(15)], chosenThrough: 15, floor: 1 },
    { kind: 'chosen', ballot, entries: [], chosenThrough: 13, floor: 1 },
  ];
  for (const message of messages) {
    const envelope = { group: 0, cellId: 'cell', from: 'a', to: 'b', epoch: 1, message };
    peers.sent('b', { kind: 'consensus', envelope }, 'id', 10);
  }
  const about = (slot: number): string[] =>
    log.query({ slot }, 20).map((each) => `${each.kind} ${each.slot}..${each.throughSlot}`);
  expect(about(11)).toEqual([]);
  expect(about(12)).toEqual(['accept 12..14', 'prepareReply 12..13', 'prepare 12..12']);
  expect(about(13)).toEqual(['chosen 13..13', 'chosen 13..15', 'accept 12..14', 'prepareReply 12..13']);
  expect(about(14)).toEqual(['chosen 13..15', 'acceptReply 14..14', 'accept 12..14']);
});

test('heartbeats are left out when they are not wanted, and counted', async () => {
  const log = new RpcLog({ countMax: 100, bytesMax: 1_000_000 });
  let heartbeats = 0;
  const seen: MessageRecord[] = [];
  const subscription = log.subscribe({ includeHeartbeats: false, peer: 'b' }, (batch) => {
    heartbeats += batch.heartbeats;
    seen.push(...batch.records);
  });
  for (const kind of ['heartbeat', 'accept', 'livenessReport']) log.record(entry({ kind }));
  log.record(entry({ kind: 'heartbeat', peer: 'c' }));
  await until(() => seen.length === 1);
  expect(heartbeats).toBe(2);
  log.record(entry({ kind: 'heartbeat' }));
  // Alone they are told too, less often.
  await until(() => heartbeats === 3);
  subscription.cancel();
  expect(log.query({ includeHeartbeats: false }, 9).map(({ kind }) => kind)).toEqual(['accept']);
  expect(log.query({ includeHeartbeats: false, kinds: ['heartbeat'] }, 9)).toHaveLength(3);
});

test('a subscriber that takes nothing misses exactly what is dropped meanwhile, and can begin behind a position', async () => {
  const log = new RpcLog({ countMax: 50, bytesMax: 1_000_000 });
  for (let slot = 1; slot <= 10; slot++) log.record(entry({ slot }));
  const batches: MessageBatch[] = [];
  let isFull = true;
  let asked = 0;
  const options = {
    after: 4,
    isFull: () => {
      asked += 1;
      return isFull;
    },
  };
  const subscription = log.subscribe({}, (batch) => batches.push(batch), options);
  for (let slot = 11; slot <= 40; slot++) log.record(entry({ slot }));
  await until(() => asked > 1);
  for (let slot = 41; slot <= 70; slot++) log.record(entry({ slot }));
  expect(batches).toEqual([]);
  isFull = false;
  await until(() => batches.length > 0);
  expect(batches[0]).toMatchObject({ missed: 16, through: 70, isComplete: true });
  expect(batches[0]!.records.map(({ slot }) => slot)).toEqual(Array.from({ length: 50 }, (_, index) => index + 21));
  subscription.cancel();
  expect(log.subscriberCount).toBe(0);
});

test('messages of agents show ballot, slot, id and fields', () => {
  const log = new RpcLog({ countMax: 10, bytesMax: 1_000_000 });
  const peers = new PeerMessageLog(log);
  const ballot = { round: 3, agentId: 'a' };
  const request = {
    kind: 'command' as const,
    origin: ballot,
    stampMs: 1,
    requestId: 'r',
    payload: Buffer.from('data'),
  };
  const message = { kind: 'accept' as const, ballot, fromSlot: 12, entries: [request], chosenThrough: 11 };
  const envelope = { group: 0, cellId: 'cell', from: 'a', to: 'b', epoch: 1, message };
  peers.sent('b', { kind: 'consensus', envelope }, 'boot-1', 120);
  const [record] = log.query({}, 1);
  expect(record).toMatchObject({ kind: 'accept', peer: 'b', messageId: 'boot-1', ballot, slot: 12, bytes: 120 });
  expect(log.detail(record!.sequence)!.fields).toMatchObject({ fromSlot: 12, entries: [{ payload: 'data' }] });
  expect([...peers.sentByKind]).toEqual([{ kind: 'accept', messages: 1, bytes: 120 }]);
});

test('messages that went nowhere stand in the log with why, and calls between agents with how they ended', () => {
  const log = new RpcLog({ countMax: 10, bytesMax: 1_000_000 });
  const peers = new PeerMessageLog(log);
  const observer = peerObserver({ peers });
  const ballot = { round: 3, agentId: 'a' };
  const message = { kind: 'accept' as const, ballot, fromSlot: 12, entries: [], chosenThrough: 11 };
  const envelope = { group: 0, cellId: 'cell', from: 'a', to: 'b', epoch: 1, message };
  for (const why of ['noLink', 'policy'] as const) {
    observer.dropped('sent', 'b', { kind: 'consensus', envelope }, 'boot-2', why);
  }
  expect(log.query({ messageId: 'boot-2' }, 9)).toMatchObject([
    { status: 'dropped: link policy', kind: 'accept', direction: 'sent', peer: 'b', ballot, slot: 12, bytes: 0 },
    { status: 'dropped: no link' },
  ]);
  expect([...peers.drops]).toEqual([
    { direction: 'sent', reason: 'no link', messages: 1 },
    { direction: 'sent', reason: 'link policy', messages: 1 },
  ]);
  expect([...peers.sentByKind]).toEqual([]);
  observer.called({
    direction: 'received',
    peer: 'c',
    kind: 'join',
    messageId: 'boot-3',
    bytes: 70,
    atMs: 5,
    durationMs: 12,
    status: 'OK',
    payload: { name: 'Clara' },
    reply: { joined: true },
  });
  const [call] = log.query({ kinds: ['join'] }, 1);
  expect(call).toMatchObject({ channel: 'peer', direction: 'received', peer: 'c', durationMs: 12, status: 'OK' });
  expect(log.detail(call!.sequence)).toMatchObject({ fields: { name: 'Clara' }, replyFields: { joined: true } });
});

test('fields are made for JSON: bounded, binary marked, names that mean something to JavaScript harmless', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as object;
  const described = describeFields(hostile) as Record<string, unknown>;
  expect(JSON.stringify(described)).toBe('{"__proto__":{"polluted":true},"a":1}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(describeFields(Buffer.from('text é'))).toBe('text é');
  expect(describeFields(Buffer.of(0, 1))).toEqual({ base64: 'AAE=', sizeBytes: 2 });
  expect(describeFields(Buffer.alloc(100_000, 'x'))).toMatchObject({ sizeBytes: 100_000 });
  expect(describeFields(Array.from({ length: 1_000 }, () => 1))).toHaveLength(201);
  expect((describeFields('x'.repeat(10_000)) as string).length).toBeLessThan(5_000);
});

test('a call stands in flight with its quorum, and then in the log with request and answer', async () => {
  served = await serveApi();
  const { observability, cell, client } = served;
  cell.stall(true);
  const answer = ask(client, client.put, PutRequest.fromPartial({ key: Buffer.from('/a'), value: Buffer.from('one') }));
  await until(() => cell.waitingWrites === 1);
  const [running] = observability.inFlight.running(10);
  expect(running).toMatchObject({ method: 'Put', quorum: 'majority', status: '' });
  cell.stall(false);
  const { slot } = must(await answer);
  const [record] = observability.rpcLog.query({ kinds: ['Put'] }, 1);
  expect(record).toMatchObject({ channel: 'user', direction: 'received', status: 'OK', slot, own: false });
  expect(record!.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  const detail = observability.rpcLog.detail(record!.sequence)!;
  expect(detail.fields).toMatchObject({ key: '/a', value: 'one' });
  expect(detail.replyFields).toMatchObject({ succeeded: true, slot });
  expect(observability.inFlight.recent(1)).toMatchObject([{ id: running!.id, status: 'OK' }]);
  expect(observability.inFlight.count).toBe(0);
});

test('an operator can cancel a call', async () => {
  served = await serveApi();
  const { observability, cell, client } = served;
  cell.stall(true);
  const answer = ask(client, client.put, PutRequest.fromPartial({ key: Buffer.from('/a') }));
  await until(() => observability.inFlight.count === 1);
  const [running] = observability.inFlight.running(1);
  expect(observability.inFlight.cancel(running!.id)).toBe(true);
  expect((await answer).ok).toBe(false);
  expect(observability.inFlight.recent(1)).toMatchObject([{ status: 'CANCELLED' }]);
  expect(observability.inFlight.cancel(running!.id)).toBe(false);
  cell.stall(false);
});

test('what a viewer asks is left out unless it is wanted, and its message id is the one it gave', async () => {
  served = await serveApi();
  const { observability, client } = served;
  const { Metadata } = await import('@grpc/grpc-js');
  const metadata = new Metadata();
  metadata.set('synod-message-id', 'viewer-17');
  await new Promise<void>((resolve) => {
    client.read(ReadRequest.fromPartial({ key: Buffer.from('/a') }), metadata, () => resolve());
  });
  await put(served, '/a', '1');
  expect(observability.rpcLog.query({}, 10).map(({ kind }) => kind)).toEqual(['Put']);
  const all = observability.rpcLog.query({ includeOwn: true }, 10);
  expect(all.map(({ kind, own }) => [kind, own])).toEqual([
    ['Put', false],
    ['Read', true],
  ]);
  expect(all[1]!.messageId).toBe('viewer-17');
  expect(all[0]!.messageId).toMatch(/^boot-\d+$/);
});

test('garbage in the log is shown as such', () => {
  const log = new RpcLog({ countMax: 10, bytesMax: 1_000_000 });
  const calls = new UserCallLog(log, new InFlight(10), 'boot');
  const stats = calls.method('Put', PutRequest.decode, WriteResponse.decode);
  stats.began('peer', '', Buffer.from('ffffffff', 'hex'), { cancel: () => undefined }).ended(3, 0, undefined);
  expect(log.detail(1)!.fields).toMatchObject({ malformed: { sizeBytes: 4 } });
});

test('calls that ended are kept only up to a limit, newest first', () => {
  const inFlight = new InFlight(3);
  const calls = new UserCallLog(new RpcLog({ countMax: 10, bytesMax: 10_000 }), inFlight, 'boot');
  const put = calls.method('Put', PutRequest.decode, WriteResponse.decode);
  for (let index = 0; index < 5; index++) {
    put.began('peer', '', Buffer.alloc(0), { cancel: () => undefined }).ended(0, 0, undefined);
  }
  expect(inFlight.recent(10).map(({ id }) => id)).toEqual([5, 4, 3]);
  expect(put.stats.endedByStatus[0]).toBe(5);
});

test('a method is counted once, whatever form its messages have, and each call is read in its own form', () => {
  const log = new RpcLog({ countMax: 10, bytesMax: 1_000_000 });
  const calls = new UserCallLog(log, new InFlight(10), 'boot');
  const asProtobuf = calls.method('Put', PutRequest.decode, WriteResponse.decode);
  const parse = (payload: Uint8Array): unknown => JSON.parse(Buffer.from(payload).toString());
  const asJson = calls.method('Put', parse, parse);
  const canceller = { cancel: () => undefined };
  const request = PutRequest.encode(PutRequest.fromPartial({ key: Buffer.from('/a') })).finish();
  asProtobuf.began('peer', '', request, canceller).ended(0, 1, undefined);
  asJson.began('window', '', Buffer.from('{"path":"/b"}'), canceller).ended(0, 2, undefined);
  expect([...calls.methods].map(({ name, endedByStatus }) => [name, endedByStatus[0]])).toEqual([['Put', 2]]);
  expect(log.detail(1)!.fields).toMatchObject({ key: '/a' });
  expect(log.detail(2)!.fields).toEqual({ path: '/b' });
});
