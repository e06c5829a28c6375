// Guards the stored form of replies: what a repeat is told is what the first call was told.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/agent/machine/coordination-results.ts';
import { MachineInvariantError } from '../../src/agent/machine/invariant.ts';
import { latin1Of } from '../../src/agent/machine/keys.ts';
import { ResultReader, ResultWriter } from '../../src/agent/machine/result-codec.ts';
import type { Result } from '../../src/agent/machine/results.ts';
import { fc } from '../support/property.ts';
import { plain } from './plain.ts';

const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, Number.MAX_SAFE_INTEGER));
const record = fc.record({
  key: fc.uint8Array().map(latin1Of),
  value: fc.uint8Array({ maxLength: 3_000 }),
  createRevision: count,
  modRevision: count,
  version: count,
  leaseId: fc.constantFrom('', 'lease-1'),
});
const maybeRecord = fc.option(record, { nil: undefined });
const operation = fc.record({
  items: fc.array(record, { maxLength: 3 }),
  count,
  more: fc.boolean(),
  previous: maybeRecord,
});
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: fc.constant('counter' as const), value: fc.string({ unit: 'grapheme' }) }),
  fc.record({
    kind: fc.constant('election' as const),
    state: fc.constantFrom('elected' as const, 'waiting' as const),
    candidacy: count,
    tenure: count,
    position: count,
  }),
);
const anyResult: fc.Arbitrary<Result> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('written' as const),
      succeeded: fc.boolean(),
      revision: count,
      slot: count,
      current: maybeRecord,
      previous: maybeRecord,
      deleted: count,
      results: fc.array(operation, { maxLength: 3 }),
      outcome,
    },
    { requiredKeys: ['kind', 'succeeded', 'revision', 'slot', 'current', 'previous', 'deleted', 'results'] },
  ),
  fc.record(
    {
      kind: fc.constant('refused' as const),
      reason: fc.constantFrom('COMPACTED' as const, 'NAME_TAKEN' as const),
      message: fc.string({ unit: 'grapheme' }),
      floor: count,
      holder: fc.string({ unit: 'grapheme' }),
      slot: count,
      heldSinceMs: count,
      limit: fc.constantFrom('locks' as const, 'barriers' as const),
    },
    { requiredKeys: ['kind', 'reason', 'message'] },
  ),
);

describe('the stored form of a result', () => {
  it('gives back every result, one writer serving many', () => {
    const writer = new ResultWriter();
    fc.assert(
      fc.property(anyResult, fc.double(), (result, number) => {
        writer.start();
        writer.float(number);
        writer.result(result);
        const reader = new ResultReader(writer.finish());
        expect(reader.float()).toBe(number);
        expect(plain(reader.result())).toEqual(plain(result));
      }),
    );
  });

  it('reads from the middle of a larger buffer, as databases hand them out', () => {
    const writer = new ResultWriter();
    writer.start();
    writer.float(1.5);
    writer.result({ kind: 'refused', reason: 'COMPACTED', message: 'm', floor: 3 });
    const reader = new ResultReader(Buffer.concat([Buffer.alloc(3), writer.finish()]).subarray(3));
    expect(reader.float()).toBe(1.5);
    expect(reader.result()).toEqual({ kind: 'refused', reason: 'COMPACTED', message: 'm', floor: 3 });
  });

  it('that is damaged stops the machine', () => {
    const writer = new ResultWriter();
    writer.start();
    writer.result({ kind: 'refused', reason: 'COMPACTED', message: 'some text' });
    const bytes = writer.finish();
    for (const damaged of [bytes.subarray(0, bytes.length - 1), bytes.with(0, 9), new Uint8Array(0)]) {
      expect(() => new ResultReader(damaged).result()).toThrow(MachineInvariantError);
    }
  });
});
