/**
 * Guards the way of a write through whole hosts: three of them over the real consensus and machine, on a manual clock.
 * What is acknowledged is everywhere, crashes and changes of leader lose and double nothing.
 */
import { expect, test } from 'vitest';
import { create, MemoryCell, put, text } from '../support/memory-cell.ts';

const THREE = { voters: ['a', 'b', 'c'] };

test('a sole voter leads and takes writes', () => {
  const cell = new MemoryCell({ voters: ['a'] });
  const { result } = cell.write('a', put('/x', '1')).value();
  expect(result.succeeded).toBe(true);
  expect(result.revision).toBe(1);
  expect(text(cell.host('a'), '/x')).toBe('1');
  expect(cell.read('a').value()).toBeGreaterThanOrEqual(result.slot);
});

test('a write asked anywhere is answered by the asked agent, which then has it', () => {
  const cell = new MemoryCell(THREE);
  cell.leader();
  for (const id of THREE.voters) {
    cell.write(id, put(`/by/${id}`, id)).value();
    expect(text(cell.host(id), `/by/${id}`)).toBe(id);
  }
  cell.clock.run(200);
  const hashes = new Set(THREE.voters.map((id) => cell.host(id).stateHash));
  expect(hashes.size).toBe(1);
});

test('a majority read on a follower sees what was just acknowledged on the leader', () => {
  const cell = new MemoryCell(THREE);
  const leader = cell.leader();
  const follower = cell.followers()[0]!;
  for (let round = 0; round < 5; round += 1) {
    const { result } = cell.write(leader.id, put('/x', `${round}`)).value();
    expect(cell.read(follower.id).value()).toBeGreaterThanOrEqual(result.slot);
    expect(text(follower.host, '/x')).toBe(`${round}`);
  }
});

test('the leader crashes with writes on their way: all are answered, none happens twice', () => {
  const cell = new MemoryCell(THREE);
  const leader = cell.leader();
  const [follower, other] = cell.followers();
  const calls = Array.from({ length: 200 }, (_, index) => {
    if (index === 100) cell.clock.run(2);
    return cell.write(follower!.id, create(`/n/${index}`, 'x'));
  });
  cell.clock.run(1);
  cell.crash(leader.id);
  const outcomes = calls.map((call) => call.value());
  // A second execution would have found the key there.
  expect(outcomes.every(({ result }) => result.succeeded)).toBe(true);
  expect(calls.every((call) => call.answers === 1)).toBe(true);
  cell.restart(leader.id);
  cell.clock.runUntil(() => cell.host(leader.id).stateHash === other!.host.stateHash);
  expect(cell.host(leader.id).state.count('user', '/n/', '/n0')).toBe(200);
});

test('all crash and come back: what was acknowledged is there', () => {
  const cell = new MemoryCell({ ...THREE, config: { stateFlushSlots: 10 } });
  const leader = cell.leader();
  for (let index = 0; index < 30; index += 1) cell.write(leader.id, put(`/k/${index}`, `${index}`)).value();
  for (const id of THREE.voters) cell.crash(id);
  for (const id of THREE.voters) cell.restart(id);
  const next = cell.leader();
  cell.read(next.id).value();
  expect(next.host.state.count('user', '/k/', '/k0')).toBe(30);
});

test('below quorum the agent says so, refuses writes that it never sent, and recovers by itself', () => {
  const cell = new MemoryCell(THREE);
  const leader = cell.leader();
  const [one, two] = cell.followers();
  const news: boolean[] = [];
  leader.host.onStatus(({ writable }) => news.push(writable));
  cell.crash(one!.id);
  cell.crash(two!.id);
  cell.clock.runUntil(() => !leader.host.status.writable);
  expect(leader.host.status.unwritableReason).toContain('1 of 3 voters');
  expect(leader.host.status.unwritableSinceMs).toBeGreaterThan(0);
  const late = cell.write(leader.id, put('/x', '1'), { timeoutMs: 1_000 });
  late.wait();
  expect(late.error).toMatchObject({ reason: 'NO_MAJORITY', effect: 'not_done' });
  cell.restart(one!.id);
  cell.clock.runUntil(() => leader.host.status.writable);
  expect(leader.host.status.unwritableSinceMs).toBe(0);
  expect(news.at(-1)).toBe(true);
  cell.write(leader.id, put('/x', '2')).value();
});

test('a learner serves majority reads and forwards writes', () => {
  const cell = new MemoryCell({ voters: ['a', 'b', 'c'], learners: ['d'] });
  cell.leader();
  const { result } = cell.write('d', put('/x', '1')).value();
  expect(cell.read('d').value()).toBeGreaterThanOrEqual(result.slot);
  expect(text(cell.host('d'), '/x')).toBe('1');
});

test('a newcomer far behind gets a snapshot, and what it missed was not executed twice', () => {
  const cell = new MemoryCell({ voters: ['a'] });
  for (let index = 0; index < 50; index += 1) cell.write('a', put(`/k/${index}`, `${index}`)).value();
  const { host, disk } = cell.agent('a');
  host.flush();
  disk.dropBelow(host.status.applied - 5);
  disk.onFloor(host.status.applied - 5);
  cell.addStranger('b');
  let changed: number | undefined;
  host.changeParticipants([{ agentId: 'b', role: 'learner' }], 0, (answer) => {
    changed = answer.ok ? answer.value.epoch : -1;
  });
  cell.clock.runUntil(() => cell.host('b').status.applied === host.status.applied);
  expect(changed).toBe(2);
  expect(cell.host('b').stateHash).toBe(host.stateHash);
  cell.write('b', put('/x', '1')).value();
  expect(text(cell.host('b'), '/x')).toBe('1');
});
