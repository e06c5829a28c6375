/**
 * Guards the rules of time: what must happen in time is a timer entry, nothing ends early, and a renewal is worth only what
 * a leadership proves after it was received. One test for each sentence.
 */
import { describe, expect, test } from 'vitest';
import { hostConfig } from '../../src/agent/config.ts';
import type { Bundles } from '../../src/agent/host/bundles.ts';
import type { HostContext } from '../../src/agent/host/host-context.ts';
import type { Unit } from '../../src/agent/host/pending-write.ts';
import { TimerDuty } from '../../src/agent/host/timer-duty.ts';
import { TimerBook } from '../../src/agent/host/timers.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { TIMERS } from '../../src/agent/machine/system-records.ts';
import { ManualClock, manualPorts } from '../support/manual-ports.ts';
import { MemoryCell } from '../support/memory-cell.ts';
import { bookOf, isAlive, itemOf, open, outcomeOf, renew, THREE, TTL_MS, waited } from './timer-steps.ts';

describe('ends', () => {
  test('the leader waits TTL x 1.25 before it proposes an end', () => {
    const cell = new MemoryCell(THREE);
    const { id } = cell.leader();
    const openedMs = open(cell, id);
    cell.clock.run(TTL_MS * 1.25 - 10 - (cell.clock.nowMs - openedMs));
    expect(isAlive(cell, id)).toBe(true);
    cell.clock.run(100);
    expect(isAlive(cell, id)).toBe(false);
  });

  test('a new leader grants the full TTL again from the moment it applied its own no-op', () => {
    const cell = new MemoryCell(THREE);
    const first = cell.leader();
    open(cell, first.id);
    cell.clock.run(TTL_MS);
    cell.crash(first.id);
    const second = cell.leader();
    const ledMs = cell.clock.nowMs;
    cell.clock.run(TTL_MS * 1.25 - 100 - (cell.clock.nowMs - ledMs));
    expect(isAlive(cell, second.id)).toBe(true);
    cell.clock.run(300);
    expect(isAlive(cell, second.id)).toBe(false);
  });

  test('an end that a deposed leader proposed is never repeated by the next one', () => {
    const cell = new MemoryCell(THREE);
    const first = cell.leader();
    open(cell, first.id);
    // The end is proposed, and reaches nobody.
    cell.clock.run(TTL_MS * 1.25 - 60);
    cell.deliver = (from, to) => from !== first.id && to !== first.id;
    cell.clock.run(100);
    cell.clock.runUntil(() => cell.followers().length > 0 && !first.host.replica.isLeaderReady);
    cell.deliver = () => true;
    const second = cell.leader();
    expect(outcomeOf(waited(cell, renew(cell, second.id)))?.renewed).toBe(true);
    expect(isAlive(cell, second.id)).toBe(true);
  });

  test('ten thousand deadlines that move again and again cost little, and each is due once', () => {
    const timers = Array.from({ length: 10_000 }, (_, index) => ({
      timerId: `l${index}`,
      ttlMs: 1_000,
      generation: 1,
    }));
    const book = bookOf(timers);
    for (let round = 1; round <= 20; round += 1) {
      for (const { timerId } of timers) book.restart(timerId, round * 500);
      expect(book.takeDue(round * 500, 100)).toEqual([]);
    }
    const due: string[] = [];
    expect(book.takeDue(11_249, 100)).toEqual([]);
    for (let more = book.takeDue(11_250, 100); more.length > 0; more = book.takeDue(11_250, 100)) {
      due.push(...more.map(({ timerId }) => timerId));
    }
    expect(new Set(due).size).toBe(10_000);
    expect(due).toHaveLength(10_000);
  });

  test('timers that fall due together all end', () => {
    const cell = new MemoryCell({ voters: ['a'] });
    cell.leader();
    const calls = Array.from({ length: 2_000 }, (_, index) =>
      cell.write('a', { kind: 'grantLease', leaseId: `l${index}`, ttlMs: 2_000 }),
    );
    cell.clock.runUntil(() => calls.every(({ answer }) => answer !== undefined));
    expect(calls.every(({ answer }) => answer?.ok)).toBe(true);
    const leases = () => cell.host('a').state.count('system', '/_internal/leases/', '/_internal/leases0');
    expect(leases()).toBe(2_000);
    cell.clock.runUntil(() => leases() === 0, 10_000);
  });
});

describe('a new leader that has many timers to read', () => {
  const MANY = 2_000;

  test('reads them in portions, and grants each its full TTL', () => {
    const cell = new MemoryCell({ voters: ['a', 'b', 'c'] });
    const first = cell.leader();
    const calls = Array.from({ length: MANY }, (_, index) =>
      cell.write(first.id, { kind: 'grantLease', leaseId: `l${index}`, ttlMs: TTL_MS }),
    );
    cell.clock.runUntil(() => calls.every(({ answer }) => answer?.ok === true));
    const portions: number[] = [];
    for (const { store } of cell.followers()) {
      const range = store.range.bind(store);
      store.range = (space, query) => {
        const records = range(space, query);
        if (query.start.startsWith('/_internal/timers/')) portions.push(records.length);
        return records;
      };
    }
    cell.crash(first.id);
    const second = cell.leader();
    const ledMs = cell.clock.nowMs;
    const call = renew(cell, second.id, itemOf('lease/l7'));
    expect(outcomeOf(waited(cell, call))?.renewed).toBe(true);
    expect(portions.reduce((sum, length) => sum + length)).toBeGreaterThanOrEqual(MANY);
    expect(Math.max(...portions)).toBeLessThanOrEqual(512);
    const leases = () => second.host.state.count('system', '/_internal/leases/', '/_internal/leases0');
    cell.clock.run(TTL_MS * 1.25 - 100 - (cell.clock.nowMs - ledMs));
    expect(leases()).toBe(MANY);
    cell.clock.runUntil(() => leases() === 0, 10_000);
  });

  test('misses nothing that starts or ends meanwhile, and nothing ends before all are known', () => {
    const store = new MemoryStateStore();
    const machine = new Machine(store);
    const book = new TimerBook();
    const clock = new ManualClock();
    const config = hostConfig('test');
    const proposed: Unit[] = [];
    const bundles = { add: (unit: Unit) => proposed.push(unit) > 0 } as unknown as Bundles;
    const context = {
      config,
      ports: manualPorts({ clock }),
      wake: () => {},
      get applied() {
        return machine.appliedSlot;
      },
    } as unknown as HostContext;
    const duty = new TimerDuty(context, { book, bundles, machine });
    let sequence = 0;
    const apply = (...commands: Command[]): void => {
      const requests = commands.map((command) => {
        const isOpening = command.kind === 'openSession';
        if (!isOpening) sequence += 1;
        const place = isOpening ? { sessionId: '', sequence: 0 } : { sessionId: 's', sequence };
        return { ...place, ackedBelow: place.sequence, digest: 1, command };
      });
      const slot = machine.appliedSlot + 1;
      const { events, outcomes } = machine.apply({ slot, era: '{}' }, { kind: 'command', stampMs: 1, requests });
      for (const { result } of outcomes) expect(result.kind).not.toBe('refused');
      duty.observe(events);
      duty.applied(slot);
    };
    const grant = (index: number): Command => ({ kind: 'grantLease', leaseId: leaseId(index), ttlMs: 1_000 });
    const revoke = (index: number): Command => ({ kind: 'revokeLease', leaseId: leaseId(index) });
    apply({ kind: 'openSession', sessionId: 's', ttlMs: 1_000_000, owner: '' });
    apply(...Array.from({ length: MANY }, (_, index) => grant(index)));
    duty.leaderReady(machine.appliedSlot);
    expect(duty.load()).toBe(true);
    // Ahead of what is loaded, and behind it; gone, new, and started anew.
    apply(revoke(3), revoke(MANY - 3), revoke(4), revoke(MANY - 4));
    apply(grant(4), grant(MANY - 4), grant(MANY + 1));
    while (duty.load()) {
      expect(book.isRunning).toBe(false);
      // Longer than their TTL: those that are known would be due.
      clock.run(2_000);
    }
    expect(book.isRunning).toBe(true);
    clock.run(1_249);
    expect(proposed).toEqual([]);
    clock.run(1_000);
    const due = proposed.map(({ requests }) => requests[0]!.command as Extract<Command, { kind: 'fireTimer' }>);
    const expected = TIMERS.list(machine).filter(({ id }) => id.startsWith('lease/'));
    const byId = (a: { timerId: string }, b: { timerId: string }) => (a.timerId < b.timerId ? -1 : 1);
    expect(due.map(({ timerId, generation }) => ({ timerId, generation })).sort(byId)).toEqual(
      expected.map(({ id, value }) => ({ timerId: id, generation: value.generation })).sort(byId),
    );
    expect(due).toHaveLength(MANY - 1);

    function leaseId(index: number): string {
      return `l${String(index).padStart(6, '0')}`;
    }
  });
});

test('timers that ended early do not stay until their deadline', () => {
  const book = bookOf([]);
  const ttlMs = 365 * 24 * 3_600_000;
  for (let index = 0; index < 20_000; index += 1) {
    book.started({ timerId: `l${index}`, ttlMs, generation: index }, index);
    if (index % 10 !== 0) book.ended(`l${index}`);
  }
  expect(book.queued).toBeLessThan(2 * 2_000 + 1_100);
  const due: number[] = [];
  for (let more = book.takeDue(2 * ttlMs, 100); more.length > 0; more = book.takeDue(2 * ttlMs, 100)) {
    due.push(...more.map(({ generation }) => generation));
  }
  expect(due).toEqual(Array.from({ length: 2_000 }, (_, index) => 10 * index));
});

test('what is left is told as it is counted: with the time that the leader waits longer, and by nobody else', () => {
  const book = new TimerBook();
  const timer = { timerId: 'session/a', ttlMs: 1_000, generation: 1 };
  expect(book.countdowns(['session/a'], 0)).toBeUndefined();
  book.begin();
  book.load([timer], 0);
  expect(book.countdowns(['session/a'], 0)).toBeUndefined();
  // Nobody could renew it before.
  book.complete(400);
  expect(book.countdowns(['session/a', 'session/b'], 400)).toEqual([
    { timerId: 'session/a', remainingMs: 1_250, ttlMs: 1_000 },
  ]);
  expect(book.countdowns(['session/a'], 900)).toMatchObject([{ remainingMs: 750 }]);
  book.restart('session/a', 900);
  expect(book.countdowns(['session/a'], 900)).toMatchObject([{ remainingMs: 1_250 }]);
  book.takeDue(10_000, 1);
  expect(book.countdowns(['session/a'], 10_000)).toMatchObject([{ remainingMs: 0 }]);
  book.ended('session/a');
  expect(book.countdowns(['session/a'], 10_000)).toEqual([]);
  book.end();
  expect(book.countdowns(['session/a'], 10_000)).toBeUndefined();
});
