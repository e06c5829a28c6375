import type { Caller } from './caller.ts';
import type { Renewals } from './renewals.ts';
import type { OwnSession } from './session.ts';
import type { Writer } from './writes.ts';

/** What the tools for coordination need of a client. */
export interface ClientParts {
  readonly caller: Caller;
  readonly renewals: Renewals;
  readonly own: OwnSession;
  readonly writer: Writer;
}
