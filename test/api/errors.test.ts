// Guards refusals: every malformed or impossible request gets a precise status and details, and changes nothing.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorDetail, httpStatusOf } from '../../src/agent/api/errors.ts';
import { CellError, type CellErrorReason } from '../../src/agent/host/cell-port.ts';
import {
  CompareAndWriteRequest,
  PutRequest,
  ReadPrefixRequest,
  ReadRequest,
  TransactRequest,
} from '../../src/gen/synod/v1/user.ts';
import { ask, detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, must, refused, until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

const putRefusal = async (partial: Parameters<typeof PutRequest.fromPartial>[0]) =>
  detailOf(refused(await ask(served.client, served.client.put, PutRequest.fromPartial(partial))));

describe('keys', () => {
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['empty', Buffer.alloc(0), /must not be empty/],
    ['without a leading slash', bytes('jobs/1'), /starts with \//],
    ['the root', bytes('/'), /root/],
    ['with an empty segment', bytes('/a//b'), /empty segment/],
    ['with a trailing slash', bytes('/a/'), /end with \//],
    ['with a dot', bytes('/a/./b'), /segment \./],
    ['with dots', bytes('/a/..'), /segment \.\./],
    ['with a NUL', bytes('/a\0b'), /NUL/],
    ['too long', bytes(`/${'x'.repeat(1_024)}`), /1024|1 024/],
    ['of the system', bytes('/_internal/peers'), /_internal/],
  ];
  test.each(cases)('%s are refused by the rule that they break', async (_name, key, rule) => {
    const before = served.cell.machine.appliedSlot;
    const detail = await putRefusal({ key, value: bytes('x') });
    expect(detail).toMatchObject({ reason: 'INVALID_ARGUMENT', code: 3, effect: 'not_done' });
    expect(detail.message).toMatch(rule);
    expect(served.cell.machine.appliedSlot).toBe(before);
  });

  test('are judged by the same rules when reading, where the system is allowed', async () => {
    const read = (key: Buffer) => ask(served.client, served.client.read, ReadRequest.fromPartial({ key }));
    expect(detailOf(refused(await read(bytes('no/slash')))).reason).toBe('INVALID_ARGUMENT');
    expect(must(await read(bytes('/_internal/peers'))).slot).toBeGreaterThan(0);
  });
});

test('a value of 1 MiB is taken, one byte more is refused', async () => {
  const value = Buffer.alloc(1024 * 1024);
  must(await ask(served.client, served.client.put, PutRequest.fromPartial({ key: bytes('/a'), value })));
  const detail = await putRefusal({ key: bytes('/a'), value: Buffer.alloc(1024 * 1024 + 1) });
  expect(detail.message).toMatch(/a value has at most 1048576 bytes, this one has 1048577/);
});

test('a transaction with too many operations, or without any sense, is refused', async () => {
  const transact = (partial: Parameters<typeof TransactRequest.fromPartial>[0]) =>
    ask(served.client, served.client.transact, TransactRequest.fromPartial(partial));
  const read = { kind: { $case: 'read' as const, value: { start: bytes('/a') } } };
  const many = detailOf(refused(await transact({ then: Array.from({ length: 129 }, () => read) })));
  expect(many.message).toMatch(/at most 128/);
  expect(detailOf(refused(await transact({ then: [{}] }))).message).toMatch(/one of put, delete/);
  const vague = detailOf(refused(await transact({ compare: [{ key: bytes('/a') }] })));
  expect(vague.message).toMatch(/names what it compares/);
});

test('compare-and-write without an expectation is refused', async () => {
  const request = CompareAndWriteRequest.fromPartial({ key: bytes('/a'), value: bytes('1') });
  const detail = detailOf(refused(await ask(served.client, served.client.compareAndWrite, request)));
  expect(detail.message).toMatch(/expected value or the expected version/);
});

test('a sequence without a session, or before 1, is refused', async () => {
  expect((await putRefusal({ key: bytes('/a'), options: { sequence: 4 } })).message).toMatch(/belongs to a session/);
  const zero = await putRefusal({ key: bytes('/a'), options: { sessionId: 's' } });
  expect(zero.message).toMatch(/counts from 1/);
  const ahead = await putRefusal({ key: bytes('/a'), options: { sessionId: 's', sequence: 1, ackedBelow: 2 } });
  expect(ahead.message).toMatch(/acked_below/);
});

test('a quorum that does not exist is refused', async () => {
  expect((await putRefusal({ key: bytes('/a'), options: { quorum: 9 as never } })).message).toMatch(/majority or all/);
  const request = ReadRequest.fromPartial({ key: bytes('/a'), options: { quorum: 9 as never } });
  const detail = detailOf(refused(await ask(served.client, served.client.read, request)));
  expect(detail.message).toMatch(/local, majority or all/);
});

test('a range that is given twice, or ends without a start, is refused', async () => {
  const readPrefix = (partial: Parameters<typeof ReadPrefixRequest.fromPartial>[0]) =>
    ask(served.client, served.client.readPrefix, ReadPrefixRequest.fromPartial(partial));
  const both = detailOf(refused(await readPrefix({ prefix: bytes('/a'), start: bytes('/a') })));
  expect(both.message).toMatch(/not by both/);
  expect(detailOf(refused(await readPrefix({ end: bytes('/a') }))).message).toMatch(/must have a start/);
  expect(detailOf(refused(await readPrefix({ prefix: bytes('a') }))).message).toMatch(/starts with \//);
});

describe('garbage', () => {
  const raw = (path: string, payload: Buffer): Promise<ServiceError | null> => {
    const client = new Client(served.address, credentials.createInsecure());
    const same = (value: Buffer): Buffer => value;
    return new Promise((resolve) => {
      client.makeUnaryRequest(path, same, same, payload, new Metadata(), {}, (error) => {
        client.close();
        resolve(error);
      });
    });
  };

  test('instead of a message is refused as such', async () => {
    const error = await raw('/synod.v1.UserService/Put', Buffer.from('ffffffffffffff', 'hex'));
    expect(detailOf(error!)).toMatchObject({ reason: 'INVALID_ARGUMENT', code: 3 });
    expect(error!.details).toMatch(/cannot be read/);
  });

  test('in 64-bit numbers beyond what is exact is refused, not rounded', async () => {
    // Field 3 (revision) of ReadRequest: 2^63.
    const payload = Buffer.concat([Buffer.from('18', 'hex'), Buffer.from('80808080808080808001', 'hex')]);
    const error = await raw('/synod.v1.UserService/Read', payload);
    expect(detailOf(error!).reason).toBe('INVALID_ARGUMENT');
  });

  test('that is too large is refused with the limit', async () => {
    const error = await raw('/synod.v1.UserService/Put', Buffer.alloc(1_600_000, 0x0a));
    expect(detailOf(error!).message).toMatch(/at most 1572864 bytes/);
  });

  test('as a method is answered as unimplemented', async () => {
    expect((await raw('/synod.v1.UserService/Nonsense', Buffer.alloc(0)))!.code).toBe(12);
  });
});

test('failures of the cell carry reason, effect and where the leader is', async () => {
  served.cell.execute({
    kind: 'setParticipant',
    agentId: 'agent-b',
    name: 'Bruno',
    grpcAddress: '127.0.0.1:50102',
    httpAddress: '',
    labels: {},
    version: '0.1.0',
  });
  served.cell.leader = 'agent-b';
  served.cell.failure = new CellError('OUTCOME_UNKNOWN', 'the session ended', { effect: 'unknown' });
  const detail = await putRefusal({ key: bytes('/a') });
  expect(detail).toMatchObject({
    reason: 'OUTCOME_UNKNOWN',
    code: 2,
    effect: 'unknown',
    leader: 'Bruno',
    leaderAddress: '127.0.0.1:50102',
  });
});

test('every refusal carries its slot', async () => {
  const { machine } = served.cell;
  const detail = await putRefusal({ key: bytes('/a'), leaseId: 'none' });
  const refusedIn = machine.appliedSlot;
  expect(detail).toMatchObject({ reason: 'LEASE_UNKNOWN', slot: refusedIn });
  must(await ask(served.client, served.client.put, PutRequest.fromPartial({ key: bytes('/a') })));
  served.cell.failure = new CellError('OUTCOME_UNKNOWN', 'the session ended', { effect: 'unknown' });
  expect(await putRefusal({ key: bytes('/a') })).toMatchObject({ slot: machine.appliedSlot });
  expect(machine.appliedSlot).toBeGreaterThan(refusedIn);
});

test('a failure that is a bug says nothing about the inside, and is reported', async () => {
  served.cell.failure = new TypeError('secret detail') as never;
  const error = refused(await ask(served.client, served.client.put, PutRequest.fromPartial({ key: bytes('/a') })));
  expect(error.code).toBe(13);
  expect(`${error.message} ${detailOf(error).message}`).not.toMatch(/secret/);
  expect(served.bugs.map(({ message }) => message)).toEqual(['secret detail']);
});

test('a message that cannot stand in a header still arrives', async () => {
  served.cell.failure = new CellError('NO_MAJORITY', `half a pair: \ud83d and a line\nbreak ${'x'.repeat(5_000)}`);
  const detail = await putRefusal({ key: bytes('/a') });
  expect(detail.reason).toBe('NO_MAJORITY');
  expect(detail.message.length).toBeLessThanOrEqual(1_000);
});

test('a call that its client gave up leaves nothing behind', async () => {
  served.cell.stall(true);
  const call = served.client.put(PutRequest.fromPartial({ key: bytes('/a') }), () => undefined);
  await until(() => served.cell.waitingWrites === 1);
  expect(served.observability.inFlight.count).toBe(1);
  call.cancel();
  served.cell.stall(false);
  await until(() => served.observability.inFlight.count === 0);
  expect(served.bugs).toEqual([]);
});

test('every reason has a status on both transports', () => {
  const reasons: readonly CellErrorReason[] = [
    'INVALID_ARGUMENT',
    'COMPACTED',
    'FUTURE_REVISION',
    'SESSION_UNKNOWN',
    'SEQUENCE_REUSED',
    'SEQUENCE_FORGOTTEN',
    'LEASE_UNKNOWN',
    'LEASE_EXISTS',
    'SESSION_EXISTS',
    'LIMIT_EXCEEDED',
    'NAME_TAKEN',
    'NO_MAJORITY',
    'NO_SESSION',
    'OVERLOADED',
    'TIMEOUT',
    'OUTCOME_UNKNOWN',
    'CANCELLED',
    'EPOCH_MOVED',
    'CHANGE_REFUSED',
    'SLOW_WATCHER',
    'SNAPSHOT_INSTALLED',
    'SHUTTING_DOWN',
  ];
  for (const reason of reasons) {
    const error = new CellError(reason, 'why');
    expect(errorDetail(error, undefined, 0).code).toBeGreaterThan(0);
    expect(httpStatusOf(error)).toBeGreaterThanOrEqual(400);
  }
  expect(httpStatusOf(new Error('bug'))).toBe(500);
});
