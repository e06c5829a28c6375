import { DEFAULTS } from '../../config.ts';
import type { NewEntry } from '../../machine/queue-types.ts';

/** An entry to add; what is left out is as the defaults say. */
export interface AskedEntry {
  readonly payload: Uint8Array;
  readonly after: readonly number[];
  readonly afterInBatch: readonly number[];
  readonly assignee: string;
  readonly maxAttempts?: number | undefined;
  readonly backoffMs?: number | undefined;
  readonly backoffMaxMs?: number | undefined;
}

export function newEntry({ payload, after, afterInBatch, assignee, ...asked }: AskedEntry): NewEntry {
  return {
    ...{ payload, after, afterInBatch, assignee },
    maxAttempts: asked.maxAttempts ?? DEFAULTS.entryAttemptsMax,
    backoffMs: asked.backoffMs ?? DEFAULTS.entryBackoffMs,
    backoffMaxMs: asked.backoffMaxMs ?? DEFAULTS.entryBackoffMaxMs,
  };
}
