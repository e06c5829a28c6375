// Guards how holds end: with their sessions, after their delay, by an operator; and what is kept of them (invariant 13).
import { describe, expect, it } from 'vitest';
import { acquire, forceRelease, release, Sessions, setLimit } from './coordination-driver.ts';

const A = '/a/_lockable';
const B = '/b/_lockable';
const C = '/c/_lockable';
const UPPER = '/foo/_lockable';
const LOWER = '/foo/_lockable/bar/_lockable';

describe('the end of a session', () => {
  it('takes it out of every queue before anything is granted (invariant 13)', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(A));
    cell.by('s', acquire(B));
    cell.by('s', acquire(C));
    cell.by('t', acquire(C));
    cell.by('s', acquire(C));
    cell.by('t', acquire(A));
    cell.by('u', acquire(A));
    cell.end('s');
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 't', ended: { kind: 'sessionEnded', sessionId: 's' } });
    expect(cell.lockAt(B)).toMatchObject({ state: 'free' });
    expect(cell.lockAt(C)).toMatchObject({ sessionId: 't', waiting: 0 });
    cell.end('t');
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 'u' });
    cell.end('u');
    expect(cell.claims()).toEqual([]);
    const index = cell.store.rangePlain('/_internal/lock-index/', '/_internal/lock-index0', 0).map(({ key }) => key);
    expect(index.filter((key) => !key.includes('/free') && !key.endsWith('/in-use'))).toEqual([]);
  });

  it('holds a lock back for its delay, which a release does not', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(A, { lockDelayMs: 5_000 }));
    cell.by('t', acquire(A, { lockDelayMs: 5_000 }));
    cell.end('s');
    expect(cell.lockAt(A)).toMatchObject({ state: 'delayed', sessionId: '', waiting: 1 });
    expect(cell.system('timers/lock-delay/a/_lockable')).toMatchObject({ ttlMs: 5_000 });
    expect(cell.refused('u', acquire(A, { wait: false })).message).toContain('delayed for 5000 ms');
    cell.by('u', acquire(A));
    cell.fire('lock-delay/a/_lockable');
    expect(cell.lockAt(A)).toMatchObject({ state: 'held', sessionId: 't' });
    cell.by('t', release(A));
    expect(cell.lockAt(A)).toMatchObject({ state: 'held', sessionId: 'u' });
  });

  it('ends a delay of nobody without leaving anything', () => {
    const cell = new Sessions(['s']);
    cell.by('s', acquire(A, { lockDelayMs: 5_000 }));
    cell.end('s');
    cell.fire('lock-delay/a/_lockable');
    expect(cell.lockAt(A)).toMatchObject({ state: 'free' });
    expect(cell.system('timers/lock-delay/a/_lockable')).toBeUndefined();
  });
});

describe('an operator', () => {
  it('takes a lock away from its holder; who and why stay in the record', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(LOWER));
    cell.by('s', acquire(UPPER));
    cell.by('t', acquire(UPPER));
    cell.by('t', forceRelease(UPPER));
    expect(cell.lockAt(UPPER)).toMatchObject({
      sessionId: 't',
      ended: { kind: 'forced', sessionId: 's', by: 'Ada', why: 'it hangs' },
    });
    expect(cell.lockAt(LOWER)).toMatchObject({ state: 'free', ended: { kind: 'forced' } });
    expect(cell.refused('s', release(UPPER))).toMatchObject({ reason: 'LOCK_NOT_HELD' });
    expect(cell.refused('s', forceRelease(B)).reason).toBe('LOCK_NOT_HELD');
    expect(cell.refused('s', forceRelease('/foo/_lockable/x')).reason).toBe('INVALID_ARGUMENT');
  });

  it('ends a delay', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(A, { lockDelayMs: 5_000 }));
    cell.end('s');
    cell.by('t', acquire(A));
    cell.by('t', forceRelease(A));
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 't', ended: { kind: 'forced', by: 'Ada', sessionId: 's' } });
    expect(cell.fire('lock-delay/a/_lockable')).toBe(false);
  });

  it('raises limits for the whole cell', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', setLimit('locks', 2));
    cell.by('s', acquire(A));
    expect(cell.refused('s', acquire(LOWER))).toMatchObject({ reason: 'LIMIT_EXCEEDED', limit: 'locks' });
    expect(cell.locks('s', acquire(B)).state).toBe('held');
    expect(cell.refused('s', acquire(C)).message).toContain('the limit locks is 2');
    expect(cell.locks('s', acquire(A)).count, 'what is in use may be used').toBe(2);
    cell.by('s', setLimit('waitersPerLock', 1));
    cell.by('t', acquire(A));
    expect(cell.refused('u', acquire(A))).toMatchObject({ reason: 'LIMIT_EXCEEDED', limit: 'waitersPerLock' });
    cell.by('s', release(B));
    expect(cell.locks('u', acquire(C)).state, 'a free lock is not in use').toBe('held');
    cell.by('s', setLimit('locks', 0));
    expect(cell.locks('s', acquire(LOWER)).state).toBe('held');
    expect(cell.refused('s', { ...setLimit('locks', 1), name: 'rockets' } as never).reason).toBe('INVALID_ARGUMENT');
  });
});

describe('free locks', () => {
  it('are remembered for people, but not for ever', () => {
    const cell = new Sessions(['s']);
    for (let index = 0; index < 1_280; index += 1) {
      cell.by('s', acquire(`/jobs/${index}/_lockable`));
      cell.by('s', release(`/jobs/${index}/_lockable`));
    }
    expect(cell.lockAt('/jobs/255/_lockable')).toBeUndefined();
    expect(cell.lockAt('/jobs/256/_lockable')).toMatchObject({ state: 'free', ended: { kind: 'released' } });
    // Used again, it is the newest.
    cell.by('s', acquire('/jobs/256/_lockable'));
    cell.by('s', release('/jobs/256/_lockable'));
    for (let index = 0; index < 256; index += 1) {
      cell.by('s', acquire(`/more/${index}/_lockable`));
      cell.by('s', release(`/more/${index}/_lockable`));
    }
    expect(cell.lockAt('/jobs/257/_lockable')).toBeUndefined();
    expect(cell.lockAt('/jobs/256/_lockable')).toMatchObject({ state: 'free' });
  });
});
