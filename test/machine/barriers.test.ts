// Guards barriers: nobody leaves before the threshold of distinct live members, one release per generation, and deaths
// that break or shrink as it was said (invariant 15).
import { describe, expect, it } from 'vitest';
import { arrive, barrier, Sessions, setLimit } from './coordination-driver.ts';

const P = '/phase';
const NEXT = '/phase/2';
const FOUR = ['s', 't', 'u', 'v'];
const FULL = { kind: 'full' } as const;
const leave = { kind: 'leaveBarrier', path: P } as const;
const reset = { kind: 'resetBarrier', path: P } as const;
const destroy = { kind: 'deleteBarrier', path: P } as const;
const breakIt = { kind: 'breakBarrier', path: P, by: 'Ada', why: 'enough' } as const;
const change = (add: string[], remove: string[]) => ({ kind: 'changeBarrierMembers', path: P, add, remove }) as const;

describe('a full barrier', () => {
  it('is released when all members have arrived, once per generation (invariant 15)', () => {
    const cell = new Sessions(FOUR);
    expect(cell.barrier('s', barrier(P, FULL, FOUR))).toMatchObject({ state: 'standing', generation: 1, required: 4 });
    for (const [index, session] of ['s', 't', 'u'].entries()) {
      expect(cell.barrier(session, arrive(P))).toMatchObject({ state: 'standing', arrived: index + 1, generation: 1 });
    }
    expect(cell.barrier('u', arrive(P)), 'arriving twice counts once').toMatchObject({ state: 'standing', arrived: 3 });
    expect(cell.barrier('v', arrive(P))).toMatchObject({ state: 'released', arrived: 4, required: 4, generation: 1 });
    expect(cell.barrierAt(P)).toMatchObject({
      generation: 2,
      arrived: 0,
      released: { generation: 1, kind: 'threshold' },
    });
    expect(cell.barrier('s', arrive(P))).toMatchObject({ state: 'standing', arrived: 1, generation: 2 });
  });

  it('lets members be added and removed while it stands', () => {
    const cell = new Sessions([...FOUR, 'w']);
    cell.by('s', barrier(P, FULL, ['s', 't']));
    cell.by('s', arrive(P));
    expect(cell.barrier('s', change(['u', 'v'], []))).toMatchObject({ members: 4, required: 4, arrived: 1 });
    expect(cell.barrier('t', arrive(P)).state).toBe('standing');
    expect(cell.barrier('s', change(['w'], ['u', 's'])), 'an arrival goes with its member').toMatchObject({
      arrived: 1,
    });
    cell.by('w', arrive(P));
    expect(cell.barrier('v', leave), 'nobody is left to wait for').toMatchObject({ state: 'released', arrived: 2 });
    expect(cell.refused('v', arrive(P)).reason).toBe('NOT_A_MEMBER');
    expect(cell.refused('v', leave).reason).toBe('NOT_A_MEMBER');
    expect(cell.refused('s', change([], ['v'])).reason).toBe('NOT_A_MEMBER');
    expect(cell.refused('s', change(['nobody'], [])).reason).toBe('SESSION_UNKNOWN');
  });

  it('is never released by becoming empty', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', barrier(P, FULL, ['s']));
    expect(cell.barrier('t', change([], ['s']))).toMatchObject({ state: 'standing', members: 0, required: 0 });
    cell.by('t', change(['t'], []));
    expect(cell.barrier('t', arrive(P)).state).toBe('released');
  });
});

describe('a partial barrier', () => {
  it('counts', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, { kind: 'count', count: 2 }, FOUR));
    cell.by('s', arrive(P));
    expect(cell.barrier('t', arrive(P))).toMatchObject({ state: 'released', arrived: 2 });
  });

  it('takes a percentage of the members at evaluation, rounded up, anew with every change of them', () => {
    const cell = new Sessions([...FOUR, 'w']);
    expect(cell.barrier('s', barrier(P, { kind: 'percent', percent: 51 }, FOUR)).required).toBe(3);
    cell.by('s', arrive(P));
    cell.by('t', arrive(P));
    expect(cell.barrier('w', change(['w'], [])).required).toBe(3);
    expect(cell.barrier('w', change([], ['w', 'v'])), '51 % of 3').toMatchObject({ state: 'released', required: 2 });
  });

  it('that is open takes whoever arrives, for one generation', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, { kind: 'count', count: 2 }, [], { isOpen: true }));
    expect(cell.barrier('t', arrive(P))).toMatchObject({ state: 'standing', members: 1 });
    cell.end('t');
    expect(cell.barrierAt(P)).toMatchObject({ members: 0, arrived: 0 });
    cell.by('u', arrive(P));
    expect(cell.barrier('v', arrive(P)).state).toBe('released');
    expect(cell.barrierAt(P)).toMatchObject({ members: 0, arrived: 0, generation: 2 });
    cell.end('u');
    expect(cell.barrierAt(P)).toMatchObject({ state: 'standing', generation: 2 });
  });
});

describe('a death', () => {
  it.each([true, false])('shrinks the barrier if it was created so; had it arrived: %s', (hadArrived) => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't', 'u']));
    if (hadArrived) cell.by('u', arrive(P));
    cell.by('s', arrive(P));
    cell.end('u');
    expect(cell.barrierAt(P)).toMatchObject({ state: 'standing', members: 2, arrived: 1, required: 2 });
    expect(cell.barrier('t', arrive(P))).toMatchObject({ state: 'released', arrived: 2 });
  });

  it('releases a barrier for those who are left', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't']));
    cell.by('s', arrive(P));
    cell.end('t');
    expect(cell.barrierAt(P)).toMatchObject({ generation: 2, released: { arrived: 1, required: 1 } });
  });

  it('breaks the barrier if it was created so, and it stands again when it is reset', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't', 'u'], { onDeath: 'break' }));
    cell.by('s', arrive(P));
    cell.end('u');
    expect(cell.barrierAt(P)).toMatchObject({ state: 'broken', broken: { kind: 'death', by: 'u', generation: 1 } });
    expect(cell.refused('t', arrive(P))).toMatchObject({
      reason: 'BARRIER_BROKEN',
      message: expect.stringContaining('by u'),
    });
    expect(cell.barrier('t', reset)).toMatchObject({ state: 'standing', generation: 2, arrived: 0, members: 2 });
    cell.by('s', arrive(P));
    expect(cell.barrier('t', arrive(P)).state).toBe('released');
    expect(cell.refused('t', reset).reason).toBe('BARRIER_STANDING');
  });
});

describe('a timed barrier', () => {
  it('breaks when its time is over, counted from the first arrival', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't'], { timeoutMs: 500 }));
    expect(cell.fire('barrier/phase'), 'nobody waits yet').toBe(false);
    cell.by('s', arrive(P));
    expect(cell.system('timers/barrier/phase')).toMatchObject({ ttlMs: 500 });
    expect(cell.fire('barrier/phase')).toBe(true);
    expect(cell.barrierAt(P)).toMatchObject({ state: 'broken', broken: { kind: 'timeout' } });
    expect(cell.fire('barrier/phase')).toBe(false);
  });

  it('releases those who came if it was created so, and says that it was the time', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't'], { timeoutMs: 500, onTimeout: 'release' }));
    cell.by('s', arrive(P));
    cell.fire('barrier/phase');
    expect(cell.barrierAt(P)).toMatchObject({ generation: 2, released: { kind: 'timeout', arrived: 1, required: 2 } });
    expect(cell.system('timers/barrier/phase')).toBeUndefined();
    cell.by('s', arrive(P));
    expect(cell.barrier('t', arrive(P)).state).toBe('released');
    expect(cell.system('timers/barrier/phase'), 'a release ends the time').toBeUndefined();
  });

  it('does not count while nobody waits', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't', 'u'], { timeoutMs: 500 }));
    cell.by('s', arrive(P));
    cell.by('s', leave);
    expect(cell.fire('barrier/phase')).toBe(false);
    cell.by('t', arrive(P));
    cell.by('t', destroy);
    expect(cell.system('timers/barrier/phase')).toBeUndefined();
  });
});

describe('cascading barriers', () => {
  it('arm the next one with each release', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', barrier(P, FULL, ['s'], { next: NEXT }));
    cell.by('s', barrier(NEXT, FULL, ['t'], { isArmed: false, timeoutMs: 500 }));
    expect(cell.barrier('t', arrive(NEXT)), 'it is not armed yet').toMatchObject({ state: 'standing', arrived: 1 });
    expect(cell.system('timers/barrier/phase/2')).toBeUndefined();
    cell.by('s', arrive(P));
    expect(cell.barrierAt(NEXT)).toMatchObject({ generation: 2, isArmed: false, released: { generation: 1 } });
    cell.by('s', arrive(P));
    expect(cell.barrierAt(NEXT)).toMatchObject({ generation: 2, isArmed: true });
    expect(cell.barrier('t', arrive(NEXT)).state).toBe('released');
  });

  it('are armed by a death only when whoever died has left all of them (invariant 15)', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('t', barrier(P, FULL, ['s', 't'], { next: NEXT }));
    cell.by('t', barrier(NEXT, { kind: 'count', count: 1 }, [], { isOpen: true, isArmed: false }));
    expect(cell.barrier('s', arrive(NEXT)), 'it is not armed yet').toMatchObject({ state: 'standing', arrived: 1 });
    cell.by('t', arrive(P));
    cell.end('s');
    expect(cell.barrierAt(P)).toMatchObject({ generation: 2, members: 1 });
    expect(cell.barrierAt(NEXT), 'nobody alive has arrived').toMatchObject({
      ...{ generation: 1, isArmed: true, members: 0, arrived: 0 },
    });
    expect(cell.barrier('t', arrive(NEXT))).toMatchObject({ state: 'released', arrived: 1 });
  });

  it('may form a ring, which stops for want of arrivals', () => {
    const cell = new Sessions(['s', 't']);
    cell.by('s', barrier(P, FULL, ['s'], { next: NEXT }));
    cell.by('s', barrier(NEXT, FULL, ['t'], { next: P, isArmed: false }));
    cell.by('t', arrive(NEXT));
    cell.by('s', arrive(P));
    expect([cell.barrierAt(P)!.generation, cell.barrierAt(NEXT)!.generation]).toEqual([2, 2]);
  });
});

describe('a barrier', () => {
  it('is left, broken and deleted only when somebody says so', () => {
    const cell = new Sessions(FOUR);
    cell.by('s', barrier(P, FULL, ['s', 't']));
    expect(cell.refused('s', barrier(P, FULL, ['s'])).reason).toBe('BARRIER_EXISTS');
    cell.by('s', arrive(P));
    expect(cell.barrier('v', breakIt)).toMatchObject({ state: 'broken', generation: 1 });
    expect(cell.refused('v', breakIt).message).toContain('by Ada: enough');
    expect(cell.barrier('v', destroy).state).toBe('deleted');
    for (const command of [destroy, breakIt, leave, reset, arrive(P), change(['s'], [])]) {
      expect(cell.refused('s', command).reason).toBe('BARRIER_UNKNOWN');
    }
    for (const session of FOUR) cell.end(session);
    expect(cell.store.rangePlain('/_internal/barrier-index/session', '/_internal/barrier-index/sessioo', 0)).toEqual(
      [],
    );
    expect(
      cell.machine.range('system', {
        start: '/_internal/barrier-members/',
        end: '/_internal/barrier-members0',
        limit: 0,
      }),
    ).toEqual([]);
  });

  it('counts towards the limit while it is there', () => {
    const cell = new Sessions(['s']);
    cell.by('s', setLimit('barriers', 1));
    cell.by('s', barrier(P, FULL, ['s']));
    expect(cell.refused('s', barrier(NEXT, FULL, ['s']))).toMatchObject({
      reason: 'LIMIT_EXCEEDED',
      limit: 'barriers',
    });
    cell.by('s', destroy);
    cell.by('s', barrier(NEXT, FULL, ['s']));
  });

  it.each([
    [barrier(P, { kind: 'count', count: 0 }, ['s']), 'at least one'],
    [barrier(P, { kind: 'count', count: 1.5 }, ['s']), 'at least one'],
    [barrier(P, { kind: 'percent', percent: 0 }, ['s']), '1 to 100'],
    [barrier(P, { kind: 'percent', percent: 101 }, ['s']), '1 to 100'],
    [barrier(P, FULL, []), 'at least one'],
    [barrier(P, FULL, ['s'], { isOpen: true }), 'needs a count'],
    [barrier(P, FULL, ['s', 's']), 'named twice'],
    [barrier(P, FULL, ['s'], { next: P }), 'cannot arm itself'],
    [barrier(P, FULL, ['s'], { timeoutMs: 5 }), 'TTL'],
    [barrier('phase', FULL, ['s']), 'path'],
    [change([], []), 'nobody is named'],
  ])('%# is refused: %s', (command, message) => {
    const cell = new Sessions(['s']);
    expect(cell.refused('s', command)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});
