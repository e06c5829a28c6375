/**
 * Guards counters and watches in simulated cells under every kind of fault: a counter is the sum of the increments that
 * were acknowledged and of some of those of unknown outcome, and a watch tells every change once and in order. And that it
 * would be noticed if not: each classic mistake, put into the real code for one run, is caught by its rule, and the same
 * seeds pass without it.
 */
import { describe, expect, it } from 'vitest';
import { runSimulation } from '../../src/simulation/run.ts';
import type { PlantedBug } from './patching.ts';
import { PLANTED_COUNTING_BUGS } from './planted-counting-bugs.ts';
import { PLANTED_WATCHING_BUGS } from './planted-watching-bugs.ts';

const OPTIONS = {
  layer: 'host',
  agents: 3,
  safetyMs: 8_000,
  stableMs: 500,
  coordination: false,
  counting: true,
  watching: true,
} as const;
const SEEDS = [4_015, 4_001, 4_003, 4_017];

function run(seed: number, bug?: PlantedBug) {
  const planted = bug?.plant();
  try {
    return runSimulation({ ...OPTIONS, seed });
  } finally {
    planted?.remove();
  }
}

describe('programs that count and watch', () => {
  it('find the sum of what was acknowledged and are told all that happened, and the rare things happen', {
    timeout: 180_000,
  }, () => {
    const total: Record<string, number> = {};
    for (const seed of SEEDS) {
      const { violation, counters } = run(seed);
      expect(violation, `seed ${seed}`).toBeUndefined();
      for (const [name, count] of Object.entries(counters)) total[name] = (total[name] ?? 0) + count;
    }
    const rare = [
      'increment acknowledged',
      'increment refused',
      'increment of unknown outcome: none',
      'increment of unknown outcome: done',
      'change watched',
      'progress of a watch',
      'watch cut: COMPACTED',
      'request repeated',
      'restart',
      'snapshot installed',
      'configuration changed',
    ];
    expect(rare.filter((name) => !total[name])).toEqual([]);
  });

  const planted = [
    { bugs: PLANTED_COUNTING_BUGS, invariant: 'a counter is the sum of its increments' },
    { bugs: PLANTED_WATCHING_BUGS, invariant: 'a watch tells every change once and in order' },
  ];
  for (const { bugs, invariant } of planted) {
    for (const bug of bugs) {
      it(`catch: ${bug.name}`, { timeout: 180_000 }, () => {
        for (const seed of SEEDS) {
          const { violation } = run(seed, bug);
          if (violation?.invariant !== invariant) continue;
          console.log(`seed ${seed}: ${violation.explanation}`);
          return;
        }
        expect.fail(`none of the seeds ${SEEDS.join()} shows it`);
      });
    }
  }
});
