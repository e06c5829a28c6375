// Guards exactly-once on the way: a write that is sent again happens once, and every caller hears of its own command.

import { describe, expect, test } from 'vitest';
import { decodeBundle } from '../../src/agent/host/bundle-codec.ts';
import type { PeerMessage } from '../../src/agent/host/ports.ts';
import { type Agent, create, MemoryCell, put, text } from '../support/memory-cell.ts';
import { all, isHost, proposed, settled, THREE } from './write-steps.ts';

describe('repeats', () => {
  test('a forwarded call without an answer is sent again under the same sequence', () => {
    const cell = new MemoryCell(THREE);
    settled(cell);
    const [follower] = cell.followers();
    let lost = 0;
    cell.deliver = (_from, _to, message) => !isHost(message, 'forward') || lost++ > 0;
    const { result } = cell.write(follower!.id, create('/x', '1')).value();
    expect(result.succeeded).toBe(true);
    const calls = follower!.sent.flatMap(({ message }) =>
      message.kind === 'host' && message.message.kind === 'forward' ? [message.message] : [],
    );
    expect(calls.length).toBeGreaterThan(1);
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(calls.length);
    expect(new Set(calls.flatMap(({ requests }) => requests.map(({ sequence }) => sequence))).size).toBe(1);
  });

  test('an answer that is lost leads to a repeat that does not happen twice', () => {
    const cell = new MemoryCell(THREE);
    settled(cell);
    const [follower] = cell.followers();
    // It hears nothing back, and knows neither that the entry was proposed nor that it was chosen.
    cell.deliver = (_from, to, message) => to !== follower!.id || isHost(message, 'cellReport');
    const call = cell.write(follower!.id, create('/x', '1'), { timeoutMs: 20_000 });
    cell.clock.run(2_000);
    cell.deliver = () => true;
    expect(call.value().result.succeeded).toBe(true);
    expect(call.answers).toBe(1);
  });

  test('whoever does not lead says so, and the write finds the leader', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [one, two] = cell.followers();
    let asked = 0;
    // A call that arrives at another follower, as after a change of leader that the sender has not heard of.
    cell.deliver = (from, to, message) => {
      if (from === one!.id && to === leader.id && isHost(message, 'forward') && asked++ === 0) {
        two!.host.receive({ ...(message as Extract<PeerMessage, { kind: 'host' }>), to: two!.id });
        return false;
      }
      return true;
    };
    cell.write(one!.id, put('/x', '1')).value();
    const replies = two!.sent.flatMap(({ message }) =>
      message.kind === 'host' && message.message.kind === 'forwardReply' ? [message.message.fate] : [],
    );
    expect(replies).toEqual(['notLeader']);
  });

  test('a copy of a call that the network made is not answered', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [follower] = cell.followers();
    cell.deliver = (_from, to, message) => {
      if (to === leader.id && isHost(message, 'forward')) leader.host.receive(message);
      return true;
    };
    cell.write(follower!.id, create('/x', '1')).value();
    cell.clock.run(100);
    const fates = leader.sent.flatMap(({ message }) =>
      message.kind === 'host' && message.message.kind === 'forwardReply' ? [message.message.fate] : [],
    );
    expect(fates).toEqual(['proposed']);
    expect(proposed(leader).map(({ payload }) => decodeBundle(payload).length)).toEqual([1]);
  });

  test('a copy that arrives when the leadership is over is not answered either', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [follower] = cell.followers();
    let call: PeerMessage | undefined;
    cell.deliver = (_from, to, message) => {
      if (to === leader.id && isHost(message, 'forward')) call = message;
      return true;
    };
    cell.write(follower!.id, create('/x', '1')).value();
    leader.host.transferLeadership(follower!.id, () => {});
    cell.clock.runUntil(() => leader.host.status.role !== 'leader');
    leader.sent.length = 0;
    leader.host.receive(call as PeerMessage);
    expect(leader.sent.filter(({ message }) => isHost(message, 'forwardReply'))).toEqual([]);
  });

  test('the same sequence twice on one agent waits for one execution', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    cell.write(leader.id, { kind: 'openSession', sessionId: 's', ttlMs: 60_000, owner: 'test' }).value();
    const session = { id: 's', sequence: 1, ackedBelow: 1 };
    const calls = [create('/x', '1'), create('/x', '1')].map((command) => cell.write(leader.id, command, { session }));
    const outcomes = all(cell, calls);
    expect(outcomes.map(({ result }) => result.succeeded)).toEqual([true, true]);
    const other = cell.write(leader.id, create('/x', '1'), { session }).value();
    expect(other.result).toEqual(outcomes[0]!.result);
  });

  test('the same sequence for another command is refused', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    cell.write(leader.id, { kind: 'openSession', sessionId: 's', ttlMs: 60_000, owner: 'test' }).value();
    const session = { id: 's', sequence: 1, ackedBelow: 1 };
    const first = cell.write(leader.id, put('/x', '1'), { session });
    const joining = cell.write(leader.id, put('/x', '2'), { session });
    first.value();
    joining.wait();
    expect(joining.error.reason).toBe('SEQUENCE_REUSED');
    const later = cell.write(leader.id, put('/x', '3'), { session });
    later.wait();
    expect(later.error.reason).toBe('SEQUENCE_REUSED');
    expect(text(leader.host, '/x')).toBe('1');
  });
});

describe('two commands that claim one place through two agents', () => {
  const session = { id: 's', sequence: 1, ackedBelow: 1 };

  function opened(cell: MemoryCell): Agent {
    const leader = settled(cell);
    cell.write(leader.id, { kind: 'openSession', sessionId: 's', ttlMs: 60_000, owner: 'test' }).value();
    return leader;
  }

  test('each get their own answer: one is executed, the other refused', () => {
    const cell = new MemoryCell(THREE);
    const leader = opened(cell);
    const [one, other] = cell.followers();
    const executed = cell.write(one!.id, put('/one', '1'), { session });
    cell.clock.run(1);
    const refused = cell.write(other!.id, put('/other', '1'), { session });
    expect(executed.value().result.succeeded).toBe(true);
    refused.wait();
    expect(refused.error).toMatchObject({ reason: 'SEQUENCE_REUSED', effect: 'not_done' });
    expect(text(leader.host, '/one')).toBe('1');
    expect(text(leader.host, '/other')).toBeUndefined();
  });

  test('also when a snapshot skipped the slot in which one was executed', () => {
    const cell = new MemoryCell(THREE);
    const leader = opened(cell);
    const [behind, other] = cell.followers();
    cell.deliver = (from, to) => from !== behind!.id && to !== behind!.id;
    const refused = cell.write(behind!.id, put('/behind', '1'), { session, timeoutMs: 60_000 });
    expect(cell.write(leader.id, put('/one', '1'), { session }).value().result.succeeded).toBe(true);
    cell.clock.run(100);
    for (const { host, disk } of [leader, other!]) {
      host.flush();
      disk.dropBelow(host.status.applied + 1);
      disk.onFloor(host.status.applied + 1);
    }
    // Nothing that it asks arrives before it has the snapshot.
    const isForward = (message: PeerMessage) => isHost(message, 'forward');
    cell.deliver = (from, _to, message) => from !== behind!.id || !isForward(message);
    refused.wait();
    expect(refused.error).toMatchObject({ reason: 'SEQUENCE_REUSED', effect: 'not_done' });
    expect(text(behind!.host, '/one')).toBe('1');
  });
});
