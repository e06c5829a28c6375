import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import type { CellPort, WriteOutcome } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import { recordIdOf } from '../../machine/coordination-records.ts';
import { ONCE } from '../../machine/once-types.ts';
import type { Key } from '../../machine/store.ts';
import { invalid } from '../errors.ts';
import type { CallContext } from '../unary-call.ts';
import { secondPlace } from '../validation.ts';
import { write } from '../writes.ts';
import { Patience, whenRecorded } from './waiting.ts';

/** What is left of a client's deadline for claiming again and for the answer. */
const CLAIM_MS = 1_000;

export interface PatientClaim {
  readonly command: Command;
  readonly waitMs: number;
  /** Another sequence of the session, to claim under when the wait is over; not of a request without a place of its own. */
  readonly retrySequence: number;
  readonly options: WriteOptions | undefined;
}

/**
 * Claims; and when that is in vain waits, and claims once more, also when time is up: a client that repeats the request is
 * told of a claim whose answer it never got. For a client that has gone nothing is claimed. What `whenPossible` resolves to
 * is disposed of once the second claim is answered.
 */
export async function claimPatiently(
  cell: CellPort,
  { command, waitMs, retrySequence, options }: PatientClaim,
  call: CallContext,
  isInVain: (written: WriteOutcome) => boolean,
  whenPossible: (written: WriteOutcome, signal: AbortSignal) => Promise<Disposable | undefined>,
): Promise<WriteOutcome> {
  const hasPlace = (options?.sessionId ?? '') !== '';
  if (waitMs > 0 && retrySequence === 0 && hasPlace) {
    throw invalid('a wait needs retry_sequence, another sequence of the session, to claim under when it is over');
  }
  if (retrySequence > 0 && retrySequence === options?.sequence) {
    throw invalid('retry_sequence is a sequence of its own, not the one of the request');
  }
  using patience = new Patience(call, Math.max(0, Math.min(waitMs, call.remainingMs - CLAIM_MS)));
  const written = await write(cell, command, options, call);
  if (waitMs === 0 || !isInVain(written)) return written;
  using _turn = await whenPossible(written, patience.signal);
  if (patience.isAbandoned) return written;
  return await write(cell, command, secondPlace(options, retrySequence), call);
}

/** Until the work that `token` is the claim of is somebody else's no longer: free, settled, or claimed by this session. */
export async function whenOnceFree(
  cell: CellPort,
  path: Key,
  { token, sessionId }: { readonly token: number; readonly sessionId: string },
  signal: AbortSignal,
): Promise<undefined> {
  const look = (): true | undefined => {
    const work = ONCE.read(cell.state, recordIdOf(path));
    const isBusy = work?.state === 'claimed' && (work.token === token || work.sessionId !== sessionId);
    return isBusy ? undefined : true;
  };
  await whenRecorded(cell, [ONCE.keyOf(recordIdOf(path))], look, signal);
}
