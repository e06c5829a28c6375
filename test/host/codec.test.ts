/**
 * Guards the stored form of commands: what is written can be read back exactly, the fast way for bundles writes and reads
 * the same bytes as the generated code, and garbage is refused instead of half understood.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBundle, encodeBundle } from '../../src/agent/host/bundle-codec.ts';
import { fromWireRequest, toWireRequest } from '../../src/agent/host/codec.ts';
import { digestOf } from '../../src/agent/host/digest.ts';
import type { Command, Comparison, Operation, Request } from '../../src/agent/machine/commands.ts';
import { Bundle } from '../../src/gen/synod/v1/journal.ts';

const key = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const value = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const id = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 20 }));
const count = fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat());
const flag = fc.boolean();

const put = fc.record({ kind: fc.constant('put' as const), key, value, leaseId: id, returnPrevious: flag });
const remove = fc.record({ kind: fc.constant('delete' as const), key, returnPrevious: flag });
const removeRange = fc.record({
  kind: fc.constant('deleteRange' as const),
  start: key,
  end: key,
  returnPrevious: flag,
});
const read = fc.record({
  kind: fc.constant('read' as const),
  start: key,
  end: key,
  limit: count,
  keysOnly: flag,
  countOnly: flag,
});
const operation: fc.Arbitrary<Operation> = fc.oneof(put, remove, removeRange, read);
const comparison: fc.Arbitrary<Comparison> = fc.record({
  start: key,
  end: key,
  target: fc.constantFrom('value', 'version', 'createRevision', 'modRevision', 'lease'),
  operator: fc.constantFrom('equal', 'notEqual', 'less', 'greater'),
  value,
  number: count,
  leaseId: id,
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: put, weight: 5 },
  remove,
  removeRange,
  fc.record({
    kind: fc.constant('compareAndWrite' as const),
    key,
    expected: fc.oneof(
      fc.record({ kind: fc.constant('value' as const), value }),
      fc.record({ kind: fc.constant('version' as const), version: count }),
    ),
    value: fc.option(value, { nil: undefined }),
    leaseId: id,
  }),
  fc.record({
    kind: fc.constant('transact' as const),
    compare: fc.array(comparison, { maxLength: 3 }),
    then: fc.array(operation, { maxLength: 3 }),
    otherwise: fc.array(operation, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('compact' as const), floor: count }),
  fc.record({ kind: fc.constant('openSession' as const), sessionId: id, ttlMs: count, owner: id }),
  fc.record({ kind: fc.constant('endSession' as const), sessionId: id }),
  fc.record({ kind: fc.constant('grantLease' as const), leaseId: id, ttlMs: count }),
  fc.record({ kind: fc.constant('revokeLease' as const), leaseId: id }),
  fc.record({ kind: fc.constant('fireTimer' as const), timerId: id, generation: count }),
  fc.record({
    kind: fc.constant('setParticipant' as const),
    agentId: id,
    name: id,
    grpcAddress: id,
    httpAddress: id,
    labels: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), id, { noNullPrototype: true }),
    version: id,
  }),
  fc.record({
    kind: fc.constant('pinRole' as const),
    agentId: id,
    pin: fc.constantFrom('none' as const, 'voter' as const, 'learner' as const),
  }),
);
const request: fc.Arbitrary<Request> = fc.record({
  sessionId: id,
  sequence: count,
  ackedBelow: count,
  digest: count,
  command,
});
const bundle = fc.array(request, { maxLength: 6 });

test('what is written is read back exactly', () => {
  fc.assert(
    fc.property(bundle, (requests) => {
      expect(decodeBundle(encodeBundle(requests))).toEqual(requests);
    }),
  );
});

test('the fast way writes the bytes of the generated code, and reads what that reads', () => {
  fc.assert(
    fc.property(bundle, (requests) => {
      const generated = Bundle.encode({ requests: requests.map(toWireRequest) }).finish();
      expect(Buffer.from(encodeBundle(requests)).equals(generated)).toBe(true);
      expect(decodeBundle(generated)).toEqual(Bundle.decode(generated).requests.map(fromWireRequest));
    }),
  );
});

test('fields of a later version are passed over', () => {
  const requests: Request[] = [
    {
      sessionId: 's',
      sequence: 1,
      ackedBelow: 1,
      digest: 7,
      command: { kind: 'put', key: '/x', value: Buffer.from('1'), leaseId: '', returnPrevious: false },
    },
  ];
  const bytes = Buffer.from(encodeBundle(requests));
  // Field 15 of the request, a number: one tag byte, one byte, and the request is that much longer.
  const longer = Buffer.concat([bytes, Buffer.from([0x78, 0x01])]);
  longer[1] = longer[1]! + 2;
  expect(decodeBundle(longer)).toEqual(requests);
});

test('garbage is refused, or means what it means to the generated code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (garbage) => {
      let requests: Request[];
      try {
        requests = decodeBundle(garbage);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        return;
      }
      expect(requests).toEqual(Bundle.decode(garbage).requests.map(fromWireRequest));
    }),
    { numRuns: 2_000 },
  );
});

test('the digest tells commands apart', () => {
  fc.assert(
    fc.property(command, command, (one, other) => {
      const [a, b] = [one, other].map((item) => Buffer.from(encodeBundle([requestOf(item)])));
      expect(digestOf(one) === digestOf(other)).toBe(a!.equals(b!));
      expect(Number.isSafeInteger(digestOf(one))).toBe(true);
    }),
  );
});

function requestOf(item: Command): Request {
  return { sessionId: '', sequence: 0, ackedBelow: 0, digest: 0, command: item };
}
