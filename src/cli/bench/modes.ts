import type { BenchCell } from './bench-cell.ts';
import { measureElections } from './elections.ts';
import type { Figure } from './figure.ts';
import { measureIdle } from './idle.ts';
import { measureLocks } from './locks.ts';
import { measureKeys } from './many-keys.ts';
import { measureRecovery } from './recovery.ts';
import { measureSessions } from './sessions.ts';
import { measureBatch, measureLatency, measureReads, measureWrites } from './throughput.ts';
import { measureWatchers } from './watchers.ts';

export interface BenchOptions {
  readonly durationMs: number;
  readonly inFlight: number;
  readonly keys: number;
  readonly valueBytes: number;
  readonly rounds: number;
  readonly stop: AbortSignal;
}

export type Measure = (cell: BenchCell, options: BenchOptions) => Promise<readonly Figure[]>;

export interface Mode {
  readonly name: string;
  readonly summary: string;
  readonly measure: Measure;
}

/** In this order when all are measured: an idle agent is one that has not worked yet. */
export const MODES: readonly Mode[] = [
  { name: 'idle', summary: 'processor and memory of an agent that does nothing', measure: measureIdle },
  { name: 'put', summary: 'writes, one per call', measure: measureWrites },
  { name: 'batch', summary: 'writes, many per message', measure: measureBatch },
  { name: 'reads', summary: 'majority reads', measure: measureReads },
  { name: 'latency', summary: 'one write after the other, on the leader and on a follower', measure: measureLatency },
  { name: 'keys', summary: 'listing and restarting with 100 000 keys', measure: measureKeys },
  { name: 'locks', summary: 'locks that nobody else wants, and one that 32 wait for', measure: measureLocks },
  { name: 'elections', summary: 'from the end of a tenure to the next one', measure: measureElections },
  { name: 'watchers', summary: '10 000 watchers of 1 000 writes/s, one of them stalled', measure: measureWatchers },
  { name: 'sessions', summary: '10 000 sessions that stay alive', measure: measureSessions },
  { name: 'recovery', summary: 'kill -9 of the leader until the next write', measure: measureRecovery },
];
