import type { AutopilotPolicy } from '../agent/host/autopilot-view.ts';
import { runHosts } from './host-run.ts';
import type { PartialPartition } from './liveness.ts';
import type { CloneableStore } from './observed-store.ts';
import type { ReplicaHooks } from './replica-driver.ts';
import { runReplicas } from './replica-run.ts';
import { drawSettings, type FaultChoice } from './settings.ts';
import { formatEvent, type TraceEvent } from './trace.ts';
import { type InvariantName, Violation } from './violation.ts';
import { World } from './world.ts';

/** What runs in the simulated processes: the consensus alone, or whole hosts with the machine. */
export type SimulatedLayer = 'replica' | 'host';

export interface SimulationOptions {
  readonly seed: number;
  readonly layer?: SimulatedLayer;
  /** Drawn from the seed, 3 to 7, when absent. */
  readonly agents?: number;
  /** How long faults happen, in simulated milliseconds. */
  readonly safetyMs: number;
  /** How long the leader must stay afterwards. */
  readonly stableMs: number;
  readonly faults?: FaultChoice;
  readonly partialPartition?: PartialPartition;
  /** Layer `host`: who votes. */
  readonly autopilot?: AutopilotPolicy;
  /** Layer `host`: programs that use locks, elections and barriers; unless it is false. */
  readonly coordination?: boolean;
  /** Layer `host`: programs that vote, do work once and use queues; if it is true. */
  readonly work?: boolean;
  /** Layer `host`: programs that count; if it is true. */
  readonly counting?: boolean;
  /** Layer `host`: programs that watch; if it is true. */
  readonly watching?: boolean;
  /** Layer `host`: what the machines store their state in; in memory when absent. */
  readonly createStore?: () => CloneableStore;
  /** Layer `replica`: mistakes that tests plant. */
  readonly hooks?: ReplicaHooks;
  /** Called with every event; for watching a run. */
  readonly onEvent?: (line: string) => void;
}

export interface FoundViolation {
  readonly invariant: InvariantName;
  readonly explanation: string;
  readonly atMs: number;
  readonly lastEvents: readonly string[];
}

export interface SimulationReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly violation: FoundViolation | undefined;
  /** Equal for two runs of the same seed. */
  readonly traceHash: string;
  readonly events: number;
  /** Proof that the rare things happened. */
  readonly counters: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  readonly wallMs: number;
  /** Processor time of this process; on a shared machine the figure to compare. */
  readonly cpuMs: number;
}

/** Runs one seed to its end or to the first broken invariant. The same options give the same run, event by event. */
export function runSimulation(options: SimulationOptions): SimulationReport {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const { onEvent } = options;
  const world = new World(options.seed, drawSettings(options.seed, options.agents).journalKeptSlots);
  if (onEvent !== undefined) world.trace.listener = (event: TraceEvent) => onEvent(formatEvent(event));
  let violation: FoundViolation | undefined;
  try {
    if (options.layer === 'host') runHosts(world, options);
    else runReplicas(world, options);
  } catch (error) {
    violation = { ...explain(error), atMs: world.queue.nowMs, lastEvents: world.trace.last(60).map(formatEvent) };
  }
  return {
    ok: violation === undefined,
    seed: options.seed,
    violation,
    traceHash: world.trace.hash,
    events: world.trace.count,
    counters: world.counters.toRecord(),
    simulatedMs: world.queue.nowMs,
    wallMs: performance.now() - startedMs,
    cpuMs: cpuSince(startedCpu),
  };
}

function cpuSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}

function explain(error: unknown): { invariant: InvariantName; explanation: string } {
  if (error instanceof Violation) return { invariant: error.invariant, explanation: error.message };
  // Whatever else is thrown would have ended a real agent, with this text.
  return { invariant: 'no assertion fails', explanation: error instanceof Error ? (error.stack ?? '') : String(error) };
}
