import type { IncrementCommand } from './coordination-commands.ts';
import { type Families, refused, withoutValue, written } from './family.ts';
import { shown, userKeyViolation } from './keys.ts';
import { writeUserKey } from './lease-keys.ts';
import type { Result } from './results.ts';
import type { WriteView } from './write-view.ts';

export const COUNTERS_FAMILY: Families<'increment'> = {
  increment: {
    violation: ({ key, by }) =>
      userKeyViolation(key) ?? (Number.isSafeInteger(by) ? undefined : 'a counter is changed by a whole number'),
    apply: increment,
    isIdempotent: false,
  },
};

/** A counter has 64 bits, so that every language can read it. */
const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
/** Longer ones cannot be in range; checked before they are read as a number, which takes long. */
const CHARACTERS_MAX = 20;

function increment(view: WriteView, { key, by }: IncrementCommand): Result {
  const before = view.get('user', key);
  const value = before === undefined ? 0n : counterOf(before.value);
  if (value === undefined) {
    return refused(
      'NOT_A_NUMBER',
      `${shown(key)} is not a counter: its value is not a decimal whole number of 64 bits`,
    );
  }
  const sum = value + BigInt(by);
  if (sum > MAX || sum < MIN) {
    return refused('OVERFLOW', `${shown(key)} is ${value}; adding ${by} leaves the range of 64 bits`);
  }
  const text = String(sum);
  const current = writeUserKey(view, key, new TextEncoder().encode(text), before?.leaseId ?? '');
  return written(view, { current: withoutValue(current), outcome: { kind: 'counter', value: text } });
}

function counterOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length > CHARACTERS_MAX) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (!/^-?(0|[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > MAX || value < MIN ? undefined : value;
}
