import { consensusConfig, DEFAULTS } from '../agent/config.ts';
import type { ConsensusConfig } from '../agent/consensus/io.ts';
import { Random } from './random.ts';

/** Faster than the defaults, so that more elections happen in a simulated minute. */
const PACE = { heartbeatMs: 50, electionMinMs: 150, electionMaxMs: 300 };

/** Which of the faults a run may use. All are drawn from the seed. */
export interface FaultChoice {
  readonly crashes: boolean;
  readonly pauses: boolean;
  readonly partitions: boolean;
  readonly messages: boolean;
  readonly clocks: boolean;
  readonly disks: boolean;
  readonly membership: boolean;
  readonly transfers: boolean;
}

export const ALL_FAULTS: FaultChoice = {
  crashes: true,
  pauses: true,
  partitions: true,
  messages: true,
  clocks: true,
  disks: true,
  membership: true,
  transfers: true,
};

export const NO_FAULTS: FaultChoice = {
  crashes: false,
  pauses: false,
  partitions: false,
  messages: false,
  clocks: false,
  disks: false,
  membership: false,
  transfers: false,
};

/** The sizes of one run, drawn from its seed so that every seed is another cell. Times in milliseconds. */
export interface Settings {
  readonly agents: number;
  /** All agents are voters from the beginning; otherwise one founds and the others join. */
  readonly isFoundedWhole: boolean;
  readonly clients: number;
  readonly keys: number;
  readonly clientPauseMeanMs: number;
  readonly faultMeanMs: number;
  readonly journalKeptSlots: number;
  readonly stateFlushSlots: number;
  readonly consensus: ConsensusConfig;
}

export function drawSettings(seed: number, agents: number | undefined): Settings {
  const random = new Random(seed, 'settings');
  const isTiny = random.chance(0.5);
  return {
    agents: agents ?? random.between(3, 7),
    isFoundedWhole: random.chance(0.6),
    clients: random.between(2, 6),
    keys: random.between(1, 4),
    clientPauseMeanMs: random.pick([15, 50, 150]),
    faultMeanMs: random.pick([60, 150, 400, 1_000]),
    // Small, so that journals are shortened all the time and snapshots are needed.
    journalKeptSlots: isTiny ? random.between(0, 12) : random.between(20, 200),
    stateFlushSlots: isTiny ? random.between(1, 8) : random.between(10, 60),
    consensus: consensusConfig({
      ...PACE,
      journalMemoryBytes: random.pick([1_024, 16 * 1_024, DEFAULTS.journalMemoryBytes]),
      inFlightBatchesMax: random.pick([1, 4, DEFAULTS.inFlightBatchesMax]),
      acceptMaxBytes: random.pick([300, 4_096, DEFAULTS.acceptMaxBytes]),
    }),
  };
}
