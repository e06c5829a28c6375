import { oc } from '@orpc/contract';
import { errors } from './errors.ts';

/** What an agent needs to know of a procedure beside its shape. */
export interface ProcedureMeta {
  /**
   * `read`: changes nothing. `write`: changes keys or the cell, refused in read-only mode, takes an `Idempotency-Key`.
   * `control`: changes this agent or process only (log level, a profile); refused in read-only mode too.
   */
  readonly effect: 'read' | 'write' | 'control';
}

const base = oc.$meta<ProcedureMeta>({ effect: 'read' }).errors(errors);

/**
 * Builders, so that no procedure forgets to say what it does. Inputs of what changes something are strict objects: a guard
 * that was misspelt must not be ignored.
 */
export const reading = base.meta({ effect: 'read' });
export const writing = base.meta({ effect: 'write' });
export const controlling = base.meta({ effect: 'control' });

/** How streams tell what stands in the cell: as a whole, again and again. */
export const STATE_STREAM =
  'The first event comes at once, another one after each change; what happened in between may have been left out.';
