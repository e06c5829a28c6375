export type { ReplicaRunOptions } from './replica-run.ts';
export { runSimulation, type SimulationReport } from './run.ts';
