/** Deterministic simulation of whole cells: the real consensus, host and machine over simulated networks, disks and clocks. */

export { PARTIAL_PARTITIONS, type PartialPartition } from './liveness.ts';
export type { CloneableStore } from './observed-store.ts';
export {
  type FoundViolation,
  runSimulation,
  type SimulatedLayer,
  type SimulationOptions,
  type SimulationReport,
} from './run.ts';
export { ALL_FAULTS, type FaultChoice, NO_FAULTS } from './settings.ts';
