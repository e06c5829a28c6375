import type { Operation } from '../../src/simulation/history.ts';

/**
 * `refused`: the answer said that nothing was done. `unknown`: whether it was done is not known, now or ever. `open`: not
 * answered yet.
 */
export type Outcome = 'ok' | 'refused' | 'unknown' | 'open';

/** One call of one client, as the client saw it. */
export interface Recorded extends Operation {
  readonly quorum: 'local' | 'majority';
  /** A transaction writes the same value there too. */
  readonly twin: string | undefined;
  outcome: Outcome;
  /** What the answer said of itself. */
  slot: number;
  revision: number;
  /** Of the key; 0: there is none. */
  version: number;
  /** Why it failed. */
  reason: string;
}

/** One change, as a watch delivered it. */
export interface Watched {
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly revision: number;
  readonly slot: number;
}

/** Everything a watch delivered up to one revision. */
export interface WatchedBatch {
  readonly events: readonly Watched[];
  /** Everything up to here has been delivered. */
  readonly revision: number;
}

/** What all clients did, in one order of moments: they live in one process. */
export class RecordedHistory {
  readonly operations: Recorded[] = [];
  #moment = 0;

  invoke(
    call: Pick<Recorded, 'client' | 'key' | 'kind' | 'value' | 'expected' | 'quorum'> & { readonly twin?: string },
  ): Recorded {
    const operation: Recorded = {
      twin: undefined,
      ...call,
      observed: '',
      succeeded: false,
      invoked: ++this.#moment,
      completed: Number.POSITIVE_INFINITY,
      outcome: 'open',
      slot: 0,
      revision: 0,
      version: 0,
      reason: '',
    };
    this.operations.push(operation);
    return operation;
  }

  answered(operation: Recorded, answer: Pick<Recorded, 'slot' | 'revision' | 'version'>): void {
    Object.assign(operation, answer);
    operation.completed = ++this.#moment;
    operation.outcome = 'ok';
  }

  failed(operation: Recorded, outcome: 'refused' | 'unknown', reason: string): void {
    operation.outcome = outcome;
    operation.reason = reason;
    if (outcome === 'refused') operation.completed = ++this.#moment;
  }
}

export function describe({ client, kind, key, value, expected, outcome, revision, slot, reason }: Recorded): string {
  const what = kind === 'compareAndSet' ? `${expected || 'nothing'} -> ${value}` : value || 'nothing';
  return `${client} ${kind} ${key} ${what}: ${outcome}${reason && ` (${reason})`} at revision ${revision}, slot ${slot}`;
}
