import type { OnceOutcome } from './once-types.ts';
import type { ProposalOutcome } from './proposal-types.ts';
import type { QueueOutcome } from './queue-types.ts';

/** What a coordination command did, beside the revision and slot that every answer carries. */
export type Outcome =
  | LockOutcome
  | ElectionOutcome
  | BarrierOutcome
  | CounterOutcome
  | ProposalOutcome
  | OnceOutcome
  | QueueOutcome;

export interface LockOutcome {
  readonly kind: 'lock';
  /** `gone`: there was nothing to cancel. */
  readonly state: 'held' | 'queued' | 'released' | 'cancelled' | 'gone';
  /** Names the acquisition; its lease, if it has one, is the timer `lock/<ticket>`. */
  readonly ticket: number;
  /** Fencing token of the innermost lock; 0 unless held. */
  readonly token: number;
  /** Place in the longest of its queues, from 1; 0 unless queued. */
  readonly position: number;
  /** How often the session holds the innermost lock after this. */
  readonly count: number;
  readonly leaseTtlMs: number;
}

export interface ElectionOutcome {
  readonly kind: 'election';
  readonly state: 'elected' | 'waiting' | 'resigned' | 'withdrawn' | 'none';
  readonly candidacy: number;
  /** 0 unless elected, or just resigned. */
  readonly tenure: number;
  /** Place in the queue, from 1; 0 unless waiting. */
  readonly position: number;
}

export interface BarrierOutcome {
  readonly kind: 'barrier';
  /** Of the generation that the command was about. */
  readonly state: 'standing' | 'released' | 'broken' | 'deleted';
  readonly generation: number;
  readonly members: number;
  readonly arrived: number;
  readonly required: number;
}

export interface CounterOutcome {
  readonly kind: 'counter';
  /** Decimal: it may be larger than a number can say. */
  readonly value: string;
}
