import type { ConsensusConfig } from './consensus/io.ts';

/** The one place where defaults live. Durations in milliseconds, sizes in bytes, counts in what the name says. */
export const DEFAULTS = {
  heartbeatMs: 50,
  electionMinMs: 150,
  electionMaxMs: 300,
  preVoteMs: 100,
  acceptMaxBytes: 2 * 1024 * 1024,
  inFlightBatchesMax: 128,
  journalMemoryBytes: 32 * 1024 * 1024,
  priority: 0,
  stateFlushSlots: 1_000,
  stateFlushMs: 1_000,
  journalKeptSlots: 10_000,
  /** How long a write waits for room in the pipeline, for a leader, or for the agent's own session. */
  writeWaitMs: 5_000,
  /** Quorum ALL waits this long for voters that lag. */
  allWaitMs: 1_000,
  internalSessionTtlMs: 30_000,
  evictAfterMs: 60_000,
  votersMax: 5,
} as const;

export function consensusConfig(overrides: Partial<ConsensusConfig> = {}): ConsensusConfig {
  const { heartbeatMs, electionMinMs, electionMaxMs, preVoteMs, acceptMaxBytes, inFlightBatchesMax } = DEFAULTS;
  const { journalMemoryBytes, priority } = DEFAULTS;
  return {
    heartbeatMs,
    electionMinMs,
    electionMaxMs,
    preVoteMs,
    acceptMaxBytes,
    inFlightBatchesMax,
    journalMemoryBytes,
    priority,
    ...overrides,
  };
}
