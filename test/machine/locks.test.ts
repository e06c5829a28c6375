// Guards hierarchical fenced locks: who is granted what, in which order, with which token (invariants 11 and 13).
import { describe, expect, it } from 'vitest';
import { locksAbove, locksOf } from '../../src/agent/machine/lock-paths.ts';
import { acquire, cancel, release, Sessions } from './coordination-driver.ts';

const A = '/a/_lockable';
const B = '/b/_lockable';
const UPPER = '/foo/_lockable';
const LOWER = '/foo/_lockable/bar/_lockable';

describe('a path', () => {
  it.each([
    ['/foo/_lockable/bar/_lockable/baz', [UPPER, LOWER], [UPPER, LOWER]],
    ['/foo/_lockable', [UPPER], []],
    ['/_lockable/_lockable/x', ['/_lockable', '/_lockable/_lockable'], ['/_lockable', '/_lockable/_lockable']],
    ['/foo/_lockables/x', [], []],
    ['/foo/x_lockable/x', [], []],
  ])('%s names its locks top to bottom', (path, named, above) => {
    expect(locksOf(path)).toEqual(named);
    expect(locksAbove(path)).toEqual(above);
  });

  it('without a lock cannot be acquired', () => {
    const cell = new Sessions(['s']);
    expect(cell.refused('s', acquire('/foo/bar')).message).toContain('names no lock');
    expect(cell.refused('s', acquire('foo/_lockable')).reason).toBe('INVALID_ARGUMENT');
    expect(cell.refused('s', acquire(A, { leaseTtlMs: 1 })).message).toContain('TTL');
    expect(cell.refused('s', acquire(A, { lockDelayMs: -1 })).message).toContain('lock delay');
  });
});

describe('a lock', () => {
  it('is granted at once when nobody has it; its token is the slot', () => {
    const cell = new Sessions(['s']);
    const result = cell.by('s', acquire(A, { owner: 'worker 7' }));
    expect(result.outcome).toMatchObject({ state: 'held', token: result.slot, count: 1 });
    expect(cell.lockAt(A)).toMatchObject({ state: 'held', sessionId: 's', owner: 'worker 7', token: result.slot });
  });

  it('goes to those who wait in their order, each with a higher token (invariants 11, 13)', () => {
    const cell = new Sessions(['s', 't', 'u', 'v']);
    const first = cell.locks('s', acquire(A));
    const waiting = ['t', 'u', 'v'].map((session) => cell.locks(session, acquire(A)));
    expect(waiting.map(({ state, position }) => [state, position])).toEqual([
      ['queued', 1],
      ['queued', 2],
      ['queued', 3],
    ]);
    let token = first.token;
    for (const [session, next] of [
      ['s', 't'],
      ['t', 'u'],
      ['u', 'v'],
    ] as const) {
      cell.by(session, release(A));
      expect(cell.lockAt(A)).toMatchObject({ state: 'held', sessionId: next, ended: { kind: 'released', token } });
      expect(cell.lockAt(A)!.token).toBeGreaterThan(token);
      token = cell.lockAt(A)!.token;
    }
    cell.by('v', release(A));
    expect(cell.lockAt(A)).toMatchObject({ state: 'free', token, sessionId: '', waiting: 0 });
  });

  it('is free only after as many releases as acquisitions', () => {
    const cell = new Sessions(['s', 't']);
    const { token } = cell.locks('s', acquire(A));
    expect(cell.locks('s', acquire(A))).toMatchObject({ state: 'held', token, count: 2 });
    cell.by('t', acquire(A));
    expect(cell.locks('s', acquire(A)), 'who holds it does not queue').toMatchObject({ state: 'held', count: 3 });
    for (const count of [2, 1]) expect(cell.locks('s', release(A))).toMatchObject({ state: 'released', count });
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 's' });
    cell.by('s', release(A));
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 't', count: 1 });
    expect(cell.refused('s', release(A))).toMatchObject({ reason: 'LOCK_NOT_HELD', holder: 't', heldSinceMs: 1_000 });
  });

  it('that is only tried is refused with its holder, and nothing is left in a queue', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(A, { owner: 'Bea' }));
    expect(cell.refused('t', acquire(A, { wait: false }))).toMatchObject({
      reason: 'LOCK_HELD',
      holder: 's',
      heldSinceMs: 1_000,
      message: expect.stringContaining('Bea'),
    });
    cell.by('s', release(A));
    expect(cell.lockAt(A)!.state).toBe('free');
    expect(cell.locks('t', acquire(A, { wait: false })).state).toBe('held');
  });

  it('is granted at most once per slot: whoever is next gets it in the next one (invariant 11)', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.together(['s', acquire(A)], ['t', acquire(A)], ['u', acquire(A)], ['s', release(A)]);
    expect(cell.lockAt(A)).toMatchObject({ state: 'queued', sessionId: '', token: cell.machine.appliedSlot });
    const token = cell.lockAt(A)!.token;
    expect(cell.fire('lock-delay/a/_lockable')).toBe(true);
    expect(cell.lockAt(A)).toMatchObject({ state: 'held', sessionId: 't', token: token + 1 });
    cell.together(['t', release(A)], ['u', release(A)]);
    expect(cell.lockAt(A)).toMatchObject({ state: 'free' });
    expect(cell.fire('lock-delay/a/_lockable')).toBe(false);
  });

  it('that was granted and freed in one slot waits for its turn, also when it is asked for then', () => {
    const cell = new Sessions(['s', 't']);
    const results = cell.together(['s', acquire(A)], ['s', release(A)], ['t', acquire(A)]);
    expect(results[2]).toMatchObject({ outcome: { state: 'queued', position: 1 } });
    const other = cell.together(['s', acquire(B)], ['s', release(B)], ['t', acquire(B, { wait: false })]);
    expect(other[2]).toMatchObject({ reason: 'LOCK_HELD' });
    cell.fire('lock-delay/a/_lockable');
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 't' });
  });
});

describe('a hierarchy', () => {
  it('is granted when the claim is first everywhere and all is free', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(UPPER));
    expect(cell.locks('t', acquire(`${LOWER}/baz`)).state).toBe('queued');
    expect(cell.lockAt(LOWER)).toMatchObject({ state: 'queued', waiting: 1 });
    expect(cell.locks('u', acquire(LOWER)).position).toBe(2);
    cell.by('s', release(UPPER));
    for (const path of [UPPER, LOWER]) expect(cell.lockAt(path)).toMatchObject({ state: 'held', sessionId: 't' });
    cell.by('t', release(`${LOWER}/baz`));
    for (const path of [UPPER, LOWER]) expect(cell.lockAt(path)).toMatchObject({ state: 'held', sessionId: 'u' });
  });

  it('gives every lock its own token, and the claim that of the innermost', () => {
    const cell = new Sessions(['s']);
    const upper = cell.locks('s', acquire(UPPER));
    const lower = cell.locks('s', acquire(LOWER));
    expect(lower.token).toBeGreaterThan(upper.token);
    expect(cell.lockAt(UPPER)).toMatchObject({ token: upper.token, count: 2 });
    expect(cell.lockAt(LOWER)).toMatchObject({ token: lower.token, count: 1 });
    cell.by('s', release(LOWER));
    expect(cell.lockAt(UPPER)).toMatchObject({ state: 'held', count: 1 });
    expect(cell.lockAt(LOWER)).toMatchObject({ state: 'free' });
  });

  it('lets nobody pass who came later, even for the lower lock alone', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(UPPER));
    cell.by('t', acquire(LOWER));
    expect(cell.locks('u', acquire('/foo/_lockable/other/_lockable')).state).toBe('queued');
    cell.by('s', release(UPPER));
    expect(cell.lockAt(UPPER)).toMatchObject({ sessionId: 't' });
    cell.end('t');
    expect(cell.lockAt('/foo/_lockable/other/_lockable')).toMatchObject({ sessionId: 'u' });
  });

  it('keeps the place of who releases an upper lock while it waits for a lower one', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('t', acquire('/foo/_lockable/bar/_lockable'));
    cell.by('t', acquire('/foo/_lockable'));
    cell.by('t', release('/foo/_lockable'));
    // A session that holds the upper one asks for the lower one; then it lets the upper one go.
    expect(cell.locks('s', acquire(UPPER)).state).toBe('queued');
    cell.by('t', release('/foo/_lockable/bar/_lockable'));
    expect(cell.lockAt(UPPER)).toMatchObject({ sessionId: 's' });
    expect(cell.locks('u', acquire(UPPER)).state).toBe('queued');
    expect(cell.locks('s', acquire(LOWER)).state).toBe('held');
  });
});

describe('a cycle', () => {
  it('of two is refused when the second would queue, and says whom it would run through', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(A));
    cell.by('t', acquire(B));
    cell.by('s', acquire(B));
    const refusal = cell.refused('t', acquire(A));
    expect(refusal.reason).toBe('DEADLOCK');
    expect(refusal.message).toContain('t would wait for s at "/a/_lockable", s would wait for t at "/b/_lockable"');
    cell.by('t', release(B));
    expect(cell.lockAt(B)).toMatchObject({ sessionId: 's' });
  });

  it('of any length is refused', () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const cell = new Sessions(names);
    const lock = (index: number) => `/l${index % names.length}/_lockable`;
    names.forEach((name, index) => {
      cell.by(name, acquire(lock(index)));
    });
    names.slice(0, -1).forEach((name, index) => {
      cell.by(name, acquire(lock(index + 1)));
    });
    const last = cell.refused('s11', acquire(lock(12)));
    expect(last.reason).toBe('DEADLOCK');
    for (const name of names) expect(last.message).toContain(`${name} would wait`);
  });

  it('through an earlier waiter counts, because nobody passes it', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(A));
    cell.by('u', acquire(B));
    cell.by('t', acquire(A)); // waits for s
    cell.by('u', acquire(A)); // waits behind t
    // t would wait for u, who waits behind t.
    expect(cell.refused('t', acquire(B)).reason).toBe('DEADLOCK');
    cell.by('u', cancel(A));
    expect(cell.locks('t', acquire(B)).state).toBe('queued');
  });

  it('is no cycle when a session asks again for what it waits for, whoever came in between', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(A));
    cell.by('t', acquire(A));
    cell.by('u', acquire(A));
    expect(cell.locks('t', acquire(`${A}/in/_lockable`)), 'it stands where it stood').toMatchObject({
      state: 'queued',
      position: 2,
    });
    cell.by('s', release(A));
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 't', count: 2 });
    expect(cell.lockAt(`${A}/in/_lockable`)).toMatchObject({ sessionId: 't', count: 1 });
  });

  it('never comes about by a release: who lets a lock go while it waits with it keeps its place', () => {
    const inner = `${A}/in/_lockable`;
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(A));
    cell.together(['s', acquire(inner)], ['s', release(inner)], ['t', acquire(B)]);
    // The inner lock was granted in this very slot, so s has to wait for it, while it holds the outer one.
    cell.together(['s', acquire(inner)], ['s', release(inner)], ['s', acquire(inner)], ['u', acquire(A)]);
    expect(cell.lockAt(inner)).toMatchObject({ state: 'queued', waiting: 1 });
    cell.by('s', release(A));
    expect(cell.lockAt(A), 'u does not get between').toMatchObject({ sessionId: 's', count: 1, waiting: 1 });
    expect(cell.lockAt(inner)).toMatchObject({ sessionId: 's' });
  });

  it('is no cycle when a session waits twice', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(A));
    cell.by('t', acquire(A));
    expect(cell.locks('t', acquire(A))).toMatchObject({ state: 'queued', position: 2 });
    cell.by('s', release(A));
    expect(cell.lockAt(A), 'the second skips the queue').toMatchObject({ sessionId: 't', count: 2, waiting: 0 });
  });
});

describe('a claim', () => {
  it('is cancelled, or answered with the grant that came first', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(A));
    const claim = cell.locks('t', acquire(A));
    cell.by('u', acquire(A));
    expect(cell.locks('t', cancel(A, claim.ticket))).toMatchObject({ state: 'cancelled', token: 0 });
    expect(cell.by('t', cancel(A, claim.ticket))).toMatchObject({ succeeded: false, outcome: { state: 'gone' } });
    cell.by('s', release(A));
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 'u' });
    const token = cell.lockAt(A)!.token;
    expect(cell.locks('u', cancel(A))).toMatchObject({ state: 'held', token });
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 'u' });
  });

  it('belongs to its session: nobody else releases or cancels it', () => {
    const cell = new Sessions(['s', 't', 'u']);
    const { ticket } = cell.locks('s', acquire(A));
    const waiting = cell.locks('t', acquire(A));
    expect(cell.refused('u', release(A, ticket))).toMatchObject({ reason: 'LOCK_NOT_HELD', holder: 's' });
    expect(cell.by('u', cancel(A, waiting.ticket))).toMatchObject({ succeeded: false });
    expect(cell.refused('u', release(B)).message).toContain('nobody holds');
    expect(cell.claims()).toHaveLength(2);
  });

  it('that is cancelled lets those behind it go on', () => {
    const cell = new Sessions(['s', 't', 'u']);
    cell.by('s', acquire(B));
    cell.by('t', acquire('/a/_lockable/x/_lockable'));
    cell.by('t', release('/a/_lockable/x/_lockable'));
    cell.by('s', acquire('/p/_lockable/q/_lockable'));
    cell.by('t', acquire('/p/_lockable/q/_lockable'));
    expect(cell.locks('u', acquire('/p/_lockable')).state).toBe('queued');
    cell.by('s', release('/p/_lockable/q/_lockable'));
    expect(cell.lockAt('/p/_lockable')!.sessionId).toBe('t');
    cell.by('t', release('/p/_lockable/q/_lockable'));
    expect(cell.lockAt('/p/_lockable')!.sessionId).toBe('u');
  });

  it('has a lease of its own from the grant on, which ends that acquisition alone', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', acquire(A));
    const leased = cell.locks('s', acquire(A, { leaseTtlMs: 500 }));
    const waiting = cell.locks('t', acquire(A, { leaseTtlMs: 700 }));
    expect(cell.system(`timers/lock/${leased.ticket}`)).toMatchObject({ ttlMs: 500 });
    expect(cell.system(`timers/lock/${waiting.ticket}`), 'not while it waits').toBeUndefined();
    expect(cell.fire(`lock/${leased.ticket}`)).toBe(true);
    expect(cell.lockAt(A)).toMatchObject({ sessionId: 's', count: 1 });
    cell.by('s', release(A));
    expect(cell.fire(`lock/${waiting.ticket}`)).toBe(true);
    expect(cell.lockAt(A)).toMatchObject({ state: 'free', ended: { kind: 'expired', sessionId: 't' } });
    expect(cell.system(`timers/lock/${waiting.ticket}`)).toBeUndefined();
  });

  it('is widened only when it is adaptive, and never made shorter', () => {
    const cell = new Sessions(['s', 't']);
    const { ticket } = cell.locks('s', acquire(A, { leaseTtlMs: 500, adaptive: true }));
    const widen = (leaseTtlMs: number) => ({ kind: 'widenLock', ticket, leaseTtlMs }) as const;
    expect(cell.locks('s', widen(900))).toMatchObject({ state: 'held', leaseTtlMs: 900 });
    expect(cell.system(`timers/lock/${ticket}`)).toMatchObject({ ttlMs: 900 });
    expect(cell.refused('s', widen(800)).reason).toBe('INVALID_ARGUMENT');
    expect(cell.refused('t', widen(1_000)).reason).toBe('LOCK_NOT_HELD');
  });
});
