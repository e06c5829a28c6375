// Guards counters: atomic, exact to 64 bits, and never a silent mistake about what a key holds.
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/agent/machine/commands.ts';
import { Driver, grantLease, put } from './driver.ts';

const add = (by: number, key = '/n'): Command => ({ kind: 'increment', key, by });

describe('a counter', () => {
  it('starts at 0 and counts both ways', () => {
    const cell = new Driver();
    expect(cell.write(add(5))).toMatchObject({ outcome: { kind: 'counter', value: '5' }, current: { version: 1 } });
    expect(cell.write(add(-7))).toMatchObject({ outcome: { value: '-2' }, current: { version: 2 } });
    expect(cell.write(add(2))).toMatchObject({ outcome: { value: '0' } });
    expect(cell.text('/n')).toBe('0');
  });

  it('is exact beyond what a number can say, up to 64 bits', () => {
    const cell = new Driver();
    cell.write(put('/n', '9007199254740993'));
    expect(cell.write(add(Number.MAX_SAFE_INTEGER))).toMatchObject({ outcome: { value: '18014398509481984' } });
    cell.write(put('/n', '9223372036854775806'));
    expect(cell.write(add(1))).toMatchObject({ outcome: { value: '9223372036854775807' } });
    expect(cell.refusal(add(1)).reason).toBe('OVERFLOW');
    cell.write(put('/n', '-9223372036854775808'));
    expect(cell.refusal(add(-1)).reason).toBe('OVERFLOW');
    expect(cell.text('/n')).toBe('-9223372036854775808');
  });

  it.each(['', ' 1', '1.0', '0x1', '01', '+1', '1e3', '9223372036854775808', 'x', '1'.repeat(50)])(
    'does not take %j for a number',
    (value) => {
      const cell = new Driver();
      cell.write(put('/n', value));
      expect(cell.refusal(add(1)).reason).toBe('NOT_A_NUMBER');
      expect(cell.text('/n')).toBe(value);
    },
  );

  it('keeps the lease of its key', () => {
    const cell = new Driver();
    cell.write(grantLease('l'));
    cell.write(put('/n', '1', { leaseId: 'l' }));
    expect(cell.write(add(1))).toMatchObject({ current: { leaseId: 'l' } });
  });

  it.each([0.5, Number.NaN, 2 ** 53])('is not changed by %d', (by) => {
    expect(new Driver().refusal(add(by)).reason).toBe('INVALID_ARGUMENT');
  });
});
