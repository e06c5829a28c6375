// Guards that a lane ends: when it is closed at any moment, and after the past, however much its log records meanwhile.
import { expect, test } from 'vitest';
import type { QueriedMessages, WatchedMessages } from '../../../src/agent/api/operator/messages-log.ts';
import { type LaneLog, SequenceLane } from '../../../src/agent/api/operator/sequence-lane.ts';
import { SequenceMerge } from '../../../src/agent/api/operator/sequence-merge.ts';

const NOTHING: QueriedMessages = { messages: [], first: 1, last: 0, logId: 'log', atMs: 1_000 };

function laneOf(log: Partial<LaneLog>): SequenceLane {
  const filter = { includeHeartbeats: false, includeOwn: false };
  const merge = new SequenceMerge({ filter: {}, self: 'a', agentAt: () => undefined });
  merge.expected('b');
  const whole: LaneLog = {
    query: () => NOTHING,
    watch: () => Promise.reject(new Error('not asked for')) as never,
    ...log,
  };
  return new SequenceLane({
    agentId: 'b',
    log: whole,
    filter,
    merge,
    backlog: 10,
    live: false,
    onNews: () => undefined,
  });
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('a participant that leaves while its past is read is not waited for', async () => {
  const asking = laneOf({ query: (_limit, _filter, signal) => untilAborted(signal) });
  asking.close();
  await asking.begun;
  const watching = laneOf({
    // biome-ignore lint/correctness/useYield: nothing is ever told
    watch: async function* (_from, _filter, signal) {
      await untilAborted(signal);
    },
  });
  watching.close();
  await watching.begun;
});

test('the past has an end also where messages are recorded faster than they are read', async () => {
  let told = 0;
  const lane = laneOf({
    watch: async function* (): AsyncGenerator<WatchedMessages> {
      for (;;) {
        told += 1;
        const atMs = 1_000 + 100 * told;
        yield { messages: [], missed: 0, heartbeats: 0, through: told, atMs, isComplete: false, logId: 'log' };
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  });
  await lane.begun;
  expect(told).toBe(3);
  expect(lane.problem).toBe('');
});
