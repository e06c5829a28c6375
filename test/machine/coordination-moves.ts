import type { Command } from '../../src/agent/machine/commands.ts';
import { fc } from '../support/property.ts';

/** Random coordination: few paths and sessions, so that they meet; now and then what nobody may ask. */

const mostly = <T>(good: readonly T[], bad: readonly T[]) =>
  fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });

const lock = mostly(
  ['/a/_lockable', '/a/_lockable/x', '/a/_lockable/b/_lockable', '/é/_lockable'.replace('é', '\xc3\xa9')],
  ['/a', '', 'x/_lockable', '/_internal/_lockable'],
);
const election = mostly(['/e', '/e/2'], ['e']);
const path = mostly(['/p', '/p/2'], ['p', '/']);
const sessions = fc.uniqueArray(fc.constantFrom('s1', 's2', 's3'), { maxLength: 3 });
const ttlMs = mostly([0, 0, 1_000], [-1, 1, Number.NaN]);
const ticket = mostly([0, 0, 0, 8], [-1, 1.5]);
const text = mostly(['', 'me'], ['\u0000', '\ud800']);
const kind = <K extends string>(name: K) => fc.constant(name);

export const anyCoordination: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: kind('acquireLock'),
      path: lock,
      wait: mostly([true], [false]),
      leaseTtlMs: ttlMs,
      adaptive: fc.boolean(),
      lockDelayMs: ttlMs,
      owner: text,
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: kind('releaseLock'), path: lock, ticket }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('cancelLock'), path: lock, ticket }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('widenLock'), ticket: fc.integer({ min: 1, max: 30 }), leaseTtlMs: ttlMs }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('forceReleaseLock'), path: lock, by: text, why: text }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('campaign'), path: election, value: text, owner: text }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('resign'), path: election }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('proclaim'), path: election, value: text, tenure: mostly([0], [-1, 3]) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('createBarrier'),
      path,
      threshold: fc.oneof(
        fc.record({ kind: kind('full') }),
        fc.record({ kind: kind('count'), count: mostly([1, 2], [0]) }),
        fc.record({ kind: kind('percent'), percent: mostly([50, 100], [0]) }),
      ),
      members: sessions,
      isOpen: mostly([false], [true]),
      onDeath: fc.constantFrom('break', 'shrink'),
      timeoutMs: ttlMs,
      onTimeout: fc.constantFrom('break', 'release'),
      next: mostly(['', '/p/2'], ['p']),
      isArmed: mostly([true], [false]),
      owner: text,
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: kind('arriveAtBarrier'), path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('leaveBarrier', 'resetBarrier'), path }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('changeBarrierMembers'), path, add: sessions, remove: sessions }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('breakBarrier'), path, by: text, why: text }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteBarrier'), path }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('increment'),
      key: mostly(['/n', '/a/_lockable/n'], ['']),
      by: mostly([1, -2], [0.5]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('setLimit'),
      name: fc.constantFrom('locks', 'waitersPerLock', 'barriers'),
      limit: mostly([0, 1, 2], [-1]),
      by: text,
    }),
  },
);
