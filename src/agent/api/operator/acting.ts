import type { Acting, FencedActing, WriteQuorum } from '../../../contract/index.ts';
import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import { actingOptions } from './acting-options.ts';
import { underKey, type WriteContext } from './write-once.ts';

/**
 * Asks as the session, in the way in which its program would over gRPC: with the options of a request. Without a session it
 * is the agent that asks, and under an `Idempotency-Key` the session of that. `second` is the sequence for a second write
 * of the same request; 0: whoever brings the first one brings that too, or else the agent gives a place to each.
 *
 * @throws CellError
 */
export async function actAs<T>(
  context: WriteContext,
  as: Acting | FencedActing | undefined,
  ask: (options: WriteOptions, second: number) => T | Promise<T>,
  quorum?: WriteQuorum,
): Promise<T> {
  return await underKey(context, actingOptions(as, quorum), ask);
}
