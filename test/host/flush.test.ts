// Guards the order of log and state: before the applied state is flushed, everything it rests on, promises too, is
// committed to the log. Else a restart, or whoever installs a snapshot of it, may know a change of the voters without the
// promise that came with it.
import { expect, test } from 'vitest';
import { MemoryCell, put, text } from '../support/memory-cell.ts';

test('a state that is flushed while an fsync is on its way is not ahead of the log', () => {
  const cell = new MemoryCell({ voters: ['a', 'b', 'c'] });
  const leader = cell.leader();
  const [slow] = cell.followers();
  cell.write(leader.id, put('/before', '1')).value();
  // Its fsync does not come back: what it accepts from here on waits for it, uncommitted.
  slow!.disk.fsyncMs = 1_000_000;
  cell.write(leader.id, put('/begins', '2')).value();
  cell.clock.runUntil(() => slow!.disk.fsyncsInFlight === 1);
  const committed = slow!.disk.end;
  cell.write(leader.id, put('/behind', '3')).value();
  cell.clock.runUntil(() => text(slow!.host, '/behind') === '3');
  const { applied } = slow!.host.status;
  expect(applied).toBeGreaterThan(committed);
  // As the disk does before every flush.
  slow!.disk.onStateFlush();
  expect(slow!.disk.end).toBeGreaterThanOrEqual(applied);
});
