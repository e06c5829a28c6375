import type { Acceptor } from './acceptor.ts';
import type { Handover } from './handover.ts';
import type { ReplicaOptions } from './io.ts';
import type { Journal } from './journal.ts';
import type { Leadership } from './leadership.ts';
import type { Learner } from './learner.ts';
import type { Outbox } from './outbox.ts';

/** The parts of one replica, as they know each other. */
export interface Core {
  readonly options: ReplicaOptions;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly acceptor: Acceptor;
  readonly learner: Learner;
  readonly leadership: Leadership;
  readonly handover: Handover;
  nowMs: number;
}
