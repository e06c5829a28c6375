// Guards sessions, leases and timers: what ends with them, and that nothing else ever ends (invariant 16, the machine's part).

import { describe, expect, it } from 'vitest';
import { TIMERS } from '../../src/agent/machine/system-records.ts';
import { fc } from '../support/property.ts';
import {
  compareAndWrite,
  Driver,
  fireTimer,
  grantLease,
  openSession,
  put,
  remove,
  SESSION,
  transact,
} from './driver.ts';

const revoke = (leaseId: string) => ({ kind: 'revokeLease', leaseId }) as const;
const onLease = (key: string, leaseId: string) => put(key, 'v', { leaseId });
const generation = (cell: Driver, timerId: string) => TIMERS.read(cell.machine, timerId)!.generation;

describe('a lease', () => {
  it('is a record and a timer that people can read', () => {
    const cell = new Driver();
    const { slot } = cell.write(grantLease('l', 5_000));
    expect(cell.system('leases/l')).toEqual({ ttlMs: 5_000, grantedSlot: slot, grantedMs: 1_000 });
    expect(cell.system('timers/lease/l')).toEqual({ ttlMs: 5_000, generation: cell.machine.revision('system') });
    expect(TIMERS.list(cell.machine).map((timer) => timer.id)).toEqual(['lease/l', `session/${SESSION}`]);
  });

  it('deletes its keys at its end, as one revision', () => {
    const cell = new Driver();
    cell.write(grantLease('l'));
    for (const key of ['/b', '/a']) cell.write(onLease(key, 'l'));
    cell.write(put('/free'));
    expect(cell.write(revoke('l'))).toMatchObject({ deleted: 2, revision: 4 });
    const [user, system] = cell.events.slice(-2);
    expect(user).toMatchObject({ space: 'user', revision: 4 });
    expect(user!.changes.map((change) => [change.key, change.kind])).toEqual([
      ['/a', 'delete'],
      ['/b', 'delete'],
    ]);
    expect(system!.changes.map((change) => change.key).sort()).toEqual([
      '/_internal/leases/l',
      '/_internal/timers/lease/l',
    ]);
    expect(cell.store.rangePlain('/_internal/lease-keys/', '/_internal/lease-keys0', 0)).toEqual([]);
    expect(cell.refusal(revoke('l')).reason).toBe('LEASE_UNKNOWN');
  });

  it('leaves alone what was moved away from it', () => {
    const cell = new Driver();
    for (const id of ['l', 'other']) cell.write(grantLease(id));
    for (const key of ['/plain', '/moved', '/swapped', '/deleted', '/again', '/txn']) cell.write(onLease(key, 'l'));
    cell.write(put('/plain'));
    cell.write(onLease('/moved', 'other'));
    cell.write(compareAndWrite('/swapped', 1, 'x'));
    cell.write(remove('/deleted'));
    cell.write(remove('/again'));
    cell.write(put('/again'));
    cell.write(transact([], [put('/txn')]));
    expect(cell.write(revoke('l')).deleted).toBe(0);
    expect(cell.write(revoke('other')).deleted).toBe(1);
  });

  it('is granted once', () => {
    const cell = new Driver();
    cell.write(grantLease('l'));
    expect(cell.refusal(grantLease('l')).reason).toBe('LEASE_EXISTS');
    expect(cell.refusal(grantLease('x', 99)).message).toContain('between 100 and');
    expect(cell.refusal(grantLease('a/b')).reason).toBe('INVALID_ARGUMENT');
  });
});

describe('a timer', () => {
  it('ends what it stands for only with its own generation (invariant 16)', () => {
    const cell = new Driver();
    cell.write(grantLease('l'));
    cell.write(onLease('/a', 'l'));
    const first = generation(cell, 'lease/l');
    for (const wrong of [0, first - 1, first + 1]) {
      expect(cell.sessionless(fireTimer('lease/l', wrong))).toMatchObject({ succeeded: false, deleted: 0 });
    }
    expect(cell.text('/a')).toBe('v');
    expect(cell.sessionless(fireTimer('lease/l', first))).toMatchObject({ succeeded: true, deleted: 1 });
    expect(cell.text('/a')).toBeUndefined();
    expect(cell.sessionless(fireTimer('lease/l', first))).toMatchObject({ succeeded: false });
  });

  it('never ends a later lease of the same id, even one granted in the same slot (invariant 16)', () => {
    const cell = new Driver();
    const requests = [grantLease('l'), revoke('l'), grantLease('l')].map((command, at) => ({
      sessionId: SESSION,
      sequence: at + 1,
      ackedBelow: 0,
      digest: at,
      command,
    }));
    const [granted] = cell.apply({ kind: 'command', stampMs: 1, requests }).events;
    const earlier = granted!.changes.find((change) => change.key.includes('timers'))!;
    const stale = TIMERS.decode(earlier).generation;
    expect(cell.sessionless(fireTimer('lease/l', stale))).toMatchObject({ succeeded: false });
    expect(cell.system('leases/l')).toBeDefined();
  });

  it.each(['lease', 'rocket/x', '', '/', `lease/${'x'.repeat(1_300)}`])('with the id %j is refused', (timerId) => {
    expect(new Driver().sessionless(fireTimer(timerId, 1))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});

describe('a session', () => {
  it('is opened once; opening it again in the same way is the same opening', () => {
    const cell = new Driver();
    const before = cell.machine.revision('system');
    expect(cell.sessionless(openSession(SESSION))).toMatchObject({ kind: 'written' });
    expect(cell.machine.revision('system')).toBe(before);
    expect(cell.sessionless(openSession(SESSION, 20_000))).toMatchObject({ reason: 'SESSION_EXISTS' });
    expect(cell.system(`sessions/${SESSION}`)).toEqual({
      owner: 'a test',
      ttlMs: 10_000,
      openedSlot: 1,
      openedMs: 1_000,
    });
  });

  it('that has ended is not revived by a late repeat of its opening (invariant 9)', () => {
    const cell = new Driver();
    const once = { sessionId: SESSION, sequence: 1, ackedBelow: 0, digest: 1, command: put('/a') };
    cell.request(once);
    expect(cell.sessionless({ kind: 'endSession', sessionId: SESSION })).toMatchObject({ succeeded: true });
    expect(cell.sessionless(openSession(SESSION))).toMatchObject({ reason: 'SESSION_EXISTS' });
    expect(cell.request(once)).toMatchObject({ reason: 'SESSION_UNKNOWN' });
    expect(cell.machine.revision('user')).toBe(1);
  });

  it('ends by its timer, or when it is told to; ending it twice is no failure', () => {
    const cell = new Driver();
    const end = fireTimer(`session/${SESSION}`, generation(cell, `session/${SESSION}`));
    expect(cell.sessionless(end)).toMatchObject({ succeeded: true });
    expect(cell.system(`sessions/${SESSION}`)).toBeUndefined();
    expect(cell.system(`timers/session/${SESSION}`)).toBeUndefined();
    expect(cell.sessionless({ kind: 'endSession', sessionId: SESSION })).toMatchObject({ succeeded: false });
  });

  it.each([
    [openSession('', 1_000), 'must not be empty'],
    [openSession('a/b', 1_000), 'letters, digits'],
    [openSession('a', 1), 'TTL'],
    [openSession('a', Number.NaN), 'TTL'],
    [{ ...openSession('a'), owner: 'bell\u0007' }, 'control characters'],
    [{ ...openSession('a'), owner: 'x'.repeat(257) }, 'at most 256 bytes'],
    [{ ...openSession('a'), owner: '\ud800' }, 'not valid text'],
  ])('%j is not opened: %s', (command, message) => {
    expect(new Driver().sessionless(command as never)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});

describe('the index of lease keys', () => {
  it('agrees with what the keys say, after anything', () => {
    const key = fc.constantFrom('/a', '/b', '/c');
    const lease = fc.constantFrom('', 'l', 'm');
    const command = fc.oneof(
      fc.tuple(key, lease).map(([key, leaseId]) => onLease(key, leaseId)),
      key.map((key) => remove(key)),
      fc.constantFrom('l', 'm').map(revoke),
      fc.constantFrom('l', 'm').map((leaseId) => grantLease(leaseId)),
      fc.tuple(key, lease).map(([key, leaseId]) => ({ ...compareAndWrite(key, 1, 'x'), leaseId }) as never),
      fc.uniqueArray(fc.tuple(key, lease), { selector: ([key]) => key }).map((puts) =>
        transact(
          [],
          puts.map(([key, leaseId]) => onLease(key, leaseId)),
        ),
      ),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const cell = new Driver();
        for (const command of commands) cell.do(command);
        const said = cell.machine
          .range('user', { start: '/', end: '0', limit: 0 })
          .filter((record) => record.leaseId !== '')
          .map((record) => `/_internal/lease-keys/${record.leaseId}/${record.key}`);
        const kept = cell.store.rangePlain('/_internal/lease-keys/', '/_internal/lease-keys0', 0).map(({ key }) => key);
        expect(kept).toEqual(said.sort());
        for (const record of cell.machine.range('user', { start: '/', end: '0', limit: 0 })) {
          if (record.leaseId !== '') expect(cell.system(`leases/${record.leaseId}`)).toBeDefined();
        }
      }),
    );
  });
});
