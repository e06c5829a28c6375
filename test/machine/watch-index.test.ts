// Guards how the watchers of a key are found among many.

import { describe, expect, it } from 'vitest';
import { prefixEnd } from '../../src/agent/machine/keys.ts';
import { type Watched, WatchIndex } from '../../src/agent/machine/watch-index.ts';
import { isInRange } from '../../src/agent/machine/write-view.ts';
import { fc } from '../support/property.ts';

describe('many watchers', () => {
  it('are not asked one by one: those of other keys cost nothing', () => {
    let asked = 0;
    const index = new WatchIndex();
    const found: string[] = [];
    for (let at = 0; at < 10_000; at += 1) {
      const start = at % 2 ? `/k/${at}` : `/k/${at}/`;
      const end = at % 2 ? '' : `/k/${at}0`;
      // Reading `start` is what testing a watcher against a key takes.
      const watched = {
        end,
        get start() {
          asked += 1;
          return start;
        },
      };
      index.add(watched);
    }
    asked = 0;
    for (const key of ['/k/4999', '/k/4998/x', '/elsewhere']) index.visit(key, ({ start }) => found.push(start));
    expect(found).toEqual(['/k/4999', '/k/4998/']);
    expect(asked).toBeLessThan(10);
  });

  it('are still found when others of the same length have gone', () => {
    const index = new WatchIndex();
    const [going, staying] = ['/a/', '/b/'].map((start) => ({ start, end: prefixEnd(start) }));
    index.add(going!);
    index.add(staying!);
    index.remove(going!);
    const found: Watched[] = [];
    for (const key of ['/a/1', '/b/1']) index.visit(key, (watched) => found.push(watched));
    expect(found).toEqual([staying]);
  });

  it('are each found exactly when their range has the key', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\xff'), maxLength: 4 });
    const prefix = text.map((start) => ({ start, end: prefixEnd(start) }));
    const range = fc.oneof(prefix, prefix, fc.record({ start: text, end: text }));
    fc.assert(
      fc.property(fc.array(range), text, fc.nat(3), (ranges, key, every) => {
        const index = new WatchIndex();
        for (const range of ranges) index.add(range);
        const left = ranges.filter((range, at) => {
          const stays = every === 0 || at % every !== 0;
          if (!stays) index.remove(range);
          return stays;
        });
        const found: Watched[] = [];
        index.visit(key, (watched) => found.push(watched));
        expect(new Set(found)).toEqual(new Set(left.filter((range) => isInRange(key, range))));
        expect(found.length).toBe(new Set(found).size);
      }),
    );
  });
});
