import type { ConsensusConfig } from '../consensus/io.ts';
import type { AutopilotView } from './autopilot-view.ts';

/** Settings of one host. Durations in milliseconds, sizes in bytes. Defaults: `hostConfig` in `src/agent/config.ts`. */
export interface HostConfig {
  readonly consensus: ConsensusConfig;
  readonly autopilotMode: AutopilotView['mode'];
  readonly votersMax: number;
  readonly evictAfterMs: number;
  readonly stateFlushSlots: number;
  readonly stateFlushMs: number;
  /** How long a write waits for room in the pipeline, for a leader, or for the agent's own session. */
  readonly writeWaitMs: number;
  /** Quorum ALL waits this long for voters that lag. */
  readonly allWaitMs: number;
  readonly internalSessionTtlMs: number;
  /** One bundle is one journal entry. */
  readonly bundleMaxBytes: number;
  readonly bundleMaxRequests: number;
  /** Entries of a leader on their way at once, unless more is queued than one bundle takes. */
  readonly pipelineEntries: number;
  readonly forwardsInFlightMax: number;
  /** Writes that wait here, at most, and reads; beyond it they are refused at once. */
  readonly queuedRequestsMax: number;
  readonly queuedBytesMax: number;
  /** A forwarded call without an answer for so long is sent again. */
  readonly retryMs: number;
  /** How long a change of the participants may take before its outcome counts as unknown. */
  readonly changeWaitMs: number;
  /** An agent that is silent for so long counts as silent in liveness reports. */
  readonly silentAfterMs: number;
  readonly livenessReportMs: number;
  readonly autopilotMs: number;
  /** A turn that applies chosen entries yields to ticks and heartbeats after so long. */
  readonly applyTurnMs: number;
  readonly version: string;
}
