// Guards the rules of time for renewals: who acknowledges one, when, and what it moves.

import { describe, expect, test } from 'vitest';
import { consensusConfig } from '../../src/agent/config.ts';
import type { RenewOutcome } from '../../src/agent/host/messages.ts';
import { TimerBook } from '../../src/agent/host/timers.ts';
import { MemoryCell } from '../support/memory-cell.ts';
import {
  bookOf,
  isAlive,
  isHeartbeat,
  isHostMessage,
  itemOf,
  open,
  outcomeOf,
  renew,
  THREE,
  TTL_MS,
  waited,
} from './timer-steps.ts';

describe('renewals', () => {
  test('the deadline of the leader restarts at receipt', () => {
    const cell = new MemoryCell(THREE);
    const { id } = cell.leader();
    open(cell, id);
    cell.clock.run(TTL_MS);
    const receivedMs = cell.clock.nowMs;
    expect(outcomeOf(waited(cell, renew(cell, id)))).toEqual({ timerId: 'session/s', renewed: true, ttlMs: TTL_MS });
    cell.clock.run(TTL_MS * 1.25 - 10 - (cell.clock.nowMs - receivedMs));
    expect(isAlive(cell, id)).toBe(true);
    cell.clock.run(100);
    expect(isAlive(cell, id)).toBe(false);
  });

  test('one is acknowledged only after a heartbeat round that started after it was received', () => {
    const cell = new MemoryCell(THREE);
    const { id } = cell.leader();
    open(cell, id);
    cell.deliver = (_from, _to, message) => !isHeartbeat(message);
    const call = renew(cell, id);
    cell.clock.run(100);
    expect(call.outcome).toBeUndefined();
    cell.deliver = () => true;
    expect(outcomeOf(waited(cell, call))?.renewed).toBe(true);
  });

  test('a leader that is cut off acknowledges nothing', () => {
    const cell = new MemoryCell(THREE);
    const { id } = cell.leader();
    open(cell, id);
    cell.deliver = (from, to) => from !== id && to !== id;
    const call = renew(cell, id);
    cell.clock.run(10_000);
    expect(call.outcome).toMatchObject({ ok: false, error: { reason: 'NO_MAJORITY', effect: 'unknown' } });
  });

  test('none is acknowledged once the end is proposed, even when it was received before', () => {
    const consensus = consensusConfig({ electionMinMs: 2_000, electionMaxMs: 3_000 });
    const cell = new MemoryCell({ ...THREE, config: { consensus } });
    const { id } = cell.leader();
    const ttlMs = 200;
    open(cell, id, 's', ttlMs);
    // The round that would acknowledge it takes longer than the TTL, so the end is proposed first.
    cell.deliver = (_from, _to, message) => !isHeartbeat(message);
    const call = renew(cell, id);
    cell.clock.run(ttlMs * 1.25 + 60);
    cell.deliver = () => true;
    expect(outcomeOf(waited(cell, call))).toEqual({ timerId: 'session/s', renewed: false, ttlMs: 0 });
    expect(isAlive(cell, id)).toBe(false);
  });

  test('none moves or acknowledges a timer whose end is proposed', () => {
    const book = bookOf([{ timerId: 'session/s', ttlMs: 100, generation: 1 }]);
    book.restart('session/s', 50);
    expect(book.takeDue(174, 10)).toEqual([]);
    expect(book.takeDue(175, 10)).toMatchObject([{ timerId: 'session/s', generation: 1 }]);
    book.restart('session/s', 176);
    expect(book.renewable('session/s')).toBeUndefined();
    expect(book.takeDue(10_000, 10)).toEqual([]);
    // Opened anew under another generation.
    book.started({ timerId: 'session/s', ttlMs: 100, generation: 2 }, 200);
    expect(book.renewable('session/s')).toBe(100);
  });

  test('none is acknowledged before the own no-op of the leader is applied', () => {
    const book = new TimerBook();
    expect(book.isRunning).toBe(false);
    expect(book.renewable('session/s')).toBeUndefined();
    expect(bookOf([{ timerId: 'session/s', ttlMs: 100, generation: 1 }]).renewable('session/s')).toBe(100);
  });

  test('one that was held keeps the first sending of the client', () => {
    const cell = new MemoryCell(THREE);
    const leader = cell.leader();
    const [follower] = cell.followers();
    open(cell, leader.id, 's', 60_000);
    cell.deliver = (from) => from !== follower!.id;
    const call = renew(cell, follower!.id, { timerId: 'session/s', ageMs: 70 });
    cell.clock.run(1_500);
    cell.deliver = () => true;
    expect(outcomeOf(waited(cell, call))?.renewed).toBe(true);
    const ages = follower!.sent.flatMap(({ message }) =>
      message.kind === 'host' && message.message.kind === 'renew'
        ? message.message.items.filter(({ timerId }) => timerId === 'session/s').map(({ ageMs }) => ageMs)
        : [],
    );
    expect(ages[0]).toBe(70);
    expect(ages.length).toBeGreaterThan(1);
    for (let index = 1; index < ages.length; index += 1) {
      expect(ages[index]! - ages[index - 1]!).toBeGreaterThanOrEqual(500);
    }
  });

  test('a renewal is not journaled', () => {
    const cell = new MemoryCell(THREE);
    const { id, host } = cell.leader();
    open(cell, id);
    cell.clock.run(100);
    const { chosenThrough } = host.status;
    for (let round = 0; round < 5; round += 1) waited(cell, renew(cell, id));
    expect(host.status.chosenThrough).toBe(chosenThrough);
  });

  test('renewals of one turn share one call to the leader', () => {
    const cell = new MemoryCell(THREE);
    const { id } = cell.leader();
    const [follower] = cell.followers();
    open(cell, id, 's', 60_000);
    follower!.sent.length = 0;
    const calls = Array.from({ length: 20 }, () => renew(cell, follower!.id));
    for (const call of calls) expect(outcomeOf(waited(cell, call))?.renewed).toBe(true);
    expect(follower!.sent.filter(({ message }) => isHostMessage(message, 'renew'))).toHaveLength(1);
  });

  test('a call to the leader renews ten thousand at most, however many are asked for together', () => {
    const cell = new MemoryCell(THREE);
    const { id } = cell.leader();
    const [follower] = cell.followers();
    open(cell, id, 's', 60_000);
    open(cell, id, 't', 60_000);
    follower!.sent.length = 0;
    const absent = (count: number) => Array.from({ length: count }, (_, index) => itemOf(`lease/${index}`));
    const items = [itemOf('session/s'), ...absent(45_000), itemOf('session/t')];
    let outcomes: readonly RenewOutcome[] = [];
    cell.host(follower!.id).renew(items, (answer) => {
      if (answer.ok) outcomes = answer.value;
    });
    const calls = [renew(cell, follower!.id), renew(cell, follower!.id)];
    cell.clock.runUntil(() => outcomes.length > 0);
    for (const call of calls) expect(outcomeOf(waited(cell, call))?.renewed).toBe(true);
    expect(outcomes.map(({ timerId }) => timerId)).toEqual(items.map(({ timerId }) => timerId));
    expect(outcomes.flatMap(({ timerId, renewed }) => (renewed ? [timerId] : []))).toEqual(['session/s', 'session/t']);
    const sizes = follower!.sent.flatMap(({ message }) =>
      message.kind === 'host' && message.message.kind === 'renew' ? [message.message.items.length] : [],
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000);
    expect(sizes.length).toBeLessThanOrEqual(6);
  });

  test('what does not exist is not renewed', () => {
    const cell = new MemoryCell(THREE);
    cell.leader();
    const call = renew(cell, 'a', { timerId: 'lease/none', ageMs: 0 });
    expect(outcomeOf(waited(cell, call))?.renewed).toBe(false);
  });
});
