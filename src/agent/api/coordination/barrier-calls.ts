import {
  AwaitBarrierRequest,
  BarrierResponse,
  BarrierState,
  BreakBarrierRequest,
  ChangeBarrierMembersRequest,
  CreateBarrierRequest,
  DeleteBarrierRequest,
  LeaveBarrierRequest,
  ListBarriersRequest,
  ListBarriersResponse,
  ResetBarrierRequest,
} from '../../../gen/synod/v1/barriers.ts';
import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import type { CellPort, WriteOutcome } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import type { BarrierThreshold, CreateBarrierCommand } from '../../machine/coordination-commands.ts';
import { BARRIERS, recordIdOf } from '../../machine/coordination-records.ts';
import type { BarrierOutcome } from '../../machine/coordination-results.ts';
import type { MessageType } from '../encoding.ts';
import { whenReadable } from '../read-barrier.ts';
import type { UnaryMethod } from '../unary-call.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { barrierMessage, barrierViews, generationResponse, generationState } from './barrier-view.ts';
import { Patience, whenRecorded } from './waiting.ts';

const STATES: Readonly<Record<BarrierOutcome['state'], BarrierState>> = {
  standing: BarrierState.STANDING,
  released: BarrierState.RELEASED,
  broken: BarrierState.BROKEN,
  deleted: BarrierState.DELETED,
};

export function barrierMethods(cell: CellPort) {
  const method = <Request extends { path: Buffer; options: WriteOptions | undefined }>(
    name: string,
    request: MessageType<Request>,
    command: (request: Request) => Command,
  ): UnaryMethod<Request, BarrierResponse> => ({
    name,
    request,
    response: BarrierResponse,
    handle: async (message, call) => barrierResponse(await write(cell, command(message), message.options, call)),
  });
  return {
    createBarrier: method('CreateBarrier', CreateBarrierRequest, createCommand),
    awaitBarrier: awaitMethod(cell),
    leaveBarrier: method('LeaveBarrier', LeaveBarrierRequest, ({ path }) => ({
      kind: 'leaveBarrier',
      path: keyOf(path),
    })),
    changeBarrierMembers: method('ChangeBarrierMembers', ChangeBarrierMembersRequest, ({ path, add, remove }) => ({
      kind: 'changeBarrierMembers',
      path: keyOf(path),
      add,
      remove,
    })),
    breakBarrier: method('BreakBarrier', BreakBarrierRequest, ({ path, by, why }) => ({
      kind: 'breakBarrier',
      path: keyOf(path),
      by,
      why,
    })),
    resetBarrier: method('ResetBarrier', ResetBarrierRequest, ({ path }) => ({
      kind: 'resetBarrier',
      path: keyOf(path),
    })),
    deleteBarrier: method('DeleteBarrier', DeleteBarrierRequest, ({ path }) => ({
      kind: 'deleteBarrier',
      path: keyOf(path),
    })),
    listBarriers: listMethod(cell),
  };
}

function createCommand(request: CreateBarrierRequest): CreateBarrierCommand {
  const { path, threshold, members, isOpen, breaksOnDeath, timeoutMs, releasesOnTimeout, next, owner } = request;
  return {
    kind: 'createBarrier',
    path: keyOf(path),
    threshold: thresholdOf(threshold),
    ...{ members, isOpen, timeoutMs, owner },
    onDeath: breaksOnDeath ? 'break' : 'shrink',
    onTimeout: releasesOnTimeout ? 'release' : 'break',
    next: keyOf(next),
    isArmed: !request.startsUnarmed,
  };
}

function thresholdOf(threshold: CreateBarrierRequest['threshold']): BarrierThreshold {
  if (threshold === undefined) return { kind: 'full' };
  return threshold.$case === 'count'
    ? { kind: 'count', count: threshold.value }
    : { kind: 'percent', percent: threshold.value };
}

function barrierResponse({ result }: WriteOutcome): BarrierResponse {
  if (result.outcome?.kind !== 'barrier') throw new Error('a barrier command was answered without an outcome of one');
  const { state, generation, members, arrived, required } = result.outcome;
  return { state: STATES[state], generation, members, arrived, required, slot: result.slot };
}

/** What is left of a client's deadline for the answer. */
const ANSWER_MS = 100;

/** Waiting is done here, on the record of the barrier; the arrival stays whoever waits for the release. */
function awaitMethod(cell: CellPort): UnaryMethod<AwaitBarrierRequest, BarrierResponse> {
  return {
    name: 'AwaitBarrier',
    request: AwaitBarrierRequest,
    response: BarrierResponse,
    async handle({ path: bytes, waitMs, options }, call) {
      using patience = new Patience(call, Math.min(waitMs, call.remainingMs - ANSWER_MS));
      const path = keyOf(bytes);
      const answer = barrierResponse(await write(cell, { kind: 'arriveAtBarrier', path }, options, call));
      if (answer.state !== BarrierState.STANDING || waitMs === 0) return answer;
      const number = BARRIERS.read(cell.state, recordIdOf(path))?.number ?? 0;
      const look = (): true | undefined =>
        generationState(cell.state, path, number, answer.generation) === BarrierState.STANDING ? undefined : true;
      await whenRecorded(cell, [BARRIERS.keyOf(recordIdOf(path))], look, patience.signal);
      return generationResponse(cell.state, path, answer, number);
    },
  };
}

function listMethod(cell: CellPort): UnaryMethod<ListBarriersRequest, ListBarriersResponse> {
  return {
    name: 'ListBarriers',
    request: ListBarriersRequest,
    response: ListBarriersResponse,
    handle: ({ prefix, options }, call) =>
      whenReadable(cell, options, call, () => ({
        barriers: barrierViews(cell.state, keyOf(prefix)).map(barrierMessage),
        slot: cell.state.appliedSlot,
      })),
  };
}
