// Guards the ordered set below the in-memory store, with enough keys that it consists of many chunks.

import { describe, expect, it } from 'vitest';
import { SortedKeys } from '../../src/agent/machine/sorted-keys.ts';
import { fc } from '../support/property.ts';

const number = fc.nat(3_000);
const name = (at: number) => `/${String(at).padStart(4, '0')}`;

function collect(keys: SortedKeys, way: 'ascend' | 'descend', start: string, end: string, limit: number): string[] {
  const found: string[] = [];
  keys[way](start, end, (key) => found.push(key) < limit);
  return found;
}

describe('sorted keys', () => {
  it('are those that were added and not deleted, in order', () => {
    const stretch = fc.record({
      from: number,
      count: fc.nat(1_500),
      step: fc.integer({ min: -3, max: 3 }),
      adds: fc.boolean(),
    });
    const question = fc.record({ start: number, end: number, limit: fc.integer({ min: 1, max: 700 }) });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), fc.array(question, { maxLength: 8 }), (stretches, questions) => {
        let keys = new SortedKeys();
        const model = new Set<string>();
        for (const { from, count, step, adds } of stretches) {
          for (let at = 0; at < count; at += 1) {
            const key = name(Math.abs(from + at * step));
            if (adds) keys.add(key);
            else keys.delete(key);
            if (adds) model.add(key);
            else model.delete(key);
          }
          const old = keys;
          keys = SortedKeys.copyOf(old);
          old.add('/a copy has chunks of its own');
        }
        const sorted = [...model].sort();
        for (const { start, end, limit } of questions) {
          const between = sorted.filter((key) => key >= name(start) && key < name(end));
          expect(collect(keys, 'ascend', name(start), name(end), limit)).toEqual(between.slice(0, limit));
          expect(collect(keys, 'descend', name(start), name(end), limit)).toEqual(between.reverse().slice(0, limit));
          expect(keys.firstFrom(name(start))).toBe(sorted.find((key) => key >= name(start)));
        }
        expect(collect(SortedKeys.fromSorted(sorted), 'ascend', '', '0', 9_999)).toEqual(sorted);
      }),
      { numRuns: 60 },
    );
  });
});
