/**
 * Guards the session that an agent opens for calls that bring none: made per boot, renewed, replaced when it has ended;
 * what was under way in an ended one is never repeated under another.
 */
import { expect, test } from 'vitest';
import type { Request } from '../../src/agent/machine/commands.ts';
import { type Agent, create, MemoryCell, put, text } from '../support/memory-cell.ts';

const THREE = { voters: ['a', 'b', 'c'] };

function forwarded(agent: Agent): Request[] {
  return agent.sent.flatMap(({ message }) =>
    message.kind === 'host' && message.message.kind === 'forward' ? [...message.message.requests] : [],
  );
}

function sessions(cell: MemoryCell, at: string): string[] {
  return cell
    .host(at)
    .state.range('system', { start: '/_internal/sessions/', end: '/_internal/sessions0', limit: 0 })
    .map(({ key }) => key.slice('/_internal/sessions/'.length));
}

function settled(cell: MemoryCell): Agent {
  const leader = cell.leader();
  for (const id of cell.agents.keys()) cell.write(id, put('/warm', id)).value();
  cell.clock.run(200);
  for (const agent of cell.agents.values()) agent.sent.length = 0;
  return leader;
}

test('a write waits for the session, within bounds', () => {
  const cell = new MemoryCell(THREE);
  const early = cell.write('a', put('/x', '1'));
  expect(early.value().result.succeeded).toBe(true);
  cell.crash('b');
  cell.crash('c');
  cell.crash('a');
  cell.restart('a');
  const startedMs = cell.clock.nowMs;
  const late = cell.write('a', put('/x', '2'), { timeoutMs: 60_000 });
  late.wait();
  expect(late.error).toMatchObject({ reason: 'NO_MAJORITY', effect: 'not_done' });
  expect(cell.clock.nowMs - startedMs).toBeGreaterThanOrEqual(5_000);
  expect(cell.clock.nowMs - startedMs).toBeLessThan(5_200);
});

test('what waits for the session takes no more room than what is on its way', () => {
  const cell = new MemoryCell({ ...THREE, config: { queuedBytesMax: 10_000 } });
  for (const id of ['a', 'b', 'c']) cell.crash(id);
  cell.restart('a');
  const crowd = () => Array.from({ length: 30 }, (_, at) => cell.write('a', put(`/${at}`, 'x'.repeat(1_000))));
  const wait = (calls: ReturnType<typeof crowd>) => {
    cell.clock.run(10);
    const waiting = calls.filter(({ answer }) => answer === undefined);
    expect(waiting.length).toBeGreaterThan(5);
    expect(waiting.length).toBeLessThan(10);
    return waiting;
  };
  const early = crowd();
  const waited = wait(early);
  expect(early.at(-1)!.error).toMatchObject({ reason: 'OVERLOADED', effect: 'not_done' });
  for (const call of waited) expect(call.wait().ok).toBe(false);
  // Whoever left has made room.
  const late = wait(crowd());
  for (const id of ['b', 'c']) cell.restart(id);
  for (const call of late) expect(call.value().result.succeeded).toBe(true);
  expect(cell.write('a', put('/last', 'x'.repeat(1_000))).value().result.succeeded).toBe(true);
});

test('every boot has a session of its own', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  const [follower] = cell.followers();
  const before = sessions(cell, leader.id);
  expect(before).toHaveLength(3);
  cell.crash(follower!.id);
  cell.restart(follower!.id);
  cell.write(follower!.id, put('/x', '1')).value();
  expect(sessions(cell, leader.id).filter((id) => !before.includes(id))).toHaveLength(1);
});

test('it is renewed for as long as the agent runs', () => {
  const cell = new MemoryCell({ ...THREE, config: { internalSessionTtlMs: 2_000 } });
  const leader = settled(cell);
  const before = sessions(cell, leader.id);
  cell.clock.run(10_000);
  expect(sessions(cell, leader.id)).toEqual(before);
});

test('the session of a dead agent ends', () => {
  const cell = new MemoryCell({ ...THREE, config: { internalSessionTtlMs: 2_000 } });
  const leader = settled(cell);
  const [dead] = cell.followers();
  cell.crash(dead!.id);
  cell.clock.run(5_000);
  expect(sessions(cell, leader.id)).toHaveLength(2);
});

test('what was sent under a session that ended answers unknown, and is not repeated under the next', () => {
  const cell = new MemoryCell({ ...THREE, config: { internalSessionTtlMs: 2_000 } });
  const leader = settled(cell);
  const [follower] = cell.followers();
  // Its calls go astray for longer than the session lives; it still hears what is chosen.
  cell.deliver = (from, _to, message) => from !== follower!.id || message.kind === 'consensus';
  const call = cell.write(follower!.id, create('/x', '1'), { timeoutMs: 60_000 });
  call.wait();
  expect(call.error).toMatchObject({ reason: 'OUTCOME_UNKNOWN', effect: 'unknown' });
  const sequences = forwarded(follower!).filter(({ command }) => command.kind === 'compareAndWrite');
  expect(new Set(sequences.map(({ sessionId }) => sessionId)).size).toBe(1);
  cell.deliver = () => true;
  cell.clock.run(3_000);
  expect(text(leader.host, '/x')).toBeUndefined();
  const after = cell.write(follower!.id, create('/x', '2'));
  expect(after.value().result.succeeded).toBe(true);
});

test('what was never sent moves on to the next session', () => {
  const cell = new MemoryCell({ ...THREE, config: { internalSessionTtlMs: 500 } });
  settled(cell);
  const [follower] = cell.followers();
  const id = sessions(cell, follower!.id).find((session) => session.startsWith(`agent-${follower!.id}`));
  cell.deliver = (from, _to, message) => from !== follower!.id || message.kind === 'consensus';
  cell.clock.runUntil(() => !sessions(cell, follower!.id).includes(id!));
  const call = cell.write(follower!.id, create('/x', '1'));
  cell.clock.run(10);
  cell.deliver = () => true;
  expect(call.value().result.succeeded).toBe(true);
});

test('replies are acknowledged as far as nothing is outstanding', () => {
  const cell = new MemoryCell(THREE);
  settled(cell);
  const [follower] = cell.followers();
  for (let index = 0; index < 5; index += 1) cell.write(follower!.id, put(`/k/${index}`, 'x')).value();
  const requests = forwarded(follower!);
  expect(requests.map(({ sequence, ackedBelow }) => sequence - ackedBelow)).toEqual([0, 0, 0, 0, 0]);
  follower!.sent.length = 0;
  const calls = [1, 2, 3].map((index) => cell.write(follower!.id, put(`/k/${index}`, 'y')));
  for (const call of calls) call.value();
  expect(forwarded(follower!).map(({ sequence, ackedBelow }) => sequence - ackedBelow)).toEqual([0, 1, 2]);
});

test('an agent that ends in good order ends it, after what was written in it and before anything else', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  for (const agent of [cell.followers()[0]!, leader]) {
    const id = sessions(cell, agent.id).find((session) => session.startsWith(`agent-${agent.id}`))!;
    const before = cell.write(agent.id, put('/before', agent.id));
    let hasEnded = false;
    agent.host.endSession(1_000, () => {
      hasEnded = true;
    });
    const after = cell.write(agent.id, put('/after', agent.id));
    cell.clock.runUntil(() => hasEnded);
    expect(before.value().result.succeeded).toBe(true);
    expect(sessions(cell, agent.id)).not.toContain(id);
    agent.host.stop();
    cell.clock.run(0);
    expect(after.error).toMatchObject({ reason: 'SHUTTING_DOWN', effect: 'not_done' });
    agent.host.endSession(1_000, () => {
      hasEnded = false;
    });
    cell.clock.run(0);
    expect(hasEnded).toBe(false);
  }
});

test('an agent that ends without a majority does not wait for the end of its session', () => {
  const cell = new MemoryCell(THREE);
  const leader = settled(cell);
  for (const follower of cell.followers()) cell.crash(follower.id);
  let hasEnded = false;
  leader.host.endSession(300, () => {
    hasEnded = true;
  });
  cell.clock.run(400);
  expect(hasEnded).toBe(true);
});

test('large answers to others make a call wait, not fail for good', () => {
  const cell = new MemoryCell({ voters: ['a'] });
  settled(cell);
  cell.write('a', put('/large', 'x'.repeat(1024 * 1024))).value();
  const read = { kind: 'read', start: '/large', end: '', limit: 0, keysOnly: false, countOnly: false } as const;
  const ask = () => cell.write('a', { kind: 'transact', compare: [], then: [read], otherwise: [] });
  const calls = Array.from({ length: 80 }, ask);
  for (const call of calls) call.wait();
  const refused = calls.filter(({ answer }) => !answer!.ok);
  expect(refused.length).toBeGreaterThan(0);
  for (const { error } of refused) expect(error).toMatchObject({ reason: 'OVERLOADED', effect: 'not_done' });
  expect(ask().value().result.succeeded).toBe(true);
});
