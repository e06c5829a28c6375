import type { Input, Output, ReplicaOptions } from './io.ts';
import type { AgentId, Ballot, Configuration, Role, Slot } from './types.ts';

/** What a leader knows of a participant. */
export interface Progress {
  readonly agentId: AgentId;
  /** Durable there: known chosen or accepted in this ballot. */
  readonly through: Slot;
  readonly chosenThrough: Slot;
  readonly applied: Slot;
  readonly lastHeardMs: number;
}

/** One member of a Multi-Paxos group. Only dispatches; the rules live in the files beside it. */
export class Replica {
  constructor(_options: ReplicaOptions) {}

  step(_input: Input): Output[] {
    throw new Error('under construction');
  }

  get role(): Role {
    throw new Error('under construction');
  }
  /** The highest ballot promised here. */
  get ballot(): Ballot {
    throw new Error('under construction');
  }
  get leader(): AgentId | undefined {
    throw new Error('under construction');
  }
  get configuration(): Configuration {
    throw new Error('under construction');
  }
  get configurationSlot(): Slot {
    throw new Error('under construction');
  }
  get era(): Ballot {
    throw new Error('under construction');
  }
  get chosenThrough(): Slot {
    throw new Error('under construction');
  }
  get journalFloor(): Slot {
    throw new Error('under construction');
  }
  get journalEnd(): Slot {
    throw new Error('under construction');
  }
  /** When the next tick has something to do; Infinity never occurs. */
  get nextTickMs(): number {
    throw new Error('under construction');
  }
  /** Of every participant but itself; empty unless leader. */
  progress(): readonly Progress[] {
    throw new Error('under construction');
  }
}
