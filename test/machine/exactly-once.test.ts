// Guards invariant 9: a (session, sequence) takes effect at most once and always gets the same answer.

import { describe, expect, it } from 'vitest';
import type { Command, Request } from '../../src/agent/machine/commands.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import { fc } from '../support/property.ts';
import { compareAndWrite, Driver, fireTimer, grantLease, openSession, put, read, SESSION, transact } from './driver.ts';
import { anyCommand } from './machine-moves.ts';
import { plain } from './plain.ts';

function request(sequence: number, command: Command, parts: Partial<Request> = {}): Request {
  return { sessionId: SESSION, sequence, ackedBelow: 0, digest: 1, command, ...parts };
}

const LARGE = 'x'.repeat(1024 * 1024);

/** 64 MiB of replies that nobody acknowledged; returns the last sequence. */
function leaveLargeReplies(cell: Driver): number {
  cell.request(request(1, put('/large', LARGE)));
  let sequence = 1;
  for (let kept = 0; kept < 64; kept += 1) {
    sequence += 1;
    expect(cell.request(request(sequence, transact([], [read('/large')])))).toMatchObject({ succeeded: true });
  }
  return sequence;
}

describe('a repeated request (invariant 9)', () => {
  it('gets the first answer and has no second effect', () => {
    const cell = new Driver();
    const first = cell.request(request(1, put('/a', 'one', { returnPrevious: true })));
    cell.request(request(2, put('/a', 'two')));
    expect(plain(cell.request(request(1, put('/a', 'one', { returnPrevious: true }))))).toEqual(plain(first));
    expect(cell.text('/a')).toBe('two');
    expect(cell.machine.revision('user')).toBe(2);
  });

  it('gets it also when it was refused, although the reason is gone', () => {
    const cell = new Driver();
    const first = cell.request(request(1, put('/a', 'x', { leaseId: 'l' })));
    cell.request(request(2, grantLease('l')));
    expect(first).toMatchObject({ kind: 'refused', reason: 'LEASE_UNKNOWN' });
    expect(cell.request(request(1, put('/a', 'x', { leaseId: 'l' })))).toEqual(first);
  });

  it('that was refused gets the slot of then (every answer carries its slot)', () => {
    const cell = new Driver();
    const stored = cell.request(request(1, put('/a', 'x', { leaseId: 'l' })));
    const { appliedSlot } = cell.machine;
    expect(stored).toMatchObject({ reason: 'LEASE_UNKNOWN', slot: appliedSlot });
    const restarted = new Driver({}, cell.store.clone());
    expect(restarted.request(request(1, put('/a', 'x', { leaseId: 'l' })))).toEqual(stored);
    const notStored = request(1, put('/a'), { sessionId: 'nowhere' });
    expect(cell.request(notStored)).toMatchObject({ reason: 'SESSION_UNKNOWN', slot: appliedSlot + 1 });
    expect(cell.sessionless(put('/a'))).toMatchObject({ reason: 'INVALID_ARGUMENT', slot: appliedSlot + 2 });
  });

  it('gets it within the same slot, after a restart of the machine, and from a copy of the state', () => {
    const cell = new Driver();
    const once = request(1, compareAndWrite('/a', 0, 'mine'));
    const [first, second] = cell.apply({ kind: 'command', stampMs: 1, requests: [once, once] }).outcomes;
    expect(first!.result).toMatchObject({ succeeded: true });
    expect(plain(second)).toEqual(plain(first));
    for (const machine of [new Machine(cell.store.clone()), new Machine(cell.store)]) {
      const entry = { kind: 'command', stampMs: 1, requests: [once] } as const;
      const repeated = machine.apply({ slot: machine.appliedSlot + 1, era: '' }, entry);
      expect(plain(repeated.outcomes)).toEqual(plain([first]));
      expect(repeated.events).toEqual([]);
      expect(plain(machine.storedReply(SESSION, 1, once.digest))).toEqual(plain(first!.result));
    }
  });

  it('holds for every command that there is', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 12 }), (commands) => {
        const cell = new Driver();
        cell.request({ ...request(1, openSession('s1')), sessionId: '' });
        const answers = commands.map((command, at) => cell.request(request(at + 1, command, { digest: at })));
        const restarted = new Driver({}, cell.store.clone());
        for (const one of [cell, restarted]) {
          const before = [one.machine.revision('user'), one.machine.revision('system')];
          commands.forEach((command, at) => {
            const repeated = one.request(request(at + 1, command, { digest: at }));
            expect(plain(repeated)).toEqual(plain(answers[at]));
          });
          expect([one.machine.revision('user'), one.machine.revision('system')]).toEqual(before);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a request in the name of another session than the one of its place', () => {
  const asOther = (sequence: number, command: Command) => request(sequence, command, { asSessionId: 'other' });
  const lease = { leaseTtlMs: 0, adaptive: false, lockDelayMs: 0 };
  const lock: Command = { kind: 'acquireLock', path: '/l/_lockable', wait: false, ...lease, owner: '' };

  it('happens once, and what it acquires is its own', () => {
    const cell = new Driver();
    cell.request({ ...request(1, openSession('other')), sessionId: '' });
    const held = cell.request(asOther(1, lock));
    expect(plain(cell.request(asOther(1, lock)))).toEqual(plain(held));
    expect(cell.request(request(2, put('/l/_lockable/a')))).toMatchObject({ reason: 'LOCK_NOT_HELD' });
    expect(cell.request(asOther(3, put('/l/_lockable/a')))).toMatchObject({ succeeded: true });
    // The end of the session that had the place takes nothing away.
    cell.request({ ...request(1, { kind: 'endSession', sessionId: SESSION }), sessionId: '' });
    const last = { sessionId: 'other', sequence: 1 };
    expect(cell.request(request(1, put('/l/_lockable/a'), last))).toMatchObject({ succeeded: true });
  });

  it('is refused once that session has ended, and a repeat of what happened before is answered', () => {
    const cell = new Driver();
    cell.request({ ...request(1, openSession('other')), sessionId: '' });
    const done = cell.request(asOther(1, put('/a', 'x')));
    cell.request({ ...request(1, { kind: 'endSession', sessionId: 'other' }), sessionId: '' });
    const refusal = cell.request(asOther(2, put('/a', 'y')));
    expect(refusal).toMatchObject({ kind: 'refused', reason: 'ACTOR_UNKNOWN' });
    expect(cell.text('/a')).toBe('x');
    const restarted = new Driver({}, cell.store.clone());
    for (const one of [cell, restarted]) {
      expect(plain(one.request(asOther(1, put('/a', 'x'))))).toEqual(plain(done));
      expect(one.request(asOther(2, put('/a', 'y')))).toEqual(refusal);
    }
  });
});

describe('a place in a session', () => {
  it('that was used for another command is refused', () => {
    const cell = new Driver();
    cell.request(request(1, put('/a'), { digest: 1 }));
    expect(cell.request(request(1, put('/b'), { digest: 2 }))).toMatchObject({ reason: 'SEQUENCE_REUSED' });
    expect(cell.text('/b')).toBeUndefined();
    expect(cell.machine.storedReply(SESSION, 1, 1)).toMatchObject({ succeeded: true });
    expect(cell.machine.storedReply(SESSION, 1, 2)).toMatchObject({ reason: 'SEQUENCE_REUSED' });
  });

  it('that was acknowledged is forgotten, and said to be', () => {
    const cell = new Driver();
    for (const sequence of [1, 2, 3]) cell.request(request(sequence, put('/a')));
    cell.request(request(4, put('/a'), { ackedBelow: 3 }));
    expect(cell.request(request(2, put('/a')))).toMatchObject({ reason: 'SEQUENCE_FORGOTTEN', floor: 3 });
    expect(cell.machine.storedReply(SESSION, 2, 0)).toBeUndefined();
    expect(cell.machine.storedReply(SESSION, 3, 0)).toBeDefined();
    expect(cell.machine.revision('user')).toBe(4);
    const restarted = new Driver({}, cell.store.clone());
    expect(restarted.request(request(2, put('/a')))).toMatchObject({ reason: 'SEQUENCE_FORGOTTEN', floor: 3 });
  });

  it('may come out of order', () => {
    const cell = new Driver();
    for (const sequence of [5, 2, 4, 1, 3]) {
      expect(cell.request(request(sequence, put(`/${sequence}`)))).toMatchObject({ succeeded: true });
    }
    expect(cell.request(request(2, put('/2')))).toMatchObject({ revision: 2 });
  });

  it('costs what is kept, however far apart sequences are', () => {
    const cell = new Driver();
    const far = Number.MAX_SAFE_INTEGER;
    cell.request(request(1, put('/a')));
    expect(cell.request(request(far - 1, put('/a'), { ackedBelow: far - 1 }))).toMatchObject({ succeeded: true });
    expect(cell.request(request(far, put('/a'), { ackedBelow: far }))).toMatchObject({ succeeded: true });
    expect(cell.store.rangePlain('/_internal/replies/', '/_internal/replies0', 0)).toHaveLength(1);
  });

  it.each([
    [0, 0],
    [-1, 0],
    [1.5, 0],
    [Number.NaN, 0],
    [2, 3],
    [2, -1],
  ])('with sequence %d and acknowledgement %d is refused', (sequence, ackedBelow) => {
    const cell = new Driver();
    expect(cell.request(request(sequence, put('/a'), { ackedBelow }))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(cell.machine.revision('user')).toBe(0);
  });

  it('is bounded: who never acknowledges is refused, and goes on after acknowledging', () => {
    const cell = new Driver();
    cell.request(request(1, put('/a')));
    expect(cell.request(request(16_385, put('/a')))).toMatchObject({ reason: 'LIMIT_EXCEEDED' });
    expect(cell.request(request(16_385, put('/a'), { ackedBelow: 2 }))).toMatchObject({ succeeded: true });
  });

  it('is bounded in bytes, alike on an agent that was restarted', () => {
    const cell = new Driver();
    let sequence = leaveLargeReplies(cell);
    const restarted = new Driver({}, cell.store.clone());
    for (const one of [cell, restarted]) {
      const refusal = { reason: 'LIMIT_EXCEEDED', message: expect.stringContaining('67108864 bytes') };
      expect(one.request(request(sequence + 1, put('/a')))).toMatchObject(refusal);
      expect(one.request(request(1, put('/large', LARGE)))).toMatchObject({ kind: 'written' });
      expect(one.request(request(sequence + 1, put('/a'), { ackedBelow: 3 }))).toMatchObject({ succeeded: true });
      expect(one.request(request(sequence + 2, transact([], [read('/large')])))).toMatchObject({ succeeded: true });
      expect(one.request(request(sequence + 3, put('/a')))).toMatchObject(refusal);
    }
    sequence += 3;
    expect(cell.request(request(sequence, put('/a'), { ackedBelow: sequence }))).toMatchObject({ succeeded: true });
    expect(cell.request(request(sequence + 1, put('/a')))).toMatchObject({ succeeded: true });
  });

  it('needs a session that is there, unless the command is idempotent by itself', () => {
    const cell = new Driver();
    const nowhere = request(1, put('/a'), { sessionId: 'nowhere' });
    expect(cell.request(nowhere)).toMatchObject({ reason: 'SESSION_UNKNOWN' });
    expect(cell.machine.get('system', '/_internal/sessions/nowhere')).toBeUndefined();
    expect(cell.sessionless(put('/a'))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(cell.sessionless(grantLease('l'))).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(cell.sessionless(fireTimer('lease/l', 1))).toMatchObject({ succeeded: false });
  });
});

describe('the replies of a session', () => {
  it('go with it, also when it ends by a request of its own', () => {
    const cell = new Driver();
    cell.request(request(1, put('/a')));
    cell.request(request(2, { kind: 'endSession', sessionId: SESSION }));
    expect(cell.store.rangePlain('/_internal/replies/', '/_internal/replies0', 0)).toEqual([]);
    expect(cell.request(request(1, put('/a')))).toMatchObject({ reason: 'SESSION_UNKNOWN' });
    expect(cell.machine.storedReply(SESSION, 1, 0)).toBeUndefined();
  });

  it('are never in memory all at once: not when the session ends, nor when an agent starts again', () => {
    const cell = new Driver();
    const sequence = leaveLargeReplies(cell);
    const store = cell.store.clone();
    const pages: number[] = [];
    const rangePlain = store.rangePlain.bind(store);
    store.rangePlain = (...range) => {
      const page = rangePlain(...range);
      pages.push(page.length);
      return page;
    };
    const restarted = new Driver({}, store);
    expect(restarted.request(request(2, transact([], [read('/large')])))).toMatchObject({ succeeded: true });
    expect(pages.reduce((sum, length) => sum + length, 0)).toBe(sequence);
    expect(Math.max(...pages)).toBeLessThanOrEqual(16);
    pages.length = 0;
    restarted.sessionless({ kind: 'endSession', sessionId: SESSION });
    expect(pages).toEqual([]);
    expect(store.plainKeys('/_internal/replies/', '/_internal/replies0', 0)).toEqual([]);
  });

  it('carry reads of a transaction as they were', () => {
    const cell = new Driver();
    cell.request(request(1, put('/a', 'before')));
    const first = cell.request(request(2, transact([], [read('/a')])));
    cell.request(request(3, put('/a', 'after')));
    expect(plain(cell.request(request(2, transact([], [read('/a')]))))).toEqual(plain(first));
  });
});
