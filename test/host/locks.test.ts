/**
 * Guards locks through whole hosts: what belongs to a session needs one, a hand-over reaches every agent, a lock's own
 * lease ends it and a renewal keeps it, and the turn of the next slot comes by itself.
 */
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/agent/machine/commands.ts';
import { LOCKS, recordIdOf } from '../../src/agent/machine/coordination-records.ts';
import type { LockOutcome } from '../../src/agent/machine/coordination-results.ts';
import { MemoryCell, put } from '../support/memory-cell.ts';
import { renew } from './timer-steps.ts';
import { all, settled, THREE } from './write-steps.ts';

const LOCK = '/jobs/_lockable';

function acquire(leaseTtlMs = 0): Command {
  return { kind: 'acquireLock', path: LOCK, wait: true, leaseTtlMs, adaptive: false, lockDelayMs: 0, owner: '' };
}

const release: Command = { kind: 'releaseLock', path: LOCK, ticket: 0 };

class Locking {
  readonly cell = new MemoryCell(THREE);
  readonly leader = settled(this.cell).id;
  readonly follower = this.cell.followers()[0]!.id;
  readonly #sequences = new Map<string, number>();

  open(sessionId: string): void {
    const command: Command = { kind: 'openSession', sessionId, ttlMs: 60_000, owner: '' };
    this.cell.write(this.leader, command).value();
  }

  begin(sessionId: string, command: Command, id = this.follower) {
    const sequence = (this.#sequences.get(sessionId) ?? 0) + 1;
    this.#sequences.set(sessionId, sequence);
    return this.cell.write(id, command, { session: { id: sessionId, sequence, ackedBelow: sequence } });
  }

  lock(sessionId: string, command: Command): LockOutcome {
    return this.begin(sessionId, command).value().result.outcome as LockOutcome;
  }

  holder(id: string): string | undefined {
    return LOCKS.read(this.cell.host(id).state, recordIdOf(LOCK))?.sessionId;
  }
}

describe('a lock', () => {
  test('needs a session of whoever asks', () => {
    const { cell, leader } = new Locking();
    for (const command of [acquire(), release, { ...put('/a', 'x'), fencingToken: 7 } as Command]) {
      const call = cell.write(leader, command);
      expect(call.wait().ok).toBe(false);
      expect(call.error).toMatchObject({ reason: 'INVALID_ARGUMENT', message: expect.stringContaining('a session') });
    }
    const guarded = cell.write(leader, put(`${LOCK}/x`, 'x'));
    expect(guarded.wait().ok).toBe(false);
    expect(guarded.error).toMatchObject({ reason: 'LOCK_NOT_HELD', effect: 'not_done' });
  });

  test('goes on to whoever waits, and every agent sees it', () => {
    const locking = new Locking();
    for (const session of ['s', 't']) locking.open(session);
    const first = locking.lock('s', acquire());
    expect(locking.lock('t', acquire())).toMatchObject({ state: 'queued', position: 1 });
    locking.lock('s', release);
    locking.cell.clock.runUntil(() => ['a', 'b', 'c'].every((id) => locking.holder(id) === 't'));
    const call = locking.begin('s', { ...put(`${LOCK}/x`, 'x'), fencingToken: first.token } as Command);
    expect(call.wait().ok).toBe(false);
    expect(call.error).toMatchObject({ reason: 'TOKEN_STALE' });
  });

  test('ends with a lease of its own, which renewals keep alive', () => {
    const locking = new Locking();
    locking.open('s');
    const { ticket } = locking.lock('s', acquire(1_000));
    for (let round = 0; round < 4; round += 1) {
      locking.cell.clock.run(900);
      expect(locking.holder(locking.leader)).toBe('s');
      const renewal = renew(locking.cell, locking.follower, { timerId: `lock/${ticket}`, ageMs: 0 });
      locking.cell.clock.runUntil(() => renewal.outcome !== undefined);
      expect(renewal.outcome).toMatchObject({ ok: true, value: [{ renewed: true, ttlMs: 1_000 }] });
    }
    locking.cell.clock.run(1_500);
    expect(locking.holder(locking.leader)).toBe('');
  });

  test('that was granted and freed in one slot is granted in one of the next, by itself', () => {
    const locking = new Locking();
    for (const session of ['s', 't']) locking.open(session);
    const calls = [
      locking.begin('s', acquire(), locking.leader),
      locking.begin('s', release, locking.leader),
      locking.begin('t', acquire(), locking.leader),
    ];
    const slots = all(locking.cell, calls).map(({ result }) => result.slot);
    expect(new Set(slots).size).toBe(1);
    locking.cell.clock.run(200);
    expect(locking.holder(locking.follower)).toBe('t');
  });
});
