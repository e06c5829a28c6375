import type { Command } from '../../src/agent/machine/commands.ts';
import { fc } from '../support/property.ts';

/** Random proposals, once and queues: few names and small numbers, so that they meet; now and then what nobody may ask. */

const mostly = <T>(good: readonly T[], bad: readonly T[]) =>
  fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });

const kind = <K extends string>(name: K) => fc.constant(name);
const path = mostly(['/q'], ['q', '/q/2']);
const once = mostly(['/o', '/o/2'], ['o']);
/** Revisions of the system keyspace: what proposals and claims are numbered by. */
const number = fc.integer({ min: 8, max: 40 });
const seq = mostly([1, 2, 3], [0, 9]);
const value = fc.uint8Array({ maxLength: 4 });
const text = mostly(['', 'me'], ['\u0000', '\ud800']);
const voter = mostly(['', 'a', 'agent-1'], ['z', '\u0000']);
const ttlMs = mostly([0, 0, 1_000], [-1, Number.NaN]);

export const anyWork: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: kind('propose'),
    key: mostly(['/a', '/a/_lockable/k'], ['', '/_internal/x']),
    value,
    quorumPerTenThousand: mostly([5_100, 1], [0, 0.5]),
    electorate: mostly([['a'], ['a', 's1'], []], [['a', 'a'], ['']]),
    timeoutMs: mostly([1_000], [0]),
    isOnlyIfUnchanged: fc.boolean(),
    owner: text,
    why: text,
  }),
  { weight: 4, arbitrary: fc.record({ kind: kind('vote'), proposal: number, voter, isFor: fc.boolean() }) },
  fc.record({ kind: kind('withdrawProposal'), proposal: number, by: text, why: text }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('claimOnce'),
      path: once,
      onDeath: fc.constantFrom('again', 'ask'),
      owner: text,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('recordOnce'), path: once, token: number, result: value }) },
  fc.record({ kind: kind('abandonOnce'), path: once, token: number, why: text }),
  fc.record({ kind: kind('resolveOnce'), path: once, isDone: fc.boolean(), result: value, by: text, why: text }),
  fc.record({ kind: kind('forgetOnce'), path: once }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('enqueue'),
      path,
      entries: fc.array(
        fc.record({
          payload: value,
          after: fc.array(seq, { maxLength: 2 }),
          afterInBatch: fc.array(fc.constantFrom(0, 1), { maxLength: 1 }),
          assignee: mostly(['', '', 'w'], ['\u0000']),
          maxAttempts: mostly([0, 1, 2], [-1]),
          backoffMs: ttlMs,
          backoffMaxMs: ttlMs,
        }),
        { minLength: 1, maxLength: 3 },
      ),
      owner: text,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: kind('claimEntry'), path, worker: mostly(['', 'w'], ['\u0000']), leaseTtlMs: ttlMs }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('checkpointEntry'), path, seq, token: number, progress: value }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('completeEntry'), path, seq, token: number, result: value }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('failEntry'), path, seq, token: number, why: text, isRetried: fc.boolean() }),
  },
  fc.record({ kind: fc.constantFrom('requeueEntry', 'removeEntry'), path, seq }),
  fc.record({ kind: kind('deleteQueue'), path }),
);
