/**
 * Guards what is checked of locks, elections and barriers: each classic mistake, put into the real code for one run, must
 * be caught by a general invariant within the seeds that are tried, and the same seeds must pass without it.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { runSimulation } from '../../src/simulation/run.ts';
import type { PlantedBug } from './patching.ts';
import { PLANTED_COORDINATION_BUGS } from './planted-coordination-bugs.ts';

const SEEDS_MAX = 40;
const OPTIONS = { layer: 'host', agents: 3, safetyMs: 8_000, stableMs: 500 } as const;

function run(seed: number, bug?: PlantedBug) {
  const planted = bug?.plant();
  try {
    return runSimulation({ ...OPTIONS, seed });
  } finally {
    planted?.remove();
  }
}

describe('planted bugs of coordination', () => {
  const caughtWith = new Set<number>();

  for (const bug of PLANTED_COORDINATION_BUGS) {
    it(`catches: ${bug.name}`, { timeout: 180_000 }, () => {
      for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
        const { violation } = run(seed, bug);
        if (violation === undefined) continue;
        // An assertion of the machine itself may fail first; what counts is that a rule is broken that everybody can see.
        if (violation.invariant === 'no assertion fails') continue;
        caughtWith.add(seed);
        console.log(`seed ${seed}: ${violation.invariant}: ${violation.explanation.split('\n')[0]}`);
        return;
      }
      expect.fail(`no seed up to ${SEEDS_MAX} shows it`);
    });
  }

  it('passes the same seeds without them', { timeout: 180_000 }, () => {
    expect(caughtWith.size).toBeGreaterThan(0);
    for (const seed of caughtWith) expect(run(seed).violation, `seed ${seed}`).toBeUndefined();
  });

  afterAll(() => {
    // Nothing stays planted.
    expect(run(1).violation).toBeUndefined();
  });
});
