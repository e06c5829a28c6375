import {
  ClaimState,
  type Lock,
  type LockResponse,
  type LockWaiter,
  type WaitForEdge,
} from '../../../gen/synod/v1/locks.ts';
import type { WriteOutcome } from '../../host/cell-port.ts';
import { LOCKS, type LockClaimRecord, recordIdOf } from '../../machine/coordination-records.ts';
import type { LockOutcome } from '../../machine/coordination-results.ts';
import { locksOf } from '../../machine/lock-paths.ts';
import type { Key } from '../../machine/store.ts';
import { type Reader, SESSIONS } from '../../machine/system-records.ts';
import { keyBytes } from '../wire.ts';
import { type LockView, positionOf, type Waiter, type WaitFor } from './lock-view.ts';

/** How claims and locks look to clients. */

const STATES: Readonly<Record<LockOutcome['state'], ClaimState>> = {
  held: ClaimState.HELD,
  queued: ClaimState.QUEUED,
  released: ClaimState.RELEASED,
  cancelled: ClaimState.CANCELLED,
  gone: ClaimState.GONE,
};

export function lockOutcome({ result }: WriteOutcome): LockOutcome {
  if (result.outcome?.kind !== 'lock') throw new Error('a lock command was answered without an outcome of a lock');
  return result.outcome;
}

export function lockResponse(written: WriteOutcome, nameOf: (agentId: string) => string): LockResponse {
  const { state, ticket, token, position, count, leaseTtlMs } = lockOutcome(written);
  const { slot } = written.result;
  const notAppliedBy = written.notAppliedBy.map(nameOf);
  return {
    state: STATES[state],
    ...{ ticket, position, count, leaseTtlMs, slot, notAppliedBy },
    fencingToken: token,
    widened: false,
  };
}

/** A claim as it stands in the applied state. `withPosition` costs a look at every claim. */
export function claimResponse(
  state: Reader & { readonly appliedSlot: number },
  claim: LockClaimRecord,
  withPosition: boolean,
): LockResponse {
  const lock = LOCKS.read(state, recordIdOf(claim.locks.at(-1)!.path));
  const isHeld = claim.state === 'held';
  return {
    state: isHeld ? ClaimState.HELD : ClaimState.QUEUED,
    ticket: claim.ticket,
    fencingToken: claim.token,
    position: withPosition ? positionOf(state, claim) : 0,
    count: isHeld ? (lock?.count ?? 0) : 0,
    leaseTtlMs: claim.leaseTtlMs,
    slot: state.appliedSlot,
    widened: false,
    notAppliedBy: [],
  };
}

/** What became of a claim that is no more, as far as the record of its innermost lock still says so. */
export function endedResponse(
  state: Reader & { readonly appliedSlot: number },
  path: Key,
  last: LockResponse | undefined,
  ticket: number,
  sessionId: string,
): LockResponse {
  const ended = LOCKS.read(state, recordIdOf(locksOf(path).at(-1)!))?.ended;
  const token = last?.fencingToken ?? 0;
  const isItsEnd = ended !== undefined && token > 0 && ended.token === token;
  const isSessionOver = sessionId !== '' && SESSIONS.read(state, sessionId) === undefined;
  return {
    state: isItsEnd ? ENDINGS[ended.kind] : isSessionOver ? ClaimState.SESSION_ENDED : ClaimState.GONE,
    ticket,
    fencingToken: token,
    position: 0,
    count: 0,
    leaseTtlMs: last?.leaseTtlMs ?? 0,
    slot: state.appliedSlot,
    widened: false,
    notAppliedBy: [],
  };
}

const ENDINGS = {
  released: ClaimState.RELEASED,
  expired: ClaimState.EXPIRED,
  sessionEnded: ClaimState.SESSION_ENDED,
  forced: ClaimState.FORCED,
} as const;

export function lockMessage({ path, record, queue, holds }: LockView): Lock {
  const { state, sessionId, owner, token, heldSinceMs, count, lockDelayMs, ended } = record;
  return {
    path: keyBytes(path),
    ...{ state, sessionId, owner, heldSinceMs, count, lockDelayMs },
    fencingToken: token,
    ended: ended && {
      kind: ended.kind,
      sessionId: ended.sessionId,
      owner: ended.owner,
      fencingToken: ended.token,
      slot: ended.slot,
      atMs: ended.atMs,
      by: ended.by ?? '',
      why: ended.why ?? '',
    },
    queue: queue.map(waiterMessage),
    holds: holds.map((claim) => ({
      ticket: claim.ticket,
      path: keyBytes(claim.path),
      leaseTtlMs: claim.leaseTtlMs,
      adaptive: claim.adaptive,
    })),
  };
}

function waiterMessage({ claim, position }: Waiter): LockWaiter {
  const { ticket, sessionId, owner, path, queuedMs } = claim;
  return { ticket, sessionId, owner, path: keyBytes(path), position, queuedMs };
}

export function waitMessage({ from, path, to }: WaitFor): WaitForEdge {
  return { fromSessionId: from, path: keyBytes(path), toSessionId: to };
}
