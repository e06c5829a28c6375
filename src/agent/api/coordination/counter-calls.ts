import {
  IncrementRequest,
  IncrementResponse,
  ListLimitsRequest,
  ListLimitsResponse,
  SetLimitRequest,
  SetLimitResponse,
} from '../../../gen/synod/v1/counters.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { invalid } from '../errors.ts';
import { fenced } from '../fencing.ts';
import { nameOfAgent } from '../names.ts';
import { whenReadable } from '../read-barrier.ts';
import type { UnaryMethod } from '../unary-call.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { limitName, limitsNow } from './limits.ts';

/** Counters, and the limits of the cell. */
export function counterMethods(cell: CellPort) {
  return {
    increment: incrementMethod(cell),
    setLimit: setLimitMethod(cell),
    listLimits: listLimitsMethod(cell),
  };
}

function incrementMethod(cell: CellPort): UnaryMethod<IncrementRequest, IncrementResponse> {
  return {
    name: 'Increment',
    request: IncrementRequest,
    response: IncrementResponse,
    async handle({ key, by, options }, call) {
      const command = { kind: 'increment', key: keyOf(key), by, ...fenced(options) } as const;
      const { result, notAppliedBy } = await write(cell, command, options, call);
      if (result.outcome?.kind !== 'counter') throw new Error('an increment was answered without a sum');
      const { value } = result.outcome;
      const { slot, revision } = result;
      return { value, slot, revision, notAppliedBy: notAppliedBy.map((id) => nameOfAgent(cell.state, id)) };
    },
  };
}

function setLimitMethod(cell: CellPort): UnaryMethod<SetLimitRequest, SetLimitResponse> {
  return {
    name: 'SetLimit',
    request: SetLimitRequest,
    response: SetLimitResponse,
    async handle({ name, limit, by, options }, call) {
      if (by === '') throw invalid('the change of a limit must say by whom it is');
      const { result } = await write(cell, { kind: 'setLimit', name: limitName(name), limit, by }, options, call);
      return { slot: result.slot };
    },
  };
}

function listLimitsMethod(cell: CellPort): UnaryMethod<ListLimitsRequest, ListLimitsResponse> {
  return {
    name: 'ListLimits',
    request: ListLimitsRequest,
    response: ListLimitsResponse,
    handle: ({ options }, call) =>
      whenReadable(cell, options, call, () => ({
        limits: limitsNow(cell.state),
        slot: cell.state.appliedSlot,
      })),
  };
}
