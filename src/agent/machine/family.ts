import type { Command } from './commands.ts';
import type { Refusal, RefusalReason, Result, WriteResult } from './results.ts';
import type { KeyRecord } from './store.ts';
import type { WriteView } from './write-view.ts';

/** How one kind of command is judged and executed. A file of pure functions; `families.ts` puts them together. */
export interface Family<C extends Command> {
  /** What is wrong with the command in any state; judged before it is proposed, and again when it is applied. */
  readonly violation: (command: C) => string | undefined;
  /** Called only with commands without a violation. A refusal throws away what was written to the view. */
  readonly apply: (view: WriteView, command: C) => Result;
  /** It may come without a session, because a repeat has no further effect. */
  readonly isIdempotent: boolean;
}

export type Families<K extends Command['kind']> = {
  readonly [P in K]: Family<Extract<Command, { readonly kind: P }>>;
};

/** The outcome of a command that was executed. Built last, because it names the revision after the command. */
export function written(
  view: WriteView,
  parts: { -readonly [P in keyof WriteResult]?: WriteResult[P] } = {},
): WriteResult {
  return {
    kind: 'written',
    succeeded: parts.succeeded ?? true,
    revision: view.revisionAfter('user'),
    slot: view.slot,
    current: parts.current,
    previous: parts.previous,
    deleted: parts.deleted ?? 0,
    results: parts.results ?? NO_RESULTS,
    ...(parts.outcome === undefined ? {} : { outcome: parts.outcome }),
  };
}

export function refused(
  reason: RefusalReason,
  message: string,
  details: Pick<Refusal, 'floor' | 'holder' | 'heldSinceMs' | 'limit'> = {},
): Refusal {
  return { kind: 'refused', reason, message, ...details };
}

export function withoutValue(record: KeyRecord): KeyRecord {
  const { key, createRevision, modRevision, version, leaseId } = record;
  return { key, value: EMPTY, createRevision, modRevision, version, leaseId };
}

const EMPTY = new Uint8Array(0);
const NO_RESULTS: readonly never[] = [];
