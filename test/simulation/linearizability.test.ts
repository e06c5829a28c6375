/** Guards the checker: it accepts what has an order, and finds planted histories that have none. */
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/simulation/history.ts';
import { findViolation } from '../../src/simulation/linearizability.ts';
import { Random } from '../../src/simulation/random.ts';

type Step = readonly [
  kind: Operation['kind'],
  value: string,
  invoked: number,
  completed: number,
  more?: Partial<Operation>,
];

function history(...steps: Step[]): Operation[] {
  return steps.map(([kind, value, invoked, completed, more]) => ({
    client: 'c',
    key: 'k',
    kind,
    value,
    expected: '',
    observed: '',
    succeeded: true,
    invoked,
    completed,
    ...more,
  }));
}

const NEVER = Number.POSITIVE_INFINITY;

describe('the linearizability checker accepts', () => {
  it.each([
    ['nothing', history()],
    ['reads of the initial value', history(['read', '', 1, 2])],
    [
      'one after the other',
      history(['write', 'a', 1, 2], ['read', 'a', 3, 4], ['write', 'b', 5, 6], ['read', 'b', 7, 8]),
    ],
    ['concurrent writes in either order', history(['write', 'a', 1, 10], ['write', 'b', 2, 9], ['read', 'a', 11, 12])],
    ['a read that overlaps a write', history(['write', 'a', 1, 10], ['read', '', 2, 3], ['read', 'a', 4, 5])],
    [
      'an unanswered write that took effect late',
      history(['write', 'a', 1, NEVER], ['read', '', 2, 3], ['read', 'a', 8, 9]),
    ],
    ['an unanswered write that never did', history(['write', 'a', 1, NEVER], ['read', '', 2, 3])],
    [
      'a chain of unanswered comparisons',
      history(
        ['write', 'a', 1, NEVER],
        ['compareAndSet', 'b', 2, NEVER, { expected: 'a' }],
        ['compareAndSet', 'c', 3, NEVER, { expected: 'b' }],
        ['read', 'c', 4, 5],
      ),
    ],
    [
      'a comparison that failed on what it found',
      history(['write', 'a', 1, 2], ['compareAndSet', 'b', 3, 4, { expected: 'x', observed: 'a', succeeded: false }]),
    ],
  ])('%s', (_name, operations) => {
    expect(findViolation(operations)).toBeUndefined();
  });
});

describe('the linearizability checker finds', () => {
  it.each([
    ['a stale read', history(['write', 'a', 1, 2], ['read', '', 3, 4])],
    ['a read that goes back', history(['write', 'a', 1, 10], ['read', 'a', 2, 3], ['read', '', 4, 5])],
    ['a lost write', history(['write', 'a', 1, 2], ['write', 'b', 3, 4], ['read', 'a', 5, 6])],
    ['a value out of nowhere', history(['write', 'a', 1, 2], ['read', 'z', 3, 4])],
    ['a read from the future', history(['read', 'a', 1, 2], ['write', 'a', 3, 4])],
    [
      'two comparisons that both won',
      history(['compareAndSet', 'a', 1, 2, { expected: '' }], ['compareAndSet', 'b', 3, 4, { expected: '' }]),
    ],
    [
      'an unanswered write that took effect twice',
      history(
        ['write', 'a', 1, NEVER],
        ['read', 'a', 2, 3],
        ['write', 'b', 4, 5],
        ['read', 'b', 6, 7],
        ['read', 'a', 8, 9],
      ),
    ],
  ])('%s', (_name, operations) => {
    expect(findViolation(operations)?.key).toBe('k');
  });
});

describe('on histories of a real register', () => {
  /** Every operation takes effect at a drawn moment between its call and its return. */
  function drawn(seed: number): Operation[] {
    const random = new Random(seed);
    const operations: { operation: Operation; effectAt: number }[] = [];
    for (let client = 0; client < 5; client += 1) {
      let at = 0;
      for (let index = 0; index < 20; index += 1) {
        const invoked = at + random.range(0, 5);
        const effectAt = invoked + random.range(0, 10);
        at = effectAt + random.range(0, 10);
        const [operation] = history([
          random.pick(['read', 'write', 'compareAndSet'] as const),
          `${client}.${index}`,
          invoked,
          at,
        ]);
        operations.push({ operation: operation as Operation, effectAt });
      }
    }
    operations.sort((one, other) => one.effectAt - other.effectAt);
    let value = '';
    return operations.map(({ operation }) => {
      if (operation.kind === 'read') return { ...operation, value };
      if (operation.kind === 'compareAndSet' && random.chance(0.5)) {
        return { ...operation, expected: `not ${value}`, observed: value, succeeded: false };
      }
      const expected = value;
      ({ value } = operation);
      return { ...operation, expected };
    });
  }

  it('accepts all, and no longer after a read was changed to an older value', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const operations = drawn(seed);
      expect(findViolation(operations), `seed ${seed}`).toBeUndefined();
      const last = operations.findLast(({ kind }) => kind === 'read') as Operation;
      const older = operations.find(({ kind, completed }) => kind === 'write' && completed < last.invoked - 100);
      if (older === undefined || older.value === last.value) continue;
      last.value = older.value;
      expect(findViolation(operations), `seed ${seed} changed`).toBeDefined();
    }
  });
});
