/**
 * Guards reads: LOCAL never goes back behind what the client has seen, MAJORITY is confirmed by a round that starts after
 * the read and is shared by all reads of a turn, ALL waits for every voter.
 */
import { expect, test } from 'vitest';
import type { HostMessage } from '../../src/agent/host/messages.ts';
import { type Agent, MemoryCell, put, text } from '../support/memory-cell.ts';

const THREE = { voters: ['a', 'b', 'c'] };

function sent<K extends HostMessage['kind']>(agent: Agent, kind: K): Extract<HostMessage, { kind: K }>[] {
  return agent.sent.flatMap(({ message }) =>
    message.kind === 'host' && message.message.kind === kind
      ? [message.message as Extract<HostMessage, { kind: K }>]
      : [],
  );
}

function heartbeats(agent: Agent): number {
  return agent.sent.filter(
    ({ message }) => message.kind === 'consensus' && message.envelope.message.kind === 'heartbeat',
  ).length;
}

function settled(cell: MemoryCell): Agent {
  const leader = cell.leader();
  cell.write(leader.id, put('/warm', 'x')).value();
  cell.clock.run(200);
  for (const agent of cell.agents.values()) agent.sent.length = 0;
  return leader;
}

test('a local read answers at once, also without a leader', () => {
  const cell = new MemoryCell(THREE);
  settled(cell);
  cell.crash('b');
  cell.crash('c');
  cell.clock.run(10_000);
  expect(cell.host('a').status.writable).toBe(false);
  expect(cell.read('a', { quorum: 'local' }).value()).toBe(cell.host('a').status.applied);
});

test('a local read waits for the slot that the client has seen elsewhere', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  const [follower] = cell.followers();
  cell.deliver = (_from, to) => to !== follower!.id;
  const { result } = cell.write(leader.id, put('/x', '1')).value();
  const read = cell.read(follower!.id, { quorum: 'local', minSlot: result.slot });
  const late = cell.read(follower!.id, { quorum: 'local', minSlot: result.slot, timeoutMs: 100 });
  cell.clock.run(150);
  expect(read.answer).toBeUndefined();
  expect(late.error.reason).toBe('TIMEOUT');
  cell.deliver = () => true;
  expect(read.value()).toBeGreaterThanOrEqual(result.slot);
  expect(text(follower!.host, '/x')).toBe('1');
});

test('all reads of a turn on the leader share one heartbeat round', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  const before = heartbeats(leader);
  const reads = Array.from({ length: 50 }, () => cell.read(leader.id));
  cell.clock.run(5);
  expect(reads.every(({ answer }) => answer?.ok)).toBe(true);
  expect(heartbeats(leader) - before).toBeLessThanOrEqual(4);
});

test('all reads of a turn on a follower share one call to the leader', () => {
  const cell = new MemoryCell(THREE);
  settled(cell);
  const [follower] = cell.followers();
  const reads = Array.from({ length: 50 }, () => cell.read(follower!.id));
  cell.clock.run(10);
  expect(reads.every(({ answer }) => answer?.ok)).toBe(true);
  expect(sent(follower!, 'readIndex')).toHaveLength(1);
});

test('many reads in a row share a few calls that are on their way', () => {
  const cell = new MemoryCell(THREE);
  settled(cell);
  cell.latencyMs = 20;
  const [follower] = cell.followers();
  const reads = Array.from({ length: 100 }, () => {
    cell.clock.run(1);
    return cell.read(follower!.id);
  });
  cell.clock.runUntil(() => reads.every(({ answer }) => answer !== undefined));
  expect(sent(follower!, 'readIndex').length).toBeLessThan(30);
});

test('a leader that is cut off answers no majority read', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  cell.deliver = (from, to) => from !== leader.id && to !== leader.id;
  const read = cell.read(leader.id, { timeoutMs: 3_000 });
  read.wait();
  expect(read.error.reason).toBe('NO_MAJORITY');
});

test('a read survives the crash of the leader', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  const [follower] = cell.followers();
  const read = cell.read(follower!.id);
  cell.crash(leader.id);
  expect(read.value()).toBeGreaterThan(0);
  expect(read.answers).toBe(1);
});

test('a call that was lost is made again under another id, and a late answer to the first means nothing', () => {
  const cell = new MemoryCell(THREE);
  settled(cell);
  const [follower] = cell.followers();
  let lost = 0;
  cell.deliver = (_from, _to, message) =>
    !(message.kind === 'host' && message.message.kind === 'readIndexReply') || lost++ > 0;
  const read = cell.read(follower!.id);
  expect(read.value()).toBeGreaterThan(0);
  const ids = sent(follower!, 'readIndex').map(({ callId }) => callId);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
  expect(ids.every((id) => id.startsWith(`${follower!.id}`))).toBe(true);
});

test('an agent that has started again uses no id of a call again: an answer to its last life means nothing', () => {
  const cell = new MemoryCell(THREE);
  settled(cell);
  const [follower] = cell.followers();
  const idsOfALife = (): string[] => {
    follower!.sent.length = 0;
    for (let count = 0; count < 10; count += 1) cell.read(follower!.id).value();
    return sent(follower!, 'readIndex').map(({ callId }) => callId);
  };
  const before = idsOfALife();
  cell.crash(follower!.id);
  cell.restart(follower!.id);
  const after = idsOfALife();
  expect(new Set([...before, ...after]).size).toBe(before.length + after.length);
  expect(after.length).toBeGreaterThan(0);
});

test('a read with quorum all waits until every voter has applied the slot', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  const { result } = cell.write(leader.id, put('/x', '1')).value();
  expect(cell.read(leader.id, { quorum: 'all' }).value()).toBeGreaterThanOrEqual(result.slot);
  for (const id of THREE.voters) expect(cell.host(id).status.applied).toBeGreaterThanOrEqual(result.slot);
  const [dead] = cell.followers();
  cell.crash(dead!.id);
  cell.write(leader.id, put('/x', '2')).value();
  const late = cell.read(leader.id, { quorum: 'all', timeoutMs: 500 });
  late.wait();
  expect(late.error.reason).toBe('TIMEOUT');
  expect(late.error.message).toContain(dead!.id);
});

test('what a voter has applied counts anew when it has started again', () => {
  const cell = new MemoryCell({ ...THREE, config: { stateFlushMs: 1e9 } });
  const leader = settled(cell);
  const [voter] = cell.followers();
  // What it writes from here on is lost by its crash.
  voter!.disk.fsyncMs = 1e9;
  cell.write(leader.id, put('/begins', '1')).value();
  cell.clock.runUntil(() => voter!.disk.fsyncsInFlight === 1);
  const { result } = cell.write(leader.id, put('/x', '1')).value();
  cell.read(leader.id, { quorum: 'all' }).value();
  cell.crash(voter!.id);
  cell.restart(voter!.id);
  // It hears of no slot, so it executes nothing again.
  cell.deliver = (_from, to, message) => to !== voter!.id || message.kind === 'host';
  cell.clock.run(1_000);
  expect(voter!.host.status.applied).toBeLessThan(result.slot);
  const read = cell.read(leader.id, { quorum: 'all', timeoutMs: 500 });
  read.wait();
  expect(read.error.reason).toBe('TIMEOUT');
  expect(read.error.message).toContain(voter!.id);
  cell.deliver = () => true;
  cell.read(leader.id, { quorum: 'all' }).value();
  expect(voter!.host.status.applied).toBeGreaterThanOrEqual(result.slot);
});

test('a removed voter is not waited for any more', () => {
  const cell = new MemoryCell({ voters: ['a', 'b', 'c', 'd'] });
  const leader = settled(cell);
  const [dead] = cell.followers();
  cell.crash(dead!.id);
  cell.write(leader.id, put('/x', '1')).value();
  const read = cell.read(leader.id, { quorum: 'all', timeoutMs: 8_000 });
  cell.clock.run(50);
  leader.host.changeParticipants([{ agentId: dead!.id, role: 'removed' }], 0, () => {});
  expect(read.value()).toBeGreaterThan(0);
});
