// Guards that below a lock only its holder writes, on every path of every command that writes; and fencing tokens.
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/agent/machine/commands.ts';
import { acquire, forceRelease, release, Sessions } from './coordination-driver.ts';
import { compare, compareAndWrite, grantLease, put, remove, removeRange, transact } from './driver.ts';

const LOCK = '/foo/_lockable';
const KEY = '/foo/_lockable/x';

const WRITES: readonly (readonly [string, Command])[] = [
  ['put', put(KEY)],
  ['delete', remove(KEY)],
  ['deleteRange', removeRange('/', '0')],
  ['compareAndWrite', compareAndWrite(KEY, 1, 'new')],
  ['compareAndWrite that deletes', compareAndWrite(KEY, 1, undefined)],
  ['transact, then', transact([], [put(KEY)])],
  ['transact, else', transact([compare(KEY, { number: 99 })], [], [remove(KEY)])],
  ['transact with a range', transact([], [removeRange('/foo', '/fop')])],
  ['increment', { kind: 'increment', key: KEY, by: 1 }],
];

function cellWithKey(value = '1'): Sessions {
  const cell = new Sessions(['s', 't']);
  cell.by('s', acquire(LOCK, { owner: 'Bea' }));
  cell.by('s', put(KEY, value));
  cell.by('s', put('/plain', value));
  return cell;
}

describe('below a lock', () => {
  it.each(WRITES)('%s is refused to others, and changes nothing', (_, command) => {
    const cell = cellWithKey();
    const before = cell.machine.revision('user');
    expect(cell.refused('t', command)).toMatchObject({
      reason: 'LOCK_NOT_HELD',
      holder: 's',
      heldSinceMs: 1_000,
      message: expect.stringMatching(/"\/foo\/_lockable\/x" lies below the lock "\/foo\/_lockable", which Bea/),
    });
    cell.by('s', release(LOCK));
    expect(cell.refused('t', command).message).toContain('which nobody holds');
    expect(cell.refused('s', command).reason).toBe('LOCK_NOT_HELD');
    expect(cell.machine.revision('user')).toBe(before);
  });

  it.each(WRITES)('%s is done for the holder', (_, command) => {
    const cell = cellWithKey();
    expect(cell.by('s', command).succeeded).toBe(!('otherwise' in command && command.otherwise.length > 0));
    expect(cell.machine.revision('user')).toBe(3);
  });

  it('every lock on the way must be held', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(LOCK));
    expect(cell.refused('s', put(`${KEY}/_lockable/y`)).message).toContain('"/foo/_lockable/x/_lockable"');
    cell.by('s', acquire(`${KEY}/_lockable`));
    expect(cell.by('s', put(`${KEY}/_lockable/y`)).revision).toBe(1);
    expect(cell.refused('t', removeRange('/foo/_lockable/x/_lockable/', '/foo/_lockable/x/_lockable0')).holder).toBe(
      's',
    );
  });

  it('also a delete of what is not there is refused, and a comparison that fails is not', () => {
    const cell = new Sessions(['s', 't']);
    expect(cell.refused('s', remove('/foo/_lockable/absent')).reason).toBe('LOCK_NOT_HELD');
    expect(cell.by('s', compareAndWrite('/foo/_lockable/absent', 3, 'x')).succeeded).toBe(false);
    expect(cell.by('s', removeRange('/foo/_lockable/', '/foo/_lockable0')).deleted).toBe(0);
  });

  it('the lock itself, and what only looks like one, is not guarded', () => {
    const cell = new Sessions(['s']);
    for (const key of [LOCK, '/foo/_lockablex/y', '/foo/a_lockable/y']) cell.by('s', put(key));
  });

  it('what a lease deletes at its end is exempt', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(LOCK));
    cell.by('s', grantLease('l'));
    cell.by('s', grantLease('m'));
    cell.by('s', put(KEY, 'v', { leaseId: 'l' }));
    cell.by('s', put('/foo/_lockable/y', 'v', { leaseId: 'm' }));
    expect(cell.fire('lease/l')).toBe(true);
    expect(cell.by('t', { kind: 'revokeLease', leaseId: 'm' }).deleted).toBe(1);
    expect(cell.text(KEY)).toBeUndefined();
  });
});

describe('a fencing token', () => {
  it('refuses what was sent before the lock was lost, also when it is held again', () => {
    const cell = new Sessions(['s', 't']);
    const { token } = cell.locks('s', acquire(LOCK));
    cell.by('s', put(KEY, '1', { fencingToken: token }));
    cell.by('s', put('/unguarded', 'v', { fencingToken: token }));
    cell.by('s', release(LOCK));
    expect(cell.refused('s', put('/unguarded', 'v', { fencingToken: token })).reason).toBe('TOKEN_STALE');
    const again = cell.locks('s', acquire(LOCK));
    for (const [, command] of WRITES) {
      expect(cell.refused('s', { ...command, fencingToken: token } as Command)).toMatchObject({
        reason: 'TOKEN_STALE',
      });
    }
    expect(cell.refused('t', put('/unguarded', 'v', { fencingToken: again.token })).reason).toBe('TOKEN_STALE');
    cell.by('s', put(KEY, 'v', { fencingToken: again.token }));
    const inside = transact([], [put(KEY, 'v', { fencingToken: again.token })]);
    expect(cell.refused('s', inside).message).toContain('belongs to the whole');
  });

  it('is no good below a lock that was granted after it, though its session holds another lock with it', () => {
    const inner = `${LOCK}/in/_lockable`;
    const cell = new Sessions(['s', 't']);
    const outer = cell.locks('s', acquire(LOCK));
    const both = cell.locks('s', acquire(inner));
    cell.by('s', put(`${inner}/x`, '1', { fencingToken: both.token }));
    cell.by('t', forceRelease(inner));
    const again = cell.locks('s', acquire(inner));
    for (const token of [outer.token, both.token]) {
      expect(cell.refused('s', put(`${inner}/x`, '2', { fencingToken: token })).reason).toBe('TOKEN_STALE');
    }
    cell.by('s', put(`${inner}/x`, '3', { fencingToken: again.token }));
    cell.by('s', put(KEY, '4', { fencingToken: again.token }));
    cell.by('s', put(KEY, '5', { fencingToken: outer.token }));
  });

  it('is compared in transactions, by anybody', () => {
    const cell = new Sessions(['s', 't']);
    const holds = (number: number, operator: 'equal' | 'greater' = 'equal') =>
      cell.by('t', transact([compare(LOCK, { target: 'lockToken', operator, number })], [])).succeeded;
    expect(holds(0)).toBe(true);
    const { token } = cell.locks('s', acquire(LOCK));
    expect([holds(token), holds(token - 1, 'greater'), holds(0)]).toEqual([true, true, false]);
    cell.by('s', release(LOCK));
    expect(holds(0), 'nobody holds it any more').toBe(true);
    const wrong = transact([compare('/foo', { target: 'lockToken' })], []);
    expect(cell.refused('t', wrong).message).toContain('lockToken is compared for one lock');
    expect(cell.refused('t', transact([compare(LOCK, { target: 'lockToken', number: -1 })], [])).reason).toBe(
      'INVALID_ARGUMENT',
    );
  });
});
