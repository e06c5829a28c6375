import type { Command, Comparison, Operation, Request } from '../../src/agent/machine/commands.ts';
import { fc } from './property.ts';

/** Commands of every kind with whatever may stand in their fields, not only what the machine would carry out. */

const key = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const value = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const id = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 20 }));
const count = fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat());
const flag = fc.boolean();
const ids = fc.array(id, { maxLength: 3 });
/** Absent and not 0: both mean no token, and are stored as one. */
const fencingToken = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const put = fc.record(
  { kind: fc.constant('put' as const), key, value, leaseId: id, returnPrevious: flag, fencingToken },
  { requiredKeys: ['kind', 'key', 'value', 'leaseId', 'returnPrevious'] },
);
const remove = fc.record(
  { kind: fc.constant('delete' as const), key, returnPrevious: flag, fencingToken },
  { requiredKeys: ['kind', 'key', 'returnPrevious'] },
);
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
  target: fc.constantFrom('value', 'version', 'createRevision', 'modRevision', 'lease', 'lockToken'),
  operator: fc.constantFrom('equal', 'notEqual', 'less', 'greater'),
  value,
  number: count,
  leaseId: id,
});
const coordination: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant('acquireLock' as const),
    path: key,
    wait: flag,
    leaseTtlMs: count,
    adaptive: flag,
    lockDelayMs: count,
    owner: id,
  }),
  fc.record({ kind: fc.constantFrom('releaseLock' as const, 'cancelLock' as const), path: key, ticket: count }),
  fc.record({ kind: fc.constant('widenLock' as const), ticket: count, leaseTtlMs: count }),
  fc.record({
    kind: fc.constantFrom('forceReleaseLock' as const, 'breakBarrier' as const),
    path: key,
    by: id,
    why: id,
  }),
  fc.record({ kind: fc.constant('campaign' as const), path: key, value: id, owner: id }),
  fc.record({ kind: fc.constant('proclaim' as const), path: key, value: id, tenure: count }),
  fc.record({
    kind: fc.constantFrom(
      'resign' as const,
      'arriveAtBarrier' as const,
      'leaveBarrier' as const,
      'resetBarrier' as const,
      'deleteBarrier' as const,
    ),
    path: key,
  }),
  fc.record({
    kind: fc.constant('createBarrier' as const),
    path: key,
    threshold: fc.oneof(
      fc.record({ kind: fc.constant('full' as const) }),
      fc.record({ kind: fc.constant('count' as const), count }),
      fc.record({ kind: fc.constant('percent' as const), percent: count }),
    ),
    members: ids,
    isOpen: flag,
    onDeath: fc.constantFrom('break' as const, 'shrink' as const),
    timeoutMs: count,
    onTimeout: fc.constantFrom('break' as const, 'release' as const),
    next: key,
    isArmed: flag,
    owner: id,
  }),
  fc.record({ kind: fc.constant('changeBarrierMembers' as const), path: key, add: ids, remove: ids }),
  fc.record(
    { kind: fc.constant('increment' as const), key, by: fc.maxSafeInteger(), fencingToken },
    { requiredKeys: ['kind', 'key', 'by'] },
  ),
  fc.record({
    kind: fc.constant('setLimit' as const),
    name: fc.constantFrom(
      'locks' as const,
      'waitersPerLock' as const,
      'barriers' as const,
      'proposalsPending' as const,
    ),
    limit: count,
    by: id,
  }),
);

const once = { path: key, token: count };
const entry = { ...once, seq: count };
const work: fc.Arbitrary<Command> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('propose' as const),
      key,
      value,
      quorumPerTenThousand: count,
      electorate: ids,
      timeoutMs: count,
      isOnlyIfUnchanged: flag,
      owner: id,
      why: id,
      fencingToken,
    },
    { noNullPrototype: true },
  ),
  fc.record({ kind: fc.constant('vote' as const), proposal: count, voter: id, isFor: flag }),
  fc.record({ kind: fc.constant('withdrawProposal' as const), proposal: count, by: id, why: id }),
  fc.record({
    kind: fc.constant('claimOnce' as const),
    path: key,
    onDeath: fc.constantFrom('again' as const, 'ask' as const),
    owner: id,
  }),
  fc.record({ kind: fc.constant('recordOnce' as const), ...once, result: value }),
  fc.record({ kind: fc.constant('abandonOnce' as const), ...once, why: id }),
  fc.record({ kind: fc.constant('resolveOnce' as const), path: key, isDone: flag, result: value, by: id, why: id }),
  fc.record({ kind: fc.constantFrom('forgetOnce' as const, 'deleteQueue' as const), path: key }),
  fc.record({
    kind: fc.constant('enqueue' as const),
    path: key,
    entries: fc.array(
      fc.record({
        payload: value,
        after: fc.array(count, { maxLength: 3 }),
        afterInBatch: fc.array(count, { maxLength: 3 }),
        assignee: id,
        maxAttempts: count,
        backoffMs: count,
        backoffMaxMs: count,
      }),
      { maxLength: 3 },
    ),
    owner: id,
  }),
  fc.record({ kind: fc.constant('claimEntry' as const), path: key, worker: id, leaseTtlMs: count }),
  fc.record({ kind: fc.constant('checkpointEntry' as const), ...entry, progress: value }),
  fc.record({ kind: fc.constant('completeEntry' as const), ...entry, result: value }),
  fc.record({ kind: fc.constant('failEntry' as const), ...entry, why: id, isRetried: flag }),
  fc.record({
    kind: fc.constantFrom('requeueEntry' as const, 'removeEntry' as const),
    path: key,
    seq: count,
  }),
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: put, weight: 5 },
  { arbitrary: coordination, weight: 12 },
  { arbitrary: work, weight: 12 },
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
export const request: fc.Arbitrary<Request> = fc.record(
  {
    sessionId: id,
    sequence: count,
    ackedBelow: count,
    digest: count,
    command,
    asSessionId: id.filter((text) => text !== ''),
  },
  { requiredKeys: ['sessionId', 'sequence', 'ackedBelow', 'digest', 'command'] },
);
