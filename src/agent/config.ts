import type { ConsensusConfig } from './consensus/io.ts';
import type { HostConfig } from './host/host-config.ts';
import type { StorageConfig } from './storage/storage.ts';

/** The one place where defaults live. Durations in milliseconds, sizes in bytes, counts in what the name says. */
export const DEFAULTS = {
  heartbeatMs: 100,
  electionMinMs: 500,
  electionMaxMs: 900,
  preVoteMs: 100,
  acceptMaxBytes: 2 * 1024 * 1024,
  inFlightBatchesMax: 128,
  journalMemoryBytes: 32 * 1024 * 1024,
  priority: 0,
  stateFlushSlots: 1_000,
  stateFlushMs: 1_000,
  journalKeptSlots: 10_000,
  journalKeptBytes: 256 * 1024 * 1024,
  /** Pages of 4 KiB in a WAL after which it is copied into its database. */
  logWalFramesMax: 4_096,
  stateWalFramesMax: 4_096,
  /** The applied state is fsynced at least so often, so that the journal can be dropped behind it. */
  stateDurableSlots: 5_000,
  /** How long a write waits for room in the pipeline, for a leader, or for the agent's own session. */
  writeWaitMs: 5_000,
  /** Quorum ALL waits this long for voters that lag. */
  allWaitMs: 1_000,
  internalSessionTtlMs: 30_000,
  evictAfterMs: 60_000,
  votersMax: 5,
  autopilotMode: 'safe',
  /** One bundle is one journal entry; small enough that its transfer does not hold up heartbeats. */
  bundleMaxBytes: 512 * 1024,
  bundleMaxRequests: 1_024,
  /** More than one, so that the next bundle travels while the last one is made durable; few, so that bundles fill. */
  pipelineEntries: 8,
  forwardsInFlightMax: 8,
  queuedRequestsMax: 16_384,
  queuedBytesMax: 128 * 1024 * 1024,
  /** A forwarded call is repeated after so many of the longest election timeouts: by then there is a successor. */
  retryElections: 2,
  changeWaitMs: 10_000,
  /** At least; and never below two election timeouts, so that an election alone makes nobody suspect. */
  silentAfterMs: 1_000,
  livenessReportMs: 500,
  autopilotMs: 1_000,
  applyTurnMs: 4,
  /** Each end of a link hears the other about five times a second: well inside `silentAfterMs`. */
  linkKeepAliveMs: 400,
  /** Three keep-alives unanswered: the stream is reset, because a half-open connection would stay silent for minutes. */
  linkSilenceMs: 1_200,
  linkBufferMaxBytes: 32 * 1024 * 1024,
  /** The largest `Accept` and what surrounds it. */
  frameMaxBytes: 4 * 1024 * 1024,
  reconnectMinMs: 50,
  reconnectMaxMs: 500,
  joinRetryMinMs: 200,
  joinRetryMaxMs: 3_000,
  /** A newcomer reads configurations from before it joined; after this long it believes that it is not a participant. */
  rejoinAfterMs: 3_000,
  /** How long an agent that takes a join waits for each of its steps. */
  joinStepMs: 3_000,
  snapshotChunkBytes: 64 * 1024,
  snapshotSilenceMs: 10_000,
  /** Copying a large state into one file, before the first byte of it can travel. */
  snapshotPrepareMs: 120_000,
  /** Of the electorate of a proposal, for acceptance. */
  proposalQuorumPerTenThousand: 5_100,
  proposalTimeoutMs: 5_000,
  /** Claims of an entry of a queue that may come to nothing before it is dead. */
  entryAttemptsMax: 5,
  /** After its first failure; twice as long after each further one. */
  entryBackoffMs: 1_000,
  entryBackoffMaxMs: 60_000,
  /** Answers under an `Idempotency-Key` that only this agent remembers; beyond either, the oldest are forgotten early. */
  rememberedAnswersMax: 10_000,
  rememberedAnswerBytesMax: 64 * 1024 * 1024,
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

export function hostConfig(
  version: string,
  overrides: Partial<Omit<HostConfig, 'consensus' | 'version'>> = {},
  consensus: Partial<ConsensusConfig> = {},
): HostConfig {
  const { autopilotMode, votersMax, evictAfterMs, stateFlushSlots, stateFlushMs, writeWaitMs, allWaitMs } = DEFAULTS;
  const { internalSessionTtlMs, bundleMaxBytes, bundleMaxRequests, queuedRequestsMax, queuedBytesMax } = DEFAULTS;
  const { pipelineEntries, forwardsInFlightMax, retryElections, changeWaitMs } = DEFAULTS;
  const { silentAfterMs, livenessReportMs, autopilotMs, applyTurnMs } = DEFAULTS;
  const whole = consensusConfig(consensus);
  return {
    consensus: whole,
    autopilotMode,
    votersMax,
    evictAfterMs,
    stateFlushSlots,
    stateFlushMs,
    writeWaitMs,
    allWaitMs,
    internalSessionTtlMs,
    bundleMaxBytes,
    bundleMaxRequests,
    pipelineEntries,
    forwardsInFlightMax,
    queuedRequestsMax,
    queuedBytesMax,
    retryMs: retryElections * whole.electionMaxMs,
    changeWaitMs,
    silentAfterMs: Math.max(silentAfterMs, 2 * whole.electionMaxMs),
    livenessReportMs,
    autopilotMs,
    applyTurnMs,
    version,
    ...overrides,
  };
}

export function storageConfig(overrides: Partial<StorageConfig> = {}): StorageConfig {
  const { journalKeptSlots, journalKeptBytes, logWalFramesMax, stateWalFramesMax, stateDurableSlots } = DEFAULTS;
  return { journalKeptSlots, journalKeptBytes, logWalFramesMax, stateWalFramesMax, stateDurableSlots, ...overrides };
}
