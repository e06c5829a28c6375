// Guards transactions: the comparisons, branches and refusals of etcd v3, and one revision for all of it.
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/agent/machine/commands.ts';
import { bytes, compare, Driver, grantLease, put, read, remove, removeRange, textOf, transact } from './driver.ts';

describe('a transaction', () => {
  it('writes all its keys in one revision, or none', () => {
    const cell = new Driver();
    const result = cell.write(transact([], [put('/a'), put('/b'), put('/c')]));
    expect(result).toMatchObject({ succeeded: true, revision: 1 });
    expect(cell.events.at(-1)).toMatchObject({ space: 'user', revision: 1 });
    expect(cell.events.at(-1)!.changes.map((change) => [change.key, change.modRevision, change.ordinal])).toEqual([
      ['/a', 1, 0],
      ['/b', 1, 1],
      ['/c', 1, 2],
    ]);
    const refused = cell.refusal(transact([], [put('/d'), put('/e', 'v', { leaseId: 'unknown' })]));
    expect(refused.reason).toBe('LEASE_UNKNOWN');
    expect(cell.text('/d')).toBeUndefined();
    expect(cell.machine.revision('user')).toBe(1);
  });

  it('reads its own writes, in the order of its operations', () => {
    const cell = new Driver();
    for (const key of ['/a/1', '/a/2', '/a/3']) cell.write(put(key, 'old'));
    const { results } = cell.write(
      transact(
        [],
        [read('/a/', '/a0'), put('/a/2', 'new'), put('/a/4'), remove('/a/1'), read('/a/', '/a0', { limit: 2 })],
      ),
    );
    expect(results[0]!.items.map((item) => item.key)).toEqual(['/a/1', '/a/2', '/a/3']);
    expect(results[4]!.items.map((item) => [item.key, textOf(item.value), item.modRevision])).toEqual([
      ['/a/2', 'new', 4],
      ['/a/3', 'old', 3],
    ]);
    expect(results[4]).toMatchObject({ count: 3, more: true });
    expect(cell.write(transact([], [put('/b'), read('/', '0', { countOnly: true })])).results[1]).toMatchObject({
      items: [],
      count: 4,
    });
  });

  it('takes the other branch when a comparison does not hold', () => {
    const cell = new Driver();
    cell.write(put('/a', 'x'));
    const result = cell.write(transact([compare('/a', { number: 7 })], [put('/yes')], [put('/no'), read('/a')]));
    expect(result.succeeded).toBe(false);
    expect(textOf(result.results[1]!.items[0]!.value)).toBe('x');
    expect(cell.text('/no')).toBe('v');
    expect(cell.text('/yes')).toBeUndefined();
  });

  it('that only reads changes no revision', () => {
    const cell = new Driver();
    cell.write(put('/a'));
    expect(cell.write(transact([], [read('/a'), remove('/none')])).revision).toBe(1);
  });

  it.each([
    ['two puts', [put('/a'), put('/a')], 'writes "/a" twice'],
    ['put and delete', [remove('/a'), put('/a')], 'both writes and deletes'],
    ['put inside a deleted range', [put('/a/1'), removeRange('/a/', '/a0')], 'both writes and deletes'],
  ])('is refused when the order of operations would matter: %s', (_, operations, message) => {
    const cell = new Driver();
    expect(cell.refusal(transact([], operations))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(cell.refusal(transact([], [], operations)).message).toContain(message);
  });

  it('may use a key in both branches, and delete ranges that overlap', () => {
    const cell = new Driver();
    expect(cell.write(transact([], [put('/a')], [put('/a')])).succeeded).toBe(true);
    cell.write(put('/b'));
    expect(cell.write(transact([], [removeRange('/', '0'), removeRange('/a', '/b'), remove('/b')])).deleted).toBe(2);
  });

  it('has limits', () => {
    const cell = new Driver();
    const many = Array.from({ length: 129 }, (_, at) => put(`/${at}`));
    expect(cell.refusal(transact([], many)).message).toContain('at most 128 entries in then, this one has 129');
    const large = [put('/a', 'x'.repeat(1_000_000)), put('/b', 'x'.repeat(1_000_000))];
    expect(cell.refusal(transact([], large)).message).toContain('at most 1572864 bytes');
  });

  it('gives the previous records as far as the reply has room', () => {
    const cell = new Driver();
    const values = ['/a', '/b', '/c'];
    for (const key of values) cell.write(put(key, 'x'.repeat(700_000)));
    const { results } = cell.write(
      transact(
        [],
        values.map((key) => put(key, '', { returnPrevious: true })),
      ),
    );
    expect(results.map((result) => [result.previous !== undefined, result.more])).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
  });
});

describe('a comparison', () => {
  const holds = (cell: Driver, start: string, parts: Partial<Comparison>) =>
    cell.write(transact([compare(start, parts)], [])).succeeded;

  it('of an absent key sees version, revisions and lease as 0 or empty, and no value', () => {
    const cell = new Driver();
    expect(holds(cell, '/none', { target: 'version', number: 0 })).toBe(true);
    expect(holds(cell, '/none', { target: 'createRevision', number: 0 })).toBe(true);
    expect(holds(cell, '/none', { target: 'modRevision', operator: 'greater', number: 0 })).toBe(false);
    expect(holds(cell, '/none', { target: 'lease', leaseId: '' })).toBe(true);
    expect(holds(cell, '/none', { target: 'value', value: bytes('') })).toBe(false);
    expect(holds(cell, '/none', { target: 'value', operator: 'notEqual', value: bytes('x') })).toBe(false);
    expect(holds(cell, '/none/', { end: '/none0', target: 'version', number: 0 })).toBe(true);
  });

  it('compares versions, revisions, values in byte order, and leases', () => {
    const cell = new Driver();
    cell.write(grantLease('l'));
    cell.write(put('/other'));
    cell.write(put('/a', 'b'));
    cell.write(put('/a', 'b', { leaseId: 'l' }));
    expect(holds(cell, '/a', { target: 'version', number: 2 })).toBe(true);
    expect(holds(cell, '/a', { target: 'createRevision', number: 2 })).toBe(true);
    expect(holds(cell, '/a', { target: 'modRevision', operator: 'greater', number: 2 })).toBe(true);
    expect(holds(cell, '/a', { target: 'value', operator: 'less', value: bytes('ba') })).toBe(true);
    expect(holds(cell, '/a', { target: 'value', operator: 'greater', value: bytes('a\xff') })).toBe(true);
    expect(holds(cell, '/a', { target: 'lease', leaseId: 'l' })).toBe(true);
    expect(holds(cell, '/a', { target: 'lease', operator: 'notEqual', leaseId: '' })).toBe(true);
  });

  it('over a range holds when it holds for every key of it', () => {
    const cell = new Driver();
    for (let at = 0; at < 150; at += 1) cell.write(put(`/r/${String(at).padStart(3, '0')}`, 'same'));
    const all = { end: '/r0', target: 'value', value: bytes('same') } as const;
    expect(holds(cell, '/r/', all)).toBe(true);
    cell.write(put('/r/149', 'other'));
    expect(holds(cell, '/r/', all)).toBe(false);
    expect(holds(cell, '/r/', { ...all, end: '/r/149' })).toBe(true);
  });
});
