// Guards put, delete, deleteRange and compareAndWrite: versions, revisions and what the writer is told.
import { describe, expect, it } from 'vitest';
import { bytes, compareAndWrite, Driver, put, remove, removeRange, textOf } from './driver.ts';

describe('a put', () => {
  it('creates at version 1 and counts from there, while the revision counts every change', () => {
    const cell = new Driver();
    expect(cell.write(put('/a', 'one')).current).toMatchObject({ version: 1, createRevision: 1, modRevision: 1 });
    expect(cell.write(put('/b')).revision).toBe(2);
    const third = cell.write(put('/a', 'two', { returnPrevious: true }));
    expect(third.current).toMatchObject({ version: 2, createRevision: 1, modRevision: 3 });
    expect(third).toMatchObject({ revision: 3, slot: cell.machine.appliedSlot, succeeded: true });
    expect(textOf(third.previous!.value)).toBe('one');
    expect(cell.text('/a')).toBe('two');
  });

  it('leaves the value out of its answer, so that stored replies stay small', () => {
    expect(new Driver().write(put('/a', 'long')).current!.value.length).toBe(0);
  });

  it('restarts the version after a delete', () => {
    const cell = new Driver();
    cell.write(put('/a'));
    cell.write(put('/a'));
    expect(cell.write(remove('/a', true))).toMatchObject({ deleted: 1, revision: 3, previous: { version: 2 } });
    expect(cell.write(put('/a')).current).toMatchObject({ version: 1, createRevision: 4 });
  });

  it('is refused with the rule it breaks, and changes nothing', () => {
    const cell = new Driver();
    const hash = cell.store.changes('user', 0, 0);
    expect(cell.refusal(put('/a', 'x'.repeat(1024 * 1024 + 1))).message).toContain('at most 1048576 bytes');
    expect(cell.refusal(put('x'.repeat(1_025)))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(cell.refusal(put('/_internal/peers')).message).toContain('belongs to the cell');
    expect(cell.refusal(put('/a', 'v', { leaseId: 'none' })).reason).toBe('LEASE_UNKNOWN');
    expect(cell.store.changes('user', 0, 0)).toEqual(hash);
    expect(cell.machine.revision('user')).toBe(0);
  });
});

describe('a delete', () => {
  it('of an absent key changes nothing, not even the revision (invariant 8)', () => {
    const cell = new Driver();
    cell.write(put('/a'));
    expect(cell.write(remove('/b'))).toMatchObject({ deleted: 0, revision: 1 });
    expect(cell.write(removeRange('/x', '/y'))).toMatchObject({ deleted: 0, revision: 1 });
    expect(cell.events.filter((event) => event.space === 'user')).toHaveLength(1);
  });

  it('of a range is one revision', () => {
    const cell = new Driver();
    for (const key of ['/a', '/b/1', '/b/2', '/c']) cell.write(put(key, key));
    const result = cell.write(removeRange('/b/', '/b0', true));
    expect(result).toMatchObject({ deleted: 2, revision: 5, results: [{ count: 2, more: false }] });
    expect(result.results[0]!.items.map((item) => textOf(item.value))).toEqual(['/b/1', '/b/2']);
    expect(cell.events.at(-1)!.changes.map((change) => [change.key, change.kind, change.ordinal])).toEqual([
      ['/b/1', 'delete', 0],
      ['/b/2', 'delete', 1],
    ]);
    expect(cell.machine.count('user', '/', '0')).toBe(2);
  });

  it('of a range never touches the system keyspace', () => {
    const cell = new Driver();
    const before = cell.machine.count('system', '/', '0');
    cell.write(removeRange('/', '0'));
    expect(cell.machine.count('system', '/', '0')).toBe(before);
    expect(before).toBeGreaterThan(0);
  });

  it('of large values returns as many as a stored reply may carry, and says that there were more', () => {
    const cell = new Driver();
    for (const key of ['/a', '/b', '/c']) cell.write(put(key, 'x'.repeat(600_000)));
    const [result] = cell.write(removeRange('/', '0', true)).results;
    expect(result).toMatchObject({ count: 3, more: true });
    expect(result!.items).toHaveLength(2);
  });
});

describe('compareAndWrite', () => {
  it('by version: 0 means that the key must not exist', () => {
    const cell = new Driver();
    expect(cell.write(compareAndWrite('/a', 0, 'one')).current).toMatchObject({ version: 1 });
    const second = cell.write(compareAndWrite('/a', 0, 'two'));
    expect(second).toMatchObject({ succeeded: false, revision: 1, current: { version: 1 } });
    expect(textOf(second.current!.value)).toBe('one');
    expect(cell.write(compareAndWrite('/a', 1, 'two'))).toMatchObject({ succeeded: true, current: { version: 2 } });
  });

  it('by value: exactly these bytes, and an absent key has none', () => {
    const cell = new Driver();
    expect(cell.write(compareAndWrite('/a', '', 'x'))).toMatchObject({ succeeded: false, current: undefined });
    cell.write(put('/a', 'one'));
    expect(cell.write(compareAndWrite('/a', 'on', 'x')).succeeded).toBe(false);
    expect(cell.write(compareAndWrite('/a', 'one', 'two')).succeeded).toBe(true);
    expect(cell.text('/a')).toBe('two');
  });

  it('without a value deletes', () => {
    const cell = new Driver();
    cell.write(put('/a', 'one'));
    expect(cell.write(compareAndWrite('/a', 'two', undefined))).toMatchObject({ succeeded: false, deleted: 0 });
    expect(cell.write(compareAndWrite('/a', 'one', undefined))).toMatchObject({ succeeded: true, deleted: 1 });
    expect(cell.write(compareAndWrite('/a', 0, undefined))).toMatchObject({ succeeded: true, deleted: 0, revision: 2 });
  });

  it('tells empty values and absent keys apart', () => {
    const cell = new Driver();
    cell.write({ kind: 'put', key: '/a', value: bytes(''), leaseId: '', returnPrevious: false });
    expect(cell.write(compareAndWrite('/a', '', 'x')).succeeded).toBe(true);
  });
});

describe('revisions (invariant 8)', () => {
  it('of the two keyspaces count apart', () => {
    const cell = new Driver();
    const system = cell.machine.revision('system');
    cell.write(put('/a'));
    expect(cell.machine.revision('system')).toBe(system);
    cell.write({ kind: 'grantLease', leaseId: 'l', ttlMs: 1_000 });
    expect(cell.machine.revision('system')).toBe(system + 1);
    expect(cell.machine.revision('user')).toBe(1);
  });
});
