/**
 * Guards the harness itself: each classic mistake, put into the real code for one run, must be caught by a general
 * invariant within the seeds that are tried, and the same seeds must pass without it.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { runSimulation } from '../../src/simulation/run.ts';
import type { PlantedBug } from './patching.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

const SEEDS_MAX = 80;
const SIZES = { safetyMs: 10_000, stableMs: 5_000 };

function run(seed: number, bug?: PlantedBug) {
  const planted = bug?.plant();
  try {
    const { layer, partialPartition } = bug ?? {};
    return runSimulation({ ...SIZES, seed, layer, partialPartition, hooks: planted?.hooks });
  } finally {
    planted?.remove();
  }
}

describe('planted bugs', () => {
  const caughtWith = { replica: new Set<number>(), host: new Set<number>() };

  for (const bug of PLANTED_BUGS) {
    it(`catches: ${bug.name}`, { timeout: 180_000 }, () => {
      for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
        const { violation } = run(seed, bug);
        if (violation === undefined) continue;
        caughtWith[bug.layer ?? 'replica'].add(seed);
        console.log(`seed ${seed}: ${violation.invariant}: ${violation.explanation.split('\n')[0]}`);
        return;
      }
      expect.fail(`no seed up to ${SEEDS_MAX} shows it`);
    });
  }

  it('passes the same seeds without them', { timeout: 180_000 }, () => {
    for (const layer of ['replica', 'host'] as const) {
      expect(caughtWith[layer].size).toBeGreaterThan(0);
      for (const seed of caughtWith[layer]) {
        const { violation } = runSimulation({ ...SIZES, seed, layer });
        expect(violation, `seed ${seed}`).toBeUndefined();
      }
    }
  });

  afterAll(() => {
    // Nothing stays planted.
    expect(run(1).violation).toBeUndefined();
  });
});
