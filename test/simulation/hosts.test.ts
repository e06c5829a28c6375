/**
 * Guards whole hosts with the real machine in simulated cells under every kind of fault: exactly once, the same answer to
 * a repeat, revisions that only grow, linearizable reads, sessions that never end early, the rule of automatic changes,
 * locks, elections and barriers.
 */
import { describe, expect, it } from 'vitest';
import { autopilot } from '../../src/agent/peer/autopilot.ts';
import { SqliteStateStore } from '../../src/agent/storage/state-store.ts';
import { runSimulation } from '../../src/simulation/run.ts';

describe('cells of whole hosts', () => {
  it('keep every invariant under faults, and the rare things happen', { timeout: 300_000 }, () => {
    const total: Record<string, number> = {};
    for (let seed = 2_001; seed <= 2_012; seed += 1) {
      const { violation, counters } = runSimulation({
        seed,
        layer: 'host',
        safetyMs: 12_000,
        stableMs: 5_000,
        autopilot,
      });
      expect(violation, `seed ${seed}`).toBeUndefined();
      for (const [name, count] of Object.entries(counters)) total[name] = (total[name] ?? 0) + count;
    }
    const rare = [
      'crash before a send',
      'crash lost commits',
      'snapshot installed',
      'configuration changed',
      'autopilot changed voters',
      'request repeated',
      'repeated request answered',
      'renewal acknowledged',
      'read answered',
      'lock granted',
      'lock contended',
      'lock re-entered',
      'lock expired',
      'lock sessionEnded',
      'lock delayed',
      'resource written',
      'refused: TOKEN_STALE',
      'refused: LOCK_NOT_HELD',
      'refused: DEADLOCK',
      'election handed over',
      'tenure ended: sessionEnded',
      'barrier released: threshold',
      'barrier released: timeout',
      'barrier broken: death',
      'participant died',
      'session and locks renewed',
    ];
    expect(rare.filter((name) => !total[name])).toEqual([]);
  });

  it('run the same way on SQLite as in memory', { timeout: 240_000 }, () => {
    const options = { layer: 'host', agents: 3, safetyMs: 4_000, stableMs: 500, autopilot } as const;
    let restarts = 0;
    let writes = 0;
    for (const seed of [2_101, 2_102, 2_103, 2_104]) {
      const inMemory = runSimulation({ ...options, seed });
      const onSqlite = runSimulation({ ...options, seed, createStore: () => SqliteStateStore.inMemory() });
      expect(onSqlite.violation, `seed ${seed}`).toBeUndefined();
      expect(onSqlite.traceHash, `seed ${seed}`).toBe(inMemory.traceHash);
      restarts += onSqlite.counters.restart ?? 0;
      writes += onSqlite.counters['writes completed'] ?? 0;
    }
    expect(restarts).toBeGreaterThan(0);
    expect(writes).toBeGreaterThan(100);
  });

  it('run the same way twice', { timeout: 120_000 }, () => {
    const [one, other] = [0, 1].map(() => {
      return runSimulation({ seed: 5, layer: 'host', safetyMs: 6_000, stableMs: 1_000, autopilot });
    });
    expect(one?.traceHash).toBe(other?.traceHash);
    expect(one?.events).toBe(other?.events);
  });
});
