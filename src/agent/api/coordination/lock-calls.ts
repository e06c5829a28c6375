import {
  CancelLockRequest,
  ForceReleaseLockRequest,
  ForceReleaseLockResponse,
  ListLocksRequest,
  ListLocksResponse,
  LockResponse,
  ReleaseLockRequest,
} from '../../../gen/synod/v1/locks.ts';
import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import { nameOfAgent } from '../names.ts';
import { whenReadable } from '../read-barrier.ts';
import type { CallContext, UnaryMethod } from '../unary-call.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { acquireLockMethod } from './lock-acquire.ts';
import { renewLockMethod } from './lock-renew.ts';
import { lockViews, waitsOf } from './lock-view.ts';
import { lockMessage, lockResponse, waitMessage } from './lock-wire.ts';

export function lockMethods(cell: CellPort) {
  return {
    acquireLock: acquireLockMethod(cell),
    renewLock: renewLockMethod(cell),
    releaseLock: releaseLockMethod(cell),
    cancelLock: cancelLockMethod(cell),
    forceReleaseLock: forceReleaseLockMethod(cell),
    listLocks: listLocksMethod(cell),
  };
}

async function changed(
  cell: CellPort,
  command: Command,
  options: WriteOptions | undefined,
  call: CallContext,
  quorum: 'majority' | 'all',
): Promise<LockResponse> {
  const written = await write(cell, command, options, call, quorum);
  return lockResponse(written, (agentId) => nameOfAgent(cell.state, agentId));
}

/** Answered once every live voter has applied it: whoever is told next finds it free, wherever they ask. */
function releaseLockMethod(cell: CellPort): UnaryMethod<ReleaseLockRequest, LockResponse> {
  return {
    name: 'ReleaseLock',
    request: ReleaseLockRequest,
    response: LockResponse,
    handle: ({ path, ticket, options }, call) =>
      changed(cell, { kind: 'releaseLock', path: keyOf(path), ticket }, options, call, 'all'),
  };
}

function cancelLockMethod(cell: CellPort): UnaryMethod<CancelLockRequest, LockResponse> {
  return {
    name: 'CancelLock',
    request: CancelLockRequest,
    response: LockResponse,
    handle: ({ path, ticket, options }, call) =>
      changed(cell, { kind: 'cancelLock', path: keyOf(path), ticket }, options, call, 'majority'),
  };
}

function forceReleaseLockMethod(cell: CellPort): UnaryMethod<ForceReleaseLockRequest, ForceReleaseLockResponse> {
  return {
    name: 'ForceReleaseLock',
    request: ForceReleaseLockRequest,
    response: ForceReleaseLockResponse,
    async handle({ path, by, why, options }, call) {
      const command = { kind: 'forceReleaseLock', path: keyOf(path), by, why } as const;
      const { result, notAppliedBy } = await write(cell, command, options, call, 'all');
      return { slot: result.slot, notAppliedBy: notAppliedBy.map((agentId) => nameOfAgent(cell.state, agentId)) };
    },
  };
}

function listLocksMethod(cell: CellPort): UnaryMethod<ListLocksRequest, ListLocksResponse> {
  return {
    name: 'ListLocks',
    request: ListLocksRequest,
    response: ListLocksResponse,
    handle: ({ prefix, withFree, options }, call) =>
      whenReadable(cell, options, call, () => {
        const locks = lockViews(cell.state, keyOf(prefix), withFree);
        const { appliedSlot: slot } = cell.state;
        return { locks: locks.map(lockMessage), waits: waitsOf(locks).map(waitMessage), slot };
      }),
  };
}
