/** Guards that what a leader sends to one participant stays in proportion to what that one misses and can take. */
import { expect, test } from 'vitest';
import type { Agent } from './support/agent.ts';
import { Cell } from './support/cell.ts';

const MIB = 1024 * 1024;

function cellWithLeader(): { cell: Cell; leader: Agent; behind: Agent } {
  const cell = new Cell();
  const [leader, behind] = cell.found({ A: 'voter', B: 'voter', C: 'voter' });
  if (!leader || !behind) throw new Error('three were founded');
  cell.onlyTick(leader);
  cell.until(() => leader.replica.isLeaderReady);
  for (const agent of cell.agents) agent.isTicking = true;
  cell.until(() => behind.replica.chosenThrough === 2);
  return { cell, leader, behind };
}

/** Payload bytes that one agent made for another. */
function bytesFor(to: Agent, from: Agent): number {
  let bytes = 0;
  for (const envelope of from.made) {
    const { message } = envelope;
    if (envelope.to !== to.id) continue;
    if (message.kind === 'accept') for (const { payload } of message.entries) bytes += payload.length;
    if (message.kind === 'chosen') for (const { entry } of message.entries) bytes += entry.payload.length;
  }
  return bytes;
}

/**
 * 1. A follower is down while 32 MiB are chosen, and comes back.
 * 2. Messages overtake each other, so each of them seems to leave a gap and the answer says so.
 * 3. Every such answer makes the leader send everything behind the gap once more, which makes more answers.
 */
test.each([0, 1, 5])(
  'a follower far behind is sent a few times what it misses at most, with a jitter of %i ms',
  (jitterMs) => {
    const { cell, leader, behind } = cellWithLeader();
    behind.isDown = true;
    const payload = new Uint8Array(MIB / 2 - 200);
    for (let at = 0; at < 64; at += 1) {
      leader.proposeBytes(`${at}`, payload);
      cell.pass(10);
    }
    cell.pass(1_000);
    const missing = 64 * payload.length;
    const before = bytesFor(behind, leader);
    cell.latencyMs = () => 1 + jitterMs * cell.random.next();
    behind.restart();
    cell.until(() => behind.replica.chosenThrough === leader.replica.chosenThrough, 3_000);
    cell.pass(200);
    expect(bytesFor(behind, leader) - before).toBeLessThan((jitterMs === 0 ? 1.1 : 6) * missing);
  },
);

/**
 * 1. The disk of a follower stops answering, but its process hears the leader and answers its heartbeats.
 * 2. Clients go on writing: the leader has its majority without it.
 * 3. If "received" makes room for more, the follower holds everything that is ever written in memory; if a gap does, it
 *    holds one more window for each lost message.
 */
test.each([0, 6])('a follower whose disk is stalled is sent one window (one accept lost in %i)', (lostEvery) => {
  const { cell, leader, behind } = cellWithLeader();
  behind.disk.fsyncMs = () => Number.POSITIVE_INFINITY;
  let accepts = 0;
  cell.loses = ({ to, message }) => {
    if (to !== behind.id || message.kind !== 'accept') return false;
    accepts += 1;
    return lostEvery > 0 && accepts % lostEvery === 0;
  };
  const payload = new Uint8Array(MIB / 4);
  for (let at = 0; at < 200; at += 1) {
    leader.proposeBytes(`${at}`, payload);
    cell.pass(10);
  }
  expect(leader.replica.role).toBe('leader');
  expect(leader.replica.chosenThrough).toBe(202);
  expect(behind.unsyncedBytes).toBeGreaterThan(8 * MIB);
  expect(behind.unsyncedBytes).toBeLessThan(20 * MIB);
});
