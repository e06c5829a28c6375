/**
 * Guards how writes find the leader: bundled, repeated under the same sequence while their fate is in doubt, refused only
 * when they were never sent, and executed at most once.
 */
import { describe, expect, test } from 'vitest';
import { consensusConfig } from '../../src/agent/config.ts';
import { decodeBundle } from '../../src/agent/host/bundle-codec.ts';
import { type Agent, MemoryCell, put, text } from '../support/memory-cell.ts';
import { all, isHost, proposed, settled, THREE } from './write-steps.ts';

describe('bundles', () => {
  test('requests of one turn share one entry', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    all(
      cell,
      Array.from({ length: 50 }, (_, index) => cell.write(leader.id, put(`/k/${index}`, 'x'))),
    );
    const entries = proposed(leader);
    expect(entries).toHaveLength(1);
    expect(decodeBundle(entries[0]!.payload)).toHaveLength(50);
  });

  test('a follower packs the requests of one turn into one call, and the leader those into one entry', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [follower] = cell.followers();
    all(
      cell,
      Array.from({ length: 50 }, (_, index) => cell.write(follower!.id, put(`/k/${index}`, 'x'))),
    );
    expect(follower!.sent.filter(({ message }) => isHost(message, 'forward'))).toHaveLength(1);
    expect(proposed(leader)).toHaveLength(1);
  });

  test('a bundle ends at its size', () => {
    const cell = new MemoryCell({ ...THREE, config: { bundleMaxBytes: 10_000 } });
    const leader = settled(cell);
    all(
      cell,
      Array.from({ length: 6 }, (_, index) => cell.write(leader.id, put(`/k/${index}`, 'x'.repeat(4_000)))),
    );
    expect(proposed(leader).map(({ payload }) => decodeBundle(payload).length)).toEqual([2, 2, 2]);
  });

  test('a value larger than a bundle travels alone', () => {
    const cell = new MemoryCell({ ...THREE, config: { bundleMaxBytes: 10_000 } });
    const leader = settled(cell);
    const calls = ['1', 'x'.repeat(50_000), '2'].map((value, index) =>
      cell.write(leader.id, put(`/k/${index}`, value)),
    );
    all(cell, calls);
    expect(proposed(leader).map(({ payload }) => decodeBundle(payload).length)).toEqual([1, 1, 1]);
  });

  test('the end of a session is alone in its entry', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    all(cell, [
      cell.write(leader.id, put('/a', 'x')),
      cell.write(leader.id, { kind: 'endSession', sessionId: 'one' }),
      cell.write(leader.id, { kind: 'endSession', sessionId: 'two' }),
      cell.write(leader.id, put('/b', 'x')),
    ]);
    expect(proposed(leader).map(({ payload }) => decodeBundle(payload).map(({ command }) => command.kind))).toEqual([
      ['put'],
      ['endSession'],
      ['endSession'],
      ['put'],
    ]);
  });

  test('a few entries are on their way at once, the rest gathers', () => {
    const cell = new MemoryCell({ ...THREE, config: { pipelineEntries: 2 } });
    const leader = settled(cell);
    const calls = Array.from({ length: 40 }, (_, index) => {
      const call = cell.write(leader.id, put(`/k/${index}`, 'x'));
      cell.clock.run(0);
      return call;
    });
    all(cell, calls);
    const sizes = proposed(leader).map(({ payload }) => decodeBundle(payload).length);
    expect(sizes.slice(0, 3)).toEqual([1, 1, 38]);
  });
});

describe('failures', () => {
  test('a write that was never sent ends as not done', () => {
    const cell = new MemoryCell(THREE);
    cell.crash('b');
    cell.crash('c');
    const call = cell.write('a', put('/x', '1'), { timeoutMs: 500 });
    call.wait();
    expect(call.error).toMatchObject({ reason: 'NO_MAJORITY', effect: 'not_done' });
  });

  test('a write whose fate is not known at the deadline ends as unknown', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [follower] = cell.followers();
    cell.deliver = (from, to) => from !== leader.id && to !== leader.id;
    const onLeader = cell.write(leader.id, put('/x', '1'), { timeoutMs: 100 });
    const onFollower = cell.write(follower!.id, put('/y', '1'), { timeoutMs: 100 });
    onLeader.wait();
    onFollower.wait();
    expect(onLeader.error).toMatchObject({ reason: 'OUTCOME_UNKNOWN', effect: 'unknown' });
    expect(onFollower.error).toMatchObject({ reason: 'OUTCOME_UNKNOWN', effect: 'unknown' });
  });

  describe('while the leadership is being handed over', () => {
    /** A leader whose replica keeps what it is asked to propose: the voter that is to take over hears nothing. */
    function handingOver(cell: MemoryCell): Agent {
      const leader = settled(cell);
      const [target] = cell.followers();
      cell.deliver = (_from, to) => to !== target!.id;
      leader.host.transferLeadership(target!.id, () => {});
      cell.clock.run(2);
      return leader;
    }

    test('a write that the replica keeps ends as unknown, whether its time is up or its caller gives up', () => {
      const cell = new MemoryCell(THREE);
      const leader = handingOver(cell);
      const late = cell.write(leader.id, put('/late', '1'), { timeoutMs: 50 });
      const cancelled = cell.write(leader.id, put('/cancelled', '1'));
      cell.clock.run(0);
      cancelled.cancel();
      late.wait();
      expect(late.error).toMatchObject({ reason: 'OUTCOME_UNKNOWN', effect: 'unknown' });
      expect(cancelled.error).toMatchObject({ reason: 'CANCELLED', effect: 'unknown' });
      expect(text(leader.host, '/late')).toBeUndefined();
      // The voter did not take over: the leader goes on, with these.
      cell.clock.runUntil(() => text(leader.host, '/late') === '1' && text(leader.host, '/cancelled') === '1');
    });

    test('a write that the replica gave back ends as not done, and never happens', () => {
      const consensus = consensusConfig({ inFlightBatchesMax: 1 });
      const cell = new MemoryCell({ ...THREE, config: { consensus } });
      const leader = handingOver(cell);
      const kept = cell.write(leader.id, put('/kept', '1'));
      cell.clock.run(0);
      const back = cell.write(leader.id, put('/back', '1'), { timeoutMs: 50 });
      back.wait();
      expect(back.error).toMatchObject({ effect: 'not_done' });
      kept.value();
      cell.clock.run(1_000);
      expect(text(leader.host, '/back')).toBeUndefined();
    });
  });

  test('without room the write is refused, and nothing of it happens later', () => {
    const cell = new MemoryCell({ ...THREE, config: { queuedRequestsMax: 10 } });
    const leader = settled(cell);
    const calls = Array.from({ length: 12 }, (_, index) => cell.write(leader.id, put(`/k/${index}`, 'x')));
    cell.clock.runUntil(() => calls.every(({ answer }) => answer !== undefined));
    const refused = calls.filter(({ answer }) => !answer?.ok);
    expect(refused).toHaveLength(2);
    expect(refused[0]!.error).toMatchObject({ reason: 'OVERLOADED', effect: 'not_done' });
    cell.clock.run(2_000);
    expect(leader.host.state.count('user', '/k/', '/k0')).toBe(10);
  });

  test('the caller who gives up learns whether it may still happen', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const unsent = cell.write(leader.id, put('/x', '1'));
    unsent.cancel();
    expect(unsent.error).toMatchObject({ reason: 'CANCELLED', effect: 'not_done' });
    const sent = cell.write(leader.id, put('/y', '1'));
    cell.clock.run(0);
    sent.cancel();
    expect(sent.error).toMatchObject({ reason: 'CANCELLED', effect: 'unknown' });
    cell.clock.run(1_000);
    expect(unsent.answers + sent.answers).toBe(2);
    expect(text(leader.host, '/x')).toBeUndefined();
  });

  test('a stop answers everything that is under way', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const write = cell.write(leader.id, put('/x', '1'));
    const read = cell.read(leader.id);
    cell.crash(leader.id);
    expect(write.error.reason).toBe('SHUTTING_DOWN');
    expect(read.error.reason).toBe('SHUTTING_DOWN');
  });
});

describe('quorum all', () => {
  test('is answered when every voter has applied it', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const { result, notAppliedBy } = cell.write(leader.id, put('/x', '1'), { quorum: 'all' }).value();
    expect(notAppliedBy).toEqual([]);
    for (const id of THREE.voters) expect(cell.host(id).status.applied).toBeGreaterThanOrEqual(result.slot);
  });

  test('asks the voters once, as soon as the entry is proposed', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const before = leader.sent.length;
    const { result } = cell.write(leader.id, put('/x', '1'), { quorum: 'all' }).value();
    const asked = leader.sent.slice(before).flatMap(({ to, message }) => {
      if (message.kind === 'consensus' || message.message.kind !== 'awaitApplied') return [];
      return [[to, message.message.slot]];
    });
    expect(asked).toEqual(cell.followers().map(({ id }) => [id, result.slot]));
    const chosenTold = leader.sent.findIndex(
      ({ message }) =>
        message.kind === 'consensus' &&
        'chosenThrough' in message.envelope.message &&
        (message.envelope.message.chosenThrough as number) >= result.slot,
    );
    const firstAsked = leader.sent.findIndex(
      ({ message }) => message.kind === 'host' && message.message.kind === 'awaitApplied',
    );
    expect(firstAsked).toBeLessThan(chosenTold);
  });

  test('names those that had not applied it in time', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [slow] = cell.followers();
    cell.deliver = (_from, to) => to !== slow!.id;
    const startedMs = cell.clock.nowMs;
    expect(cell.write(leader.id, put('/x', '1'), { quorum: 'all' }).value().notAppliedBy).toEqual([slow!.id]);
    expect(cell.clock.nowMs - startedMs).toBeGreaterThanOrEqual(1_000);
  });

  test('does not wait for suspects', () => {
    const cell = new MemoryCell(THREE);
    const leader = settled(cell);
    const [dead] = cell.followers();
    cell.crash(dead!.id);
    const isSuspect = () => leader.host.status.participants.some((report) => report.suspect);
    cell.clock.runUntil(isSuspect);
    const startedMs = cell.clock.nowMs;
    expect(cell.write(leader.id, put('/x', '1'), { quorum: 'all' }).value().notAppliedBy).toEqual([]);
    expect(cell.clock.nowMs - startedMs).toBeLessThan(500);
  });
});

describe('a backlog', () => {
  test('is applied in portions, so that ticks are not late', () => {
    const cell = new MemoryCell({ voters: ['a'] });
    settled(cell);
    const calls = Array.from({ length: 10_000 }, (_, index) => cell.write('a', put(`/k/${index}`, 'x')));
    all(cell, calls);
    expect(cell.host('a').state.count('user', '/k/', '/k0')).toBe(10_000);
  });
});
