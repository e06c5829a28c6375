import { type ReadOptions, ReadQuorum } from '../../gen/synod/v1/user.ts';
import { CellError, type CellPort, type ReadBarrierOptions } from '../host/cell-port.ts';
import type { Space } from '../machine/store.ts';
import { invalid } from './errors.ts';
import type { CallContext } from './unary-call.ts';

const QUORUMS: Readonly<Record<number, ReadBarrierOptions['quorum']>> = {
  [ReadQuorum.UNSPECIFIED]: 'majority',
  [ReadQuorum.LOCAL]: 'local',
  [ReadQuorum.MAJORITY]: 'majority',
  [ReadQuorum.ALL]: 'all',
};

/**
 * Answers from the applied state as soon as the quorum allows it: at once for a LOCAL read of a client that has seen
 * nothing newer, which is why this returns a promise only when it must.
 *
 * @throws CellError
 */
export function whenReadable<T>(
  cell: CellPort,
  options: ReadOptions | undefined,
  call: CallContext,
  answer: () => T | Promise<T>,
): T | Promise<T> {
  const quorum = QUORUMS[options?.quorum ?? ReadQuorum.UNSPECIFIED];
  if (quorum === undefined) throw invalid('the quorum of a read is local, majority or all');
  call.usesQuorum(quorum);
  const minSlot = options?.minSlot ?? 0;
  if (quorum === 'local' && minSlot <= cell.state.appliedSlot) return answer();
  return cell.readBarrier({ quorum, minSlot, timeoutMs: call.timeoutMs }).then(answer);
}

/** The same for an answer that may be large: it is made when there is room for it, from the state as it is then. */
export function whenAnswerable<T>(
  cell: CellPort,
  options: ReadOptions | undefined,
  call: CallContext,
  answer: () => T,
): T | Promise<T> {
  return whenReadable(cell, options, call, () => call.room()?.then(answer) ?? answer());
}

/** @throws CellError when the state at that revision is no longer, or not yet, known; 0 means now */
export function checkRevision(cell: CellPort, space: Space, revision: number): void {
  if (revision === 0) return;
  const floor = cell.state.floor(space);
  if (revision < floor) {
    throw new CellError('COMPACTED', `revision ${revision} is forgotten; the oldest that is kept is ${floor}`, {
      floor,
    });
  }
  const newest = cell.state.revision(space);
  if (revision > newest) {
    throw new CellError('FUTURE_REVISION', `revision ${revision} has not been written yet; the newest is ${newest}`);
  }
}
