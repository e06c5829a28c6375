import { INTERNAL_ROOT } from './keys.ts';
import type { Key } from './store.ts';

/**
 * Bytes of programs that belong to a record: they stand beside it under the same id, as they are, so that a record that
 * changes often stays small, and so that people see them as any other value.
 */
export type RawKind = (id: string) => Key;

function rawKind(folder: string): RawKind {
  return (id) => `${INTERNAL_ROOT}/${folder}/${id}`;
}

export const PROPOSAL_VALUES = rawKind('proposal-values');
export const ONCE_RESULTS = rawKind('once-results');
/** Empty; one for all work that is not done, so that it is found without looking through everything that ever was. */
export const ONCE_UNSETTLED = rawKind('once-unsettled');
export const QUEUE_PAYLOADS = rawKind('queue-payloads');
export const QUEUE_PROGRESS = rawKind('queue-progress');
export const QUEUE_RESULTS = rawKind('queue-results');
