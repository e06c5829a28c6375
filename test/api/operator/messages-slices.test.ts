// Guards long answers of the log of messages: put together in slices, complete and in order, with turns for others between.
import { expect, test } from 'vitest';
import { type QueriedMessages, queryInSlices } from '../../../src/agent/api/operator/messages-log.ts';
import type { MessageView } from '../../../src/contract/index.ts';

const filter = { includeHeartbeats: true, includeOwn: true };

/** A log with this many messages, newest first. */
function logOf(count: number, slices: number[], logIds: readonly string[] = ['a']) {
  return ({ limit, beforeSequence }: { limit: number; beforeSequence: number }): QueriedMessages => {
    slices.push(limit);
    const newest = beforeSequence === 0 ? count : beforeSequence - 1;
    const length = Math.min(limit, newest);
    const messages = Array.from({ length }, (_, at) => ({ sequence: newest - at }) as MessageView);
    const logId = logIds[Math.min(slices.length, logIds.length) - 1]!;
    return { messages, first: 1, last: count, logId, atMs: 0 };
  };
}
const sequencesOf = ({ messages }: QueriedMessages): number[] => messages.map(({ sequence }) => sequence);

test.each([
  [2_500, 10_000, 2_500, [1_000, 1_000, 1_000]],
  [9_000, 2_300, 2_300, [1_000, 1_000, 300]],
  [9_000, 1_000, 1_000, [1_000]],
  [5, 10, 5, [10]],
  [0, 10, 0, [10]],
])('of %i messages, asked for %i', async (count, limit, found, asked) => {
  const slices: number[] = [];
  let turns = 0;
  const answer = queryInSlices({ filter, limit, beforeSequence: 0 }, (slice) => {
    setImmediate(() => {
      turns += 1;
    });
    return logOf(count, slices)(slice);
  });
  const told = sequencesOf(await answer);
  expect(told).toEqual(Array.from({ length: found }, (_, at) => count - at));
  expect(slices).toEqual(asked);
  // Somebody else had a turn before each further slice.
  expect(turns).toBeGreaterThanOrEqual(asked.length - 1);
});

test('a log that begins anew on the way ends the answer: its positions mean something else', async () => {
  const answer = await queryInSlices({ filter, limit: 3_000, beforeSequence: 0 }, logOf(5_000, [], ['a', 'b']));
  expect(sequencesOf(answer)).toHaveLength(1_000);
  expect(answer.logId).toBe('a');
});
