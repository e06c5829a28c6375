import { InvariantViolation } from '../agent/consensus/invariants.ts';
import { type ReplicaRunOptions, runReplicas } from './replica-run.ts';
import { drawSettings } from './settings.ts';
import { formatEvent } from './trace.ts';
import { type InvariantName, Violation } from './violation.ts';
import { World } from './world.ts';

export interface SimulationReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly violation:
    | {
        readonly invariant: InvariantName;
        readonly explanation: string;
        readonly atMs: number;
        readonly lastEvents: readonly string[];
      }
    | undefined;
  /** Equal for two runs of the same seed. */
  readonly traceHash: string;
  readonly events: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  readonly wallMs: number;
  /** Processor time of this process; on a shared machine the figure to compare. */
  readonly cpuMs: number;
}

/** Runs one seed to its end or to the first broken invariant. The same options give the same run, event by event. */
export function runSimulation(options: ReplicaRunOptions): SimulationReport {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const { journalKeptSlots } = drawSettings(options.seed, options.agents);
  const world = new World(options.seed, journalKeptSlots);
  let violation: SimulationReport['violation'];
  try {
    runReplicas(world, options);
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
  if (error instanceof InvariantViolation) return { invariant: 'no assertion fails', explanation: error.message };
  // Whatever else is thrown would have ended a real agent too.
  return { invariant: 'no assertion fails', explanation: error instanceof Error ? (error.stack ?? '') : String(error) };
}
