import type { ReadQuorum } from '../../../contract/index.ts';
import { ReadQuorum as WireQuorum } from '../../../gen/synod/v1/user.ts';
import { whenReadable as whenCellReadable } from '../read-barrier.ts';
import type { CallContext } from '../unary-call.ts';
import type { OperatorPorts } from './ports.ts';

const QUORUMS: Readonly<Record<ReadQuorum, WireQuorum>> = {
  local: WireQuorum.LOCAL,
  majority: WireQuorum.MAJORITY,
  all: WireQuorum.ALL,
};

/** Answers from the applied state as soon as the quorum allows it. @throws CellError */
export function whenReadable<T>(
  ports: OperatorPorts,
  { quorum, minSlot = 0 }: { readonly quorum: ReadQuorum; readonly minSlot?: number },
  call: CallContext,
  answer: () => T,
): T | Promise<T> {
  return whenCellReadable(ports.api.cell, { quorum: QUORUMS[quorum], minSlot }, call, answer);
}
