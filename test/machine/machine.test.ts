// Guards the frame around the commands: slots, stamps, void entries, hashes, compaction, refusals before proposing.

import { describe, expect, it } from 'vitest';
import type { AppliedState } from '../../src/agent/host/cell-port.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import { MachineInvariantError } from '../../src/agent/machine/invariant.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { validateCommand } from '../../src/agent/machine/validate.ts';
import { fc } from '../support/property.ts';
import { acquire, barrier, campaign, forceRelease, release, setLimit } from './coordination-driver.ts';
import { compare, Driver, fireTimer, grantLease, put, read, remove, SESSION, transact } from './driver.ts';
import { anyCommand } from './machine-moves.ts';

const compact = (floor: number): Command => ({ kind: 'compact', floor });

describe('the machine', () => {
  it('takes every slot once and in order', () => {
    const cell = new Driver();
    for (const slot of [0, 1, 3]) {
      expect(() => cell.machine.apply({ slot, era: '' }, { kind: 'noop', stampMs: 1 })).toThrow(MachineInvariantError);
    }
  });

  it('does nothing for a void entry but count its slot', () => {
    const cell = new Driver();
    const before = cell.machine.meta;
    const applied = cell.apply({ kind: 'void', stampMs: 9_999_999 });
    expect(applied).toEqual({ slot: before.appliedSlot + 1, outcomes: [], events: [] });
    const { appliedSlot, stateHash, ...rest } = cell.machine.meta;
    expect(rest).toEqual({ ...before, appliedSlot: undefined, stateHash: undefined });
    expect(appliedSlot).toBe(before.appliedSlot + 1);
    expect(stateHash).not.toBe(before.stateHash);
  });

  it('keeps the era it is told', () => {
    const cell = new Driver();
    cell.machine.apply({ slot: 2, era: '{"round":7,"agentId":"x"}' }, { kind: 'noop', stampMs: 1 });
    expect(cell.store.readMeta().era).toBe('{"round":7,"agentId":"x"}');
  });

  it('stamps never go back, whatever the clocks of leaders say', () => {
    const cell = new Driver();
    const stamped = (stampMs: number, sequence: number) =>
      cell.request({ sessionId: SESSION, sequence, ackedBelow: 0, digest: 0, command: put('/a') }, stampMs);
    stamped(5_000, 1);
    stamped(3_000, 2);
    stamped(6_000, 3);
    expect(cell.machine.history('user', '/a', 0, 0).map((change) => change.stampMs)).toEqual([6_000, 5_000, 5_000]);
  });

  it('shows its state as the host and the API read it', () => {
    const state: AppliedState = new Driver().machine;
    expect(state.appliedSlot).toBe(1);
  });

  it('continues from an adopted state', () => {
    const ahead = new Driver();
    for (let at = 0; at < 5; at += 1) ahead.write(put(`/${at}`));
    const behind = new Driver();
    behind.machine.adopt(ahead.store.clone());
    expect(behind.machine.appliedSlot).toBe(ahead.machine.appliedSlot);
    behind.sequence = ahead.sequence;
    for (const cell of [ahead, behind]) cell.write(put('/next'));
    expect(behind.machine.stateHash).toBe(ahead.machine.stateHash);
    expect(behind.machine.meta).toEqual(ahead.machine.meta);
  });

  it('never throws for a command, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 10 }), fc.array(hostile, { maxLength: 10 }), (some, others) => {
        const cell = new Driver();
        for (const command of [...some, ...others]) cell.do(command);
        for (const command of others) cell.sessionless(command);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a command of a kind it does not know', () => {
    for (const kind of ['launchRocket', 'constructor', '__proto__', 'toString']) {
      expect(new Driver().do({ kind } as never)).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    }
  });
});

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', '/\0', '/_internal', '\ud800', '￿'));
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -0, 2 ** 60));
const hostile: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(text, text).map(([key, leaseId]) => put(key, 'v', { leaseId })),
  text.map((key) => remove(key)),
  fc
    .tuple(text, text, anyNumber)
    .map(([start, end, number]) =>
      transact([compare(start, { end, number, leaseId: end })], [read(start, end, { limit: number })], [put(end)]),
    ),
  anyNumber.map(compact),
  fc
    .tuple(text, anyNumber)
    .map(([path, number]) => acquire(path, { leaseTtlMs: number, lockDelayMs: number, owner: path })),
  fc.tuple(text, anyNumber).map(([path, number]) => release(path, number)),
  text.map((path) => forceRelease(path)),
  text.map((path) => campaign(path, path)),
  fc
    .tuple(text, anyNumber)
    .map(([path, count]) => barrier(path, { kind: 'count', count }, [path], { timeoutMs: count, next: path })),
  fc.tuple(text, anyNumber).map(([key, by]): Command => ({ kind: 'increment', key, by })),
  fc.tuple(text, anyNumber).map(([name, limit]) => setLimit(name as never, limit)),
  fc.tuple(text, anyNumber).map(([id, ttlMs]) => grantLease(id, ttlMs)),
  fc.tuple(text, anyNumber).map(([id, generation]) => fireTimer(id, generation)),
  fc
    .tuple(text, anyNumber)
    .map(([sessionId, ttlMs]): Command => ({ kind: 'openSession', sessionId, ttlMs, owner: sessionId })),
  fc.tuple(text, text).map(
    ([agentId, name]): Command => ({
      kind: 'setParticipant',
      agentId,
      name,
      grpcAddress: name,
      httpAddress: name,
      labels: { [name]: agentId },
      version: name,
    }),
  ),
);

describe('the state hash', () => {
  it('differs when anything that was applied differs, and only then', () => {
    const hashAfter = (...commands: Command[]) => {
      const cell = new Driver();
      for (const command of commands) cell.do(command);
      return cell.machine.stateHash;
    };
    const variants = [
      [put('/a', 'x'), put('/b', 'y')],
      [put('/b', 'y'), put('/a', 'x')],
      [put('/a', 'x'), put('/b', 'z')],
      [put('/a', 'x'), put('/b', 'y', { leaseId: 'none' })],
      [put('/a', 'x'), remove('/a')],
      [put('/a', 'x'), remove('/b')],
      [put('/a', 'xy'), put('/b', '')],
      [put('/a', 'x')],
    ];
    const hashes = variants.map((variant) => hashAfter(...variant));
    expect(new Set(hashes).size).toBe(variants.length);
    expect(variants.map((variant) => hashAfter(...variant))).toEqual(hashes);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('sees every byte of a value when asked to, and the ends and length of a long one otherwise', () => {
    const hashOf = (value: Uint8Array, hashesWholeValues: boolean) => {
      const cell = new Driver({ hashesWholeValues });
      cell.write({ ...put('/a'), value });
      return cell.machine.stateHash;
    };
    const value = new Uint8Array(1_000);
    const changedAt = (at: number) => value.with(at, 1);
    for (const at of [0, 3, 127, 500, 997, 999]) expect(hashOf(changedAt(at), true)).not.toBe(hashOf(value, true));
    for (const at of [0, 127, 872, 999]) expect(hashOf(changedAt(at), false)).not.toBe(hashOf(value, false));
    expect(hashOf(changedAt(500), false)).toBe(hashOf(value, false));
    expect(hashOf(new Uint8Array(999), false)).not.toBe(hashOf(value, false));
  });
});

describe('compaction', () => {
  it('raises the floor and keeps what is seen from there', () => {
    const cell = new Driver();
    for (let at = 0; at < 5; at += 1) cell.write(put('/a', String(at)));
    cell.write(compact(3));
    expect(cell.machine.floor('user')).toBe(3);
    expect(cell.machine.revision('user')).toBe(5);
    expect(cell.text('/a', 3)).toBe('2');
    expect(cell.machine.history('user', '/a', 0, 0).map((change) => change.modRevision)).toEqual([5, 4, 3]);
    expect(cell.machine.revisionRefusal('user', 2)).toMatchObject({ reason: 'COMPACTED', floor: 3 });
    expect(cell.machine.revisionRefusal('user', 6)).toMatchObject({ reason: 'FUTURE_REVISION' });
    for (const revision of [0, 3, 5]) expect(cell.machine.revisionRefusal('user', revision)).toBeUndefined();
  });

  it('never lowers the floor or passes the newest revision', () => {
    const cell = new Driver();
    for (let at = 0; at < 5; at += 1) cell.write(put('/a'));
    cell.write(compact(4));
    expect(cell.refusal(compact(3))).toMatchObject({ reason: 'COMPACTED', floor: 4 });
    expect(cell.refusal(compact(6))).toMatchObject({ reason: 'FUTURE_REVISION' });
    expect(cell.refusal(compact(0)).reason).toBe('INVALID_ARGUMENT');
    expect(cell.write(compact(4)).succeeded).toBe(true);
    expect(cell.machine.floor('user')).toBe(4);
  });

  it('of the system keyspace happens by itself, in steps, at the same slot everywhere', () => {
    const cell = new Driver();
    const pin = (pin: 'voter' | 'none'): Command => ({ kind: 'pinRole', agentId: 'a', pin });
    cell.configure('a');
    while (cell.machine.revision('system') < 10_999) {
      const requests = Array.from({ length: 100 }, (_, at) => pin(at % 2 === 0 ? 'voter' : 'none'))
        .slice(0, 10_999 - cell.machine.revision('system'))
        .map((command) => ({ sessionId: '', sequence: 0, ackedBelow: 0, digest: 0, command }));
      cell.apply({ kind: 'command', stampMs: 1, requests });
    }
    expect(cell.machine.floor('system')).toBe(0);
    cell.write(grantLease('l'));
    expect(cell.machine.revision('system')).toBe(11_000);
    expect(cell.machine.floor('system')).toBe(1_000);
    expect(cell.store.changes('system', 0, 1)[0]!.modRevision).toBeLessThan(1_000);
    expect(cell.system(`sessions/${SESSION}`)).toBeDefined();
    expect(cell.machine.history('system', '/_internal/pins/a', 0, 0)).toHaveLength(10_000);
  });
});

describe('validation before proposing', () => {
  it.each<[Command, string]>([
    [put('no-slash'), 'starts with /'],
    [put('/a/../b'), 'segment ..'],
    [remove('/a/'), 'end with /'],
    [transact([], [put('x')]), 'starts with /'],
    [transact([], [], [read('x', 'y')]), 'starts with /'],
    [transact([compare('/a//b', {})], []), 'empty segments'],
    [compact(-1), 'floor'],
    [put('/_internal/x'), 'belongs to the cell'],
  ])('names the rule that %j breaks: %s', (command, rule) => {
    expect(validateCommand(command)).toContain(rule);
  });

  it('lets pass what the machine takes', () => {
    for (const command of [
      put('/a/b'),
      remove('/a'),
      grantLease('l'),
      compact(1),
      transact([], [read('/a/', '/a0')]),
    ]) {
      expect(validateCommand(command)).toBeUndefined();
    }
  });

  it('lets nothing pass that the machine would refuse as invalid', () => {
    fc.assert(
      fc.property(fc.oneof(anyCommand, hostile), (command) => {
        fc.pre(validateCommand(command) === undefined);
        const cell = new Driver();
        cell.configure('agent-1', 'agent-2');
        expect(cell.do(command)).not.toMatchObject({ reason: 'INVALID_ARGUMENT' });
      }),
    );
  });
});

describe('a machine on a store that was used before', () => {
  it('refuses a hash it cannot continue from', () => {
    const store = new MemoryStateStore();
    store.writeMeta({ ...store.readMeta(), stateHash: 'nonsense' });
    expect(() => new Machine(store)).toThrow(MachineInvariantError);
  });
});
