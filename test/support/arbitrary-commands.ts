import fc from 'fast-check';
import type { Command, Comparison, Operation, Request } from '../../src/agent/machine/commands.ts';

/** Commands of every kind with whatever may stand in their fields, not only what the machine would carry out. */

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
export const command: fc.Arbitrary<Command> = fc.oneof(
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
export const request: fc.Arbitrary<Request> = fc.record({
  sessionId: id,
  sequence: count,
  ackedBelow: count,
  digest: count,
  command,
});
