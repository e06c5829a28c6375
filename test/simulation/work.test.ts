/**
 * Guards proposals, work that is done once, and queues in simulated cells under every kind of fault; and that what is
 * checked of them would be noticed: each classic mistake, put into the real code for one run, is caught by a rule that
 * everybody can see, and the same seeds pass without it.
 */
import { describe, expect, it } from 'vitest';
import { runSimulation } from '../../src/simulation/run.ts';
import type { PlantedBug } from './patching.ts';
import { PLANTED_WORK_BUGS } from './planted-work-bugs.ts';

const OPTIONS = { layer: 'host', agents: 3, safetyMs: 8_000, stableMs: 500, work: true } as const;
const SEEDS_MAX = 40;

function run(seed: number, bug?: PlantedBug) {
  const planted = bug?.plant();
  try {
    return runSimulation({ ...OPTIONS, seed });
  } finally {
    planted?.remove();
  }
}

describe('programs that vote, do work once and use queues', () => {
  it('see every rule kept under faults, and the rare things happen', { timeout: 180_000 }, () => {
    const total: Record<string, number> = {};
    for (let seed = 3_001; seed <= 3_016; seed += 1) {
      const { violation, counters } = runSimulation({ ...OPTIONS, safetyMs: 12_000, seed });
      expect(violation, `seed ${seed}`).toBeUndefined();
      for (const [name, count] of Object.entries(counters)) total[name] = (total[name] ?? 0) + count;
    }
    const rare = [
      'proposal accepted: votes',
      'proposal rejected: votes',
      'proposal rejected: changed',
      'proposal expired: deadline',
      'proposal withdrawn: withdrawn',
      'refused: ALREADY_VOTED',
      'refused: PROPOSAL_CLOSED',
      'once claimed again',
      'once recorded',
      'once abandoned',
      'once open by death',
      'once unknown by death',
      'once: result told again',
      'entry completed',
      'entry failed',
      'entry expired',
      'entry sessionEnded',
      'entry dead',
      'entry resumed',
      'entry done after a checkpoint',
      'refused: TOKEN_STALE',
      'refused: DEPENDENCY_UNKNOWN',
    ];
    expect(rare.filter((name) => !total[name])).toEqual([]);
  });
});

describe('planted bugs of proposals, once and queues', () => {
  const caughtWith = new Set<number>();

  for (const bug of PLANTED_WORK_BUGS) {
    it(`catches: ${bug.name}`, { timeout: 180_000 }, () => {
      for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
        const { violation } = run(seed, bug);
        // An assertion of the machine itself may fail first; what counts is that a rule is broken that everybody can see.
        if (violation === undefined || violation.invariant === 'no assertion fails') continue;
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
});
