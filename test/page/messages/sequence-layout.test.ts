/** Guards the picture of the sequence view: lanes, the order of time, silences, ends that nobody saw, and what is in view. */

import { expect, test } from 'vitest';
import { arrowLabel, arrowSentence } from '../../../src/renderer/panels/messages/sequence/arrow-text.ts';
import {
  arrowsWithin,
  CLIENTS,
  lanesOf,
  layOut,
  SCALE,
} from '../../../src/renderer/panels/messages/sequence/sequence-layout.ts';
import { fc } from '../../support/property.ts';
import { exchange, LANES } from './exchanges.ts';
import { nameOf } from './support.ts';

test('clients share the first lane, and whoever is no participant any more gets the last', () => {
  const lanes = lanesOf(LANES, [
    exchange({ channel: 'user', from: '127.0.0.1:5000' }),
    exchange({ channel: 'user', from: '127.0.0.1:5001' }),
    exchange({ to: 'agent-gone-for-long' }),
  ]);
  expect(lanes.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    `clients ${CLIENTS}`,
    'agent agent-a',
    'agent agent-b',
    'agent agent-c',
    'gone agent-gone-for-long',
  ]);
});

test('an unreachable participant keeps its lane, with the reason', () => {
  const [lane] = lanesOf([{ agentId: 'agent-a', name: 'amber', reachable: false, problem: 'silent for 4 s' }], []);
  expect(lane?.problem).toBe('silent for 4 s');
});

test('time runs downwards whatever comes when, and no arrow climbs', () => {
  const anyExchange = fc
    .record({
      sentMs: fc.integer({ min: 0, max: 5_000 }),
      tookMs: fc.integer({ min: 0, max: 900 }),
      seen: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ sentMs, tookMs, seen }) =>
      exchange({ sentMs: seen === 2 ? null : sentMs, receivedMs: seen === 1 ? null : sentMs + tookMs }),
    );
  fc.assert(
    fc.property(fc.array(anyExchange, { minLength: 1, maxLength: 60 }), (exchanges) => {
      const { arrows, height } = layOut(LANES, exchanges, []);
      expect(arrows).toHaveLength(exchanges.length);
      const ends = arrows.flatMap(({ exchange: { sentMs, receivedMs }, fromY, toY }) => {
        expect(toY).toBeGreaterThanOrEqual(fromY);
        expect(toY).toBeLessThan(height);
        return [...(sentMs === null ? [] : [[sentMs, fromY]]), ...(receivedMs === null ? [] : [[receivedMs, toY]])];
      });
      for (const [atMs, y] of ends)
        for (const [otherMs, otherY] of ends) if (atMs! < otherMs!) expect(y!).toBeLessThan(otherY!);
    }),
    { numRuns: 50 },
  );
});

test('labels of arrows that leave one after the other do not lie on each other', () => {
  const exchanges = Array.from({ length: 50 }, (_, index) =>
    exchange({ sentMs: 1_000 + index / 100, receivedMs: 1_003 }),
  );
  const tops = layOut(LANES, exchanges, []).arrows.map(({ fromY }) => fromY);
  for (const [index, top] of tops.slice(1).entries())
    expect(top - tops[index]!).toBeGreaterThanOrEqual(SCALE.departureGap);
});

test('a silence is cut and says how long it was; a short one is drawn as it was', () => {
  const { arrows, marks } = layOut(
    LANES,
    [
      exchange({ sentMs: 1_000, receivedMs: 1_001 }),
      exchange({ sentMs: 1_011, receivedMs: 1_012 }),
      exchange({ sentMs: 9_012, receivedMs: 9_013 }),
    ],
    [],
  );
  expect(marks).toEqual([{ kind: 'gap', y: expect.any(Number), skippedMs: 8_000 }]);
  expect(arrows[1]!.fromY - arrows[0]!.toY).toBe(10 * SCALE.pixelsPerMs);
  expect(arrows[2]!.fromY - arrows[1]!.toY).toBe(SCALE.gapMax);
});

test('missed messages are marked where they are missing', () => {
  const exchanges = [exchange({ sentMs: 1_000, receivedMs: 1_001 }), exchange({ sentMs: 1_010, receivedMs: 1_011 })];
  const { arrows, marks } = layOut(LANES, exchanges, [{ atMs: 1_010, count: 37 }]);
  expect(marks).toEqual([{ kind: 'missed', y: expect.any(Number), count: 37 }]);
  expect(marks[0]!.y).toBeGreaterThan(arrows[0]!.toY);
  expect(marks[0]!.y).toBeLessThan(arrows[1]!.fromY);
});

test('only what one end saw is one-sided; clients keep no log, so their calls are not', () => {
  const { arrows } = layOut(
    LANES,
    [
      exchange({ sentMs: 1, receivedMs: 2 }),
      exchange({ sentMs: 3, receivedMs: null }),
      exchange({ sentMs: null, receivedMs: 4 }),
      exchange({ channel: 'user', from: '127.0.0.1:5000', sentMs: null, receivedMs: 5 }),
    ],
    [],
  );
  expect(arrows.map(({ seen }) => seen)).toEqual(['both', 'sender', 'receiver', 'both']);
});

test('what is in view is exactly what touches it', () => {
  const exchanges = Array.from({ length: 300 }, (_, index) =>
    exchange({ sentMs: 1_000 + index * 3, receivedMs: 1_000 + index * 3 + (index % 50 === 0 ? 400 : 1) }),
  );
  const layout = layOut(LANES, exchanges, []);
  for (const top of [0, 500, 2_000, layout.height - 300]) {
    const expected = layout.arrows.filter(({ fromY, toY }) => fromY < top + 300 && toY >= top);
    expect(arrowsWithin(layout, top, top + 300)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  }
});

test.each([
  [{}, 'accept 4·amber s42', 'amber sends accept, ballot 4 of amber, slot 42 to birch; on its way for 1.00 ms'],
  [
    { throughSlot: 44 },
    'accept 4·amber s42–44',
    'amber sends accept, ballot 4 of amber, slots 42–44 to birch; on its way for 1.00 ms',
  ],
  [
    { receivedMs: null },
    'accept 4·amber s42',
    'amber sends accept, ballot 4 of amber, slot 42 to birch; only amber has it in its log',
  ],
  [
    { receivedMs: null, status: 'dropped: no link' },
    'accept 4·amber s42',
    'amber sends accept, ballot 4 of amber, slot 42 to birch; it was dropped: there was no connection',
  ],
  [
    {
      channel: 'user' as const,
      kind: 'Put',
      ballot: null,
      from: 'a client',
      to: 'agent-c',
      sentMs: null,
      status: 'OK',
    },
    'Put s42',
    'a client calls Put at crimson, slot 42; it ended with OK',
  ],
])('%j is labelled and read out', (change, label, sentence) => {
  const [arrow] = layOut(LANES, [exchange(change)], []).arrows;
  expect(arrowLabel(arrow!.exchange, nameOf)).toBe(label);
  expect(arrowSentence(arrow!, nameOf)).toBe(sentence);
});
