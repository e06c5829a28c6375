// Guards the writing methods, sessions and leases over real gRPC: effects, comparisons, exactly-once, quorums.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CompareOperator, CompareTarget } from '../../src/gen/synod/v1/journal.ts';
import {
  CompactRequest,
  CompareAndWriteRequest,
  DeleteRangeRequest,
  DeleteRequest,
  EndSessionRequest,
  GrantLeaseRequest,
  OpenSessionRequest,
  PutRequest,
  ReadRequest,
  RevokeLeaseRequest,
  TransactRequest,
  WriteQuorum,
} from '../../src/gen/synod/v1/user.ts';
import { ask, detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, must, put, refused, text } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

const get = async (key: string) =>
  must(await ask(served.client, served.client.read, ReadRequest.fromPartial({ key: bytes(key) }))).item;
const cas = (partial: Parameters<typeof CompareAndWriteRequest.fromPartial>[0]) =>
  ask(served.client, served.client.compareAndWrite, CompareAndWriteRequest.fromPartial(partial));

test('put answers with slot, revision and the version afterwards; the previous value on request', async () => {
  const first = await put(served, '/a', '1');
  expect(first).toMatchObject({ succeeded: true, notAppliedBy: [] });
  expect(first.current).toMatchObject({ version: 1, modRevision: first.revision });
  const again = PutRequest.fromPartial({ key: bytes('/a'), value: bytes('2'), returnPrevious: true });
  const second = must(await ask(served.client, served.client.put, again));
  expect(second.slot).toBeGreaterThan(first.slot);
  expect(text(second.previous!.value)).toBe('1');
});

test('delete and deleteRange say how much they deleted', async () => {
  for (const key of ['/a/1', '/a/2', '/a/3', '/b']) await put(served, key, 'x');
  const one = DeleteRequest.fromPartial({ key: bytes('/a/1') });
  expect(must(await ask(served.client, served.client.delete, one)).deleted).toBe(1);
  expect(must(await ask(served.client, served.client.delete, one)).deleted).toBe(0);
  const range = DeleteRangeRequest.fromPartial({ start: bytes('/a/'), end: bytes('/a0'), returnPrevious: true });
  const many = must(await ask(served.client, served.client.deleteRange, range));
  expect(many.deleted).toBe(2);
  expect(many.results[0]!.items.map((item) => text(item.key))).toEqual(['/a/2', '/a/3']);
});

test('compare-and-write writes when value or version is as expected, else shows what stands', async () => {
  const created = must(
    await cas({ key: bytes('/a'), expected: { $case: 'expectedVersion', value: 0 }, value: bytes('1') }),
  );
  expect(created.succeeded).toBe(true);
  const missed = must(
    await cas({ key: bytes('/a'), expected: { $case: 'expectedValue', value: bytes('9') }, value: bytes('2') }),
  );
  expect(missed.succeeded).toBe(false);
  expect(text(missed.current!.value)).toBe('1');
  must(await cas({ key: bytes('/a'), expected: { $case: 'expectedValue', value: bytes('1') }, value: bytes('2') }));
  expect(text((await get('/a'))!.value)).toBe('2');
  must(await cas({ key: bytes('/a'), expected: { $case: 'expectedVersion', value: 2 } }));
  expect(await get('/a')).toBeUndefined();
});

test('a transaction does one branch or the other, atomically', async () => {
  await put(served, '/from', '5');
  const request = TransactRequest.fromPartial({
    compare: [
      { key: bytes('/from'), target: CompareTarget.VALUE, operator: CompareOperator.EQUAL, value: bytes('5') },
      { key: bytes('/to'), target: CompareTarget.VERSION, operator: CompareOperator.EQUAL, number: 0 },
    ],
    then: [
      { kind: { $case: 'delete', value: { key: bytes('/from') } } },
      { kind: { $case: 'put', value: { key: bytes('/to'), value: bytes('5') } } },
    ],
    otherwise: [{ kind: { $case: 'read', value: { start: bytes('/to') } } }],
  });
  expect(must(await ask(served.client, served.client.transact, request)).succeeded).toBe(true);
  const second = must(await ask(served.client, served.client.transact, request));
  expect(second.succeeded).toBe(false);
  expect(second.results[0]!.items.map((item) => text(item.value))).toEqual(['5']);
});

test('compact moves the floor', async () => {
  await put(served, '/a', '1');
  const { revision } = await put(served, '/a', '2');
  must(await ask(served.client, served.client.compact, CompactRequest.fromPartial({ floor: revision })));
  expect(served.cell.machine.floor('user')).toBe(revision);
});

test('quorum ALL is passed on, and names the voters that lag', async () => {
  served.cell.execute({
    kind: 'setParticipant',
    agentId: 'agent-b',
    name: 'Bruno',
    grpcAddress: '127.0.0.1:50102',
    httpAddress: '',
    labels: {},
    version: '0.1.0',
  });
  served.cell.notAppliedBy = ['agent-b', 'agent-c'];
  const request = PutRequest.fromPartial({ key: bytes('/a'), options: { quorum: WriteQuorum.ALL } });
  const response = must(await ask(served.client, served.client.put, request));
  expect(response.notAppliedBy).toEqual(['Bruno', 'agent-c']);
  expect(served.cell.writes.at(-1)).toMatchObject({ quorum: 'all' });
});

test('a write with a place in a session takes effect once, and another one in its place is refused', async () => {
  const open = OpenSessionRequest.fromPartial({ sessionId: 'worker-1', ttlMs: 5_000, owner: 'test' });
  expect(must(await ask(served.client, served.client.openSession, open))).toMatchObject({ sessionId: 'worker-1' });
  const options = { sessionId: 'worker-1', sequence: 1, ackedBelow: 0 };
  const request = PutRequest.fromPartial({ key: bytes('/a'), value: bytes('1'), options });
  const first = must(await ask(served.client, served.client.put, request));
  const repeat = must(await ask(served.client, served.client.put, request));
  expect(repeat).toMatchObject({ slot: first.slot, revision: first.revision });
  expect((await get('/a'))!.version).toBe(1);
  const other = PutRequest.fromPartial({ key: bytes('/a'), value: bytes('other'), options });
  const reused = detailOf(refused(await ask(served.client, served.client.put, other)));
  expect(reused).toMatchObject({ reason: 'SEQUENCE_REUSED', effect: 'not_done' });
});

test('an unknown session is refused and never made', async () => {
  const options = { sessionId: 'nobody', sequence: 1 };
  const request = PutRequest.fromPartial({ key: bytes('/a'), options });
  const detail = detailOf(refused(await ask(served.client, served.client.put, request)));
  expect(detail).toMatchObject({ reason: 'SESSION_UNKNOWN', code: 5, effect: 'not_done' });
  expect(await get('/a')).toBeUndefined();
});

test('a session that was ended is unknown afterwards', async () => {
  const open = OpenSessionRequest.fromPartial({ sessionId: 's', ttlMs: 5_000 });
  must(await ask(served.client, served.client.openSession, open));
  must(await ask(served.client, served.client.endSession, EndSessionRequest.fromPartial({ sessionId: 's' })));
  const write = PutRequest.fromPartial({ key: bytes('/a'), options: { sessionId: 's', sequence: 1 } });
  expect(detailOf(refused(await ask(served.client, served.client.put, write))).reason).toBe('SESSION_UNKNOWN');
  const again = detailOf(refused(await ask(served.client, served.client.openSession, open)));
  expect(again.reason).toBe('SESSION_EXISTS');
});

test('ids are made for sessions and leases that come without', async () => {
  const session = must(
    await ask(served.client, served.client.openSession, OpenSessionRequest.fromPartial({ ttlMs: 5_000 })),
  );
  expect(session.sessionId).toMatch(/^[0-9a-f-]{36}$/);
  const lease = must(
    await ask(served.client, served.client.grantLease, GrantLeaseRequest.fromPartial({ ttlMs: 5_000 })),
  );
  expect(lease.leaseId).toMatch(/^[0-9a-f-]{36}$/);
});

test('keys that are attached to a lease go with it', async () => {
  const grant = GrantLeaseRequest.fromPartial({ leaseId: 'lease-1', ttlMs: 5_000 });
  must(await ask(served.client, served.client.grantLease, grant));
  const request = PutRequest.fromPartial({ key: bytes('/a'), value: bytes('1'), leaseId: 'lease-1' });
  must(await ask(served.client, served.client.put, request));
  expect((await get('/a'))!.leaseId).toBe('lease-1');
  const revoke = RevokeLeaseRequest.fromPartial({ leaseId: 'lease-1' });
  expect(must(await ask(served.client, served.client.revokeLease, revoke)).deleted).toBe(1);
  const late = detailOf(refused(await ask(served.client, served.client.put, request)));
  expect(late).toMatchObject({ reason: 'LEASE_UNKNOWN', code: 5 });
});

test('the wait is as long as the client says, a little less so that the answer arrives', async () => {
  const request = PutRequest.fromPartial({ key: bytes('/a') });
  must(await ask(served.client, served.client.put, request, { deadline: Date.now() + 60_000 }));
  const { timeoutMs } = served.cell.writes.at(-1)!;
  expect(timeoutMs).toBeGreaterThan(30_000);
  expect(timeoutMs).toBeLessThan(60_000);
});
