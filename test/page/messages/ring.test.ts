/** Guards the buffer behind the log of messages: bounded, in order, whichever end is added to. */

import { expect, test } from 'vitest';
import { Ring } from '../../../src/renderer/panels/messages/log/ring.ts';
import { fc } from '../../support/property.ts';

test('any sequence of additions and removals leaves what an unbounded list would, cut to the capacity', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('unshift' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('shift' as const), value: fc.constant(0) }),
    fc.record({ kind: fc.constant('clear' as const), value: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      const ring = new Ring<number>(capacity);
      let model: number[] = [];
      for (const { kind, value } of steps) {
        if (kind === 'push') {
          const dropped = model.length === capacity ? model.shift() : undefined;
          model.push(value);
          expect(ring.push(value)).toBe(dropped);
        } else if (kind === 'unshift') {
          const fits = model.length < capacity;
          if (fits) model.unshift(value);
          expect(ring.unshift(value)).toBe(fits);
        } else if (kind === 'shift') {
          expect(ring.shift()).toBe(model.shift());
        } else {
          ring.clear();
          model = [];
        }
        expect(ring.toArray()).toEqual(model);
        expect(model.map((_, index) => ring.at(index))).toEqual(model);
        expect(ring.at(model.length)).toBeUndefined();
        expect(ring.at(-1)).toBeUndefined();
      }
    }),
  );
});
