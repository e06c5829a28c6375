/** Guards agreement, durability, reads and liveness of consensus alone, in simulated cells under every kind of fault. */
import { describe, expect, it } from 'vitest';
import { PARTIAL_PARTITIONS } from '../../src/simulation/liveness.ts';
import { runSimulation } from '../../src/simulation/run.ts';
import { drawSettings, NO_FAULTS, type Settings } from '../../src/simulation/settings.ts';

/** Five voters from the beginning and few clients: a minute of it is soon over. */
const isCalm = ({ isFoundedWhole, clientPauseMeanMs }: Settings): boolean => isFoundedWhole && clientPauseMeanMs > 100;

/** Seeds that once showed a mistake. */
const REGRESSIONS: readonly { readonly seed: number; readonly showed: string }[] = [
  { seed: 74, showed: 'a leader that campaigned below the era' },
  { seed: 179, showed: 'a sole voter whose every entry was void' },
];

describe('cells of bare replicas', () => {
  it('keep every invariant under faults, and the rare things happen', { timeout: 180_000 }, () => {
    const total: Record<string, number> = {};
    for (let seed = 1_001; seed <= 1_016; seed += 1) {
      const partialPartition = PARTIAL_PARTITIONS[seed % PARTIAL_PARTITIONS.length];
      const { violation, counters } = runSimulation({ seed, safetyMs: 15_000, stableMs: 5_000, partialPartition });
      expect(violation, `seed ${seed}`).toBeUndefined();
      for (const [name, count] of Object.entries(counters)) total[name] = (total[name] ?? 0) + count;
    }
    const rare = [
      'crash before a commit',
      'crash after a commit',
      'crash before a send',
      'crash after a send',
      'crash after an fsync',
      'crash lost commits',
      'crash kept commits that were never fsynced',
      'fsync failed',
      'disk lost',
      'damaged disk refused',
      'snapshot installed',
      'snapshot interrupted',
      'configuration changed',
      'void entry',
      'newcomer',
      'message replayed',
      'partial partition: quorum loss',
      'partial partition: constrained election',
      'partial partition: chained',
    ];
    expect(rare.filter((name) => !total[name])).toEqual([]);
  });

  it.each(REGRESSIONS)('pass seed $seed, which showed $showed', ({ seed }) => {
    expect(runSimulation({ seed, safetyMs: 20_000, stableMs: 5_000 }).violation).toBeUndefined();
  });

  it('run the same way twice', () => {
    for (const seed of [3, 4]) {
      const [one, other] = [0, 1].map(() => runSimulation({ seed, safetyMs: 5_000, stableMs: 2_000 }));
      expect(one?.traceHash).toBe(other?.traceHash);
      expect(one?.events).toBe(other?.events);
    }
    const [three, four] = [3, 4].map((seed) => runSimulation({ seed, safetyMs: 1_000, stableMs: 100 }).traceHash);
    expect(three).not.toBe(four);
  });

  it.each(['quorum loss', 'constrained election', 'chained'] as const)(
    'keep a leader for a minute under %s',
    { timeout: 120_000 },
    (partialPartition) => {
      const seed = Array.from({ length: 100 }, (_, one) => one).find((one) => isCalm(drawSettings(one, 5))) ?? 0;
      const options = { seed, agents: 5, safetyMs: 500, stableMs: 60_000, faults: NO_FAULTS, partialPartition };
      const { violation, counters } = runSimulation(options);
      expect(violation).toBeUndefined();
      expect(counters[`partial partition: ${partialPartition}`] ?? 0).toBe(1);
    },
  );
});
