/**
 * Guards the merging of logs: every message once with every end that was read, nothing lost however late or in which order
 * logs are read, nothing received before it was sent although clocks differ, the order of each log kept, and no end called
 * missing before the other log was read that far.
 */

import { expect, test } from 'vitest';
import { SequenceMerge } from '../../../src/agent/api/operator/sequence-merge.ts';
import type { MessageView } from '../../../src/contract/index.ts';
import { fc } from '../../support/property.ts';
import { type Fate, SimulatedLogs, type Step } from './simulated-logs.ts';

const merge = (keptMax?: number): SequenceMerge =>
  new SequenceMerge({ filter: {}, self: 'agent0', agentAt: () => undefined, keptMax });

const agent = fc.nat({ max: 3 });
const steps = (skewMs: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          from: agent,
          to: agent,
          latencyMs: fc.integer({ min: 0, max: 40 }),
          fate: fc.constantFrom<Fate>('arrives', 'arrives', 'arrives', 'arrives', 'twice', 'lost', 'dropped'),
        }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 300 }) }) },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('read' as const), agent, count: fc.integer({ min: 0, max: 5 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), agent }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), agent, skewMs }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
    ),
    { maxLength: 150, size: 'max' },
  );
const anySkew = fc.integer({ min: -30_000, max: 30_000 });

test('every message once, with every end that was read, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(anySkew, { minLength: 2, maxLength: 4 }), steps(anySkew), (skews, all) => {
      const logs = new SimulatedLogs(merge(), skews);
      logs.run(all);
      expect([...logs.told.keys()].toSorted()).toEqual([...logs.known.keys()].toSorted());
      expect(logs.missed).toBe(0);
      for (const [id, { sent, received }] of logs.known) {
        const told = logs.told.get(id)!;
        expect([told.sentSequence, told.receivedSequence]).toEqual([
          sent?.sequence ?? null,
          received?.sequence ?? null,
        ]);
        expect([told.sentMs === null, told.receivedMs === null]).toEqual([sent === undefined, received === undefined]);
        if (sent !== undefined) expect(told.from).toBe(sent.lane);
        if (received !== undefined) expect(told.to).toBe(received.lane);
      }
    }),
    { numRuns: 300 },
  );
});

test('nothing is received before it was sent, and the order of each log is kept', () => {
  fc.assert(
    fc.property(fc.array(anySkew, { minLength: 2, maxLength: 4 }), steps(anySkew), (skews, all) => {
      const logs = new SimulatedLogs(merge(), skews);
      logs.run(all.filter(({ kind }) => kind !== 'restart'));
      for (const { sentMs, receivedMs } of logs.told.values()) {
        if (sentMs !== null && receivedMs !== null) expect(receivedMs).toBeGreaterThanOrEqual(sentMs);
      }
      for (const { log } of logs.agents) {
        const times = log.flatMap(({ messageId, direction, sequence }) => {
          const told = logs.told.get(messageId)!;
          const isShown = (direction === 'sent' ? told.sentSequence : told.receivedSequence) === sequence;
          return isShown ? [(direction === 'sent' ? told.sentMs : told.receivedMs)!] : [];
        });
        for (const [index, time] of times.entries()) {
          if (index > 0) expect(time).toBeGreaterThanOrEqual(times[index - 1]! - 1e-6);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('no end is called missing before the other log was read that far', () => {
  const noSkew = fc.constant(0);
  fc.assert(
    fc.property(fc.constantFrom([0, 0], [0, 0, 0]), steps(noSkew), (skews, all) => {
      const logs = new SimulatedLogs(merge(), skews);
      logs.run(all.filter(({ kind }) => kind !== 'lose'));
      expect(logs.tooEarly).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const line = (partial: Partial<MessageView>): MessageView => ({
  sequence: 1,
  atMs: 1_000,
  channel: 'peer',
  direction: 'sent',
  peer: 'b',
  kind: 'accept',
  messageId: 'm',
  ballot: null,
  slot: 1,
  throughSlot: 1,
  bytes: 10,
  durationMs: 0,
  status: '',
  own: false,
  ...partial,
});
/** Read at once, to its end; the reader's clock is that of the logs. */
function reading(merged: SequenceMerge, agentId: string, messages: MessageView[], missed: number, atMs: number): void {
  merged.read(agentId, { messages, missed, atMs, isComplete: true }, atMs);
}
const always = Number.NEGATIVE_INFINITY;

test('an end that nobody can read any more is missing at once; one that comes late replaces it', () => {
  const merged = merge();
  merged.opened('agent0', '1', always);
  merged.opened('b', '1', always);
  reading(merged, 'agent0', [line({})], 0, 1_000);
  expect(merged.take().exchanges).toEqual([]);
  merged.lost('b');
  expect(merged.take().exchanges).toMatchObject([{ messageId: 'm', sentMs: 1_000, receivedMs: null }]);
  expect(merged.take().exchanges).toEqual([]);
  merged.opened('b', '1', always);
  reading(merged, 'b', [line({ direction: 'received', peer: 'agent0', atMs: 1_004, sequence: 7 })], 0, 1_500);
  expect(merged.take().exchanges).toMatchObject([
    { messageId: 'm', sentMs: 1_000, receivedMs: 1_004, receivedSequence: 7 },
  ]);
});

test('what was told is told again when messages show that clocks differ', () => {
  const merged = merge();
  merged.opened('agent0', '1', always);
  merged.opened('b', '1', always);
  const early = line({ messageId: 'early', peer: 'agent0', status: 'dropped: no link', atMs: 6_000 });
  reading(merged, 'b', [early], 0, 6_000);
  expect(merged.take().exchanges).toMatchObject([{ messageId: 'early', sentMs: 6_000 }]);
  const there = { messageId: 'there', sequence: 2 };
  const back = { messageId: 'back', sequence: 3 };
  const received = 'received' as const;
  // The clock of b is five seconds ahead, and each way takes two milliseconds.
  reading(
    merged,
    'agent0',
    [line({ ...there, atMs: 1_100 }), line({ ...back, direction: received, atMs: 1_104 })],
    0,
    2_000,
  );
  const atB = [
    line({ ...there, direction: received, peer: 'agent0', atMs: 6_102 }),
    line({ ...back, peer: 'agent0', atMs: 6_102 }),
  ];
  reading(merged, 'b', atB, 0, 7_000);
  expect(merged.take().exchanges).toMatchObject([
    { messageId: 'early', sentMs: 1_000 },
    { messageId: 'there', sentMs: 1_100, receivedMs: 1_102 },
    { messageId: 'back', sentMs: 1_102, receivedMs: 1_104 },
  ]);
});

test('a lane whose log is about to be read is waited for; one that left is not', () => {
  const merged = merge();
  merged.opened('agent0', '1', always);
  merged.expected('b');
  reading(merged, 'agent0', [line({})], 0, 9_000);
  expect(merged.take().exchanges).toEqual([]);
  merged.left('b');
  expect(merged.take().exchanges).toHaveLength(1);
});

test('of a log that was read from a moment on, nothing is claimed before that moment', () => {
  const merged = merge();
  merged.opened('agent0', '1', always);
  merged.opened('b', '1', 2_000);
  reading(merged, 'b', [], 0, 3_000);
  reading(
    merged,
    'agent0',
    [line({ messageId: 'before' }), line({ messageId: 'after', atMs: 2_100, sequence: 2 })],
    0,
    3_000,
  );
  reading(merged, 'b', [], 0, 3_300);
  expect(merged.take().exchanges.map(({ messageId }) => messageId)).toEqual(['after']);
});

test('the newest of the past, and nothing older afterwards', () => {
  const merged = merge();
  merged.opened('agent0', '1', always);
  const dropped = (index: number): MessageView =>
    line({ messageId: `m${index}`, sequence: index, atMs: 1_000 + index, status: 'dropped: no link' });
  reading(merged, 'agent0', [1, 2, 3, 4, 5].map(dropped), 0, 2_000);
  expect(merged.takeNewest(2).exchanges.map(({ messageId }) => messageId)).toEqual(['m4', 'm5']);
  merged.opened('b', '1', always);
  reading(merged, 'b', [line({ messageId: 'm2', direction: 'received', peer: 'agent0', atMs: 1_900 })], 0, 2_000);
  reading(merged, 'b', [line({ messageId: 'old', status: 'dropped: no link', peer: 'agent0', atMs: 900 })], 0, 2_000);
  reading(merged, 'agent0', [dropped(6)], 0, 2_000);
  expect(merged.take().exchanges.map(({ messageId }) => messageId)).toEqual(['m6']);
});

test('a call of a client, and each message of its stream, is an exchange with the asked agent', () => {
  const merged = merge();
  merged.opened('agent0', '1', always);
  const call = { channel: 'user' as const, direction: 'received' as const, peer: '127.0.0.1:9', messageId: 'c' };
  reading(
    merged,
    'agent0',
    [
      line({ ...call, sequence: 1, kind: 'Watch' }),
      line({ ...call, sequence: 2, kind: 'Watch', direction: 'sent' }),
      line({ ...call, sequence: 3, kind: 'Watch', status: 'OK' }),
      line({ ...call, sequence: 4, kind: 'Watch', status: 'OK' }),
    ],
    0,
    1_000,
  );
  const { exchanges } = merged.take();
  expect(new Set(exchanges.map(({ messageId }) => messageId)).size).toBe(4);
  expect(exchanges.map(({ from, to }) => [from, to])).toEqual([
    ['127.0.0.1:9', 'agent0'],
    ['agent0', '127.0.0.1:9'],
    ['127.0.0.1:9', 'agent0'],
    ['127.0.0.1:9', 'agent0'],
  ]);
  expect(exchanges[2]!.messageId).toBe('c');
});

test('what is kept is bounded, and what was dropped untold is counted exactly', () => {
  const merged = merge(100);
  merged.opened('agent0', '1', always);
  merged.opened('b', '1', always);
  const lines = Array.from({ length: 250 }, (_, index) =>
    line({ messageId: `m${index}`, sequence: index + 1, atMs: 1_000 + index }),
  );
  reading(merged, 'agent0', lines, 7, 2_000);
  expect(merged.take()).toEqual({ exchanges: [], missed: 150 + 7 });
  reading(merged, 'b', [], 0, 5_000);
  expect(merged.take().exchanges).toHaveLength(100);
});

test('a filter judges an exchange when both ends may have said what it asks for', () => {
  const merged = new SequenceMerge({
    filter: { peer: 'b', statuses: ['OK'], durationMsMin: 5 },
    self: 'agent0',
    agentAt: (address) => (address === '127.0.0.1:2' ? 'b' : undefined),
  });
  merged.opened('agent0', '1', always);
  merged.opened('b', '1', always);
  const join = { kind: 'join', status: 'OK' };
  reading(
    merged,
    'agent0',
    [
      line({ ...join, messageId: 'j1', peer: '127.0.0.1:2', durationMs: 9 }),
      line({ ...join, messageId: 'j2', sequence: 2, peer: '127.0.0.1:2', durationMs: 1 }),
      line({ ...join, messageId: 'j3', sequence: 3, peer: 'c', durationMs: 9 }),
    ],
    0,
    2_000,
  );
  reading(
    merged,
    'b',
    [line({ ...join, messageId: 'j1', direction: 'received', peer: 'agent0', durationMs: 8 })],
    0,
    2_000,
  );
  expect(merged.take().exchanges).toMatchObject([{ messageId: 'j1', from: 'agent0', to: 'b' }]);
});
