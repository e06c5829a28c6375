import {
  ClaimState,
  LockResponse,
  RenewLockRequest,
  type RenewLockRequest as Request,
} from '../../../gen/synod/v1/locks.ts';
import { CellError, type CellPort } from '../../host/cell-port.ts';
import { LOCK_CLAIMS, type LockClaimRecord } from '../../machine/coordination-records.ts';
import { shown } from '../../machine/keys.ts';
import { lockTimer } from '../../machine/timer-records.ts';
import { invalid } from '../errors.ts';
import { renewalPoolOf } from '../renewals.ts';
import type { CallContext, UnaryMethod } from '../unary-call.ts';
import { actorOf } from '../validation.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { paceOf } from './pace.ts';

/** Extends the lease of an acquisition, like the stream of renewals does; and widens it, which a stream cannot. */
export function renewLockMethod(cell: CellPort): UnaryMethod<Request, LockResponse> {
  return {
    name: 'RenewLock',
    request: RenewLockRequest,
    response: LockResponse,
    async handle(request, call) {
      const { path, ticket, ageMs, options } = request;
      if (ticket === 0) throw invalid('a renewal names its acquisition by ticket');
      const sessionId = actorOf(options);
      if (sessionId === '') throw invalid('a lock is renewed in the session that holds it: give session_id too');
      const known = LOCK_CLAIMS.read(cell.state, String(ticket));
      const what = `the acquisition ${ticket} of ${shown(keyOf(path))}`;
      if (known !== undefined) refuseStranger(known, keyOf(path), sessionId, what);
      const outcomes = await renewalPoolOf(cell).renew([lockTimer(ticket)], ageMs);
      const renewed = outcomes.get(lockTimer(ticket));
      if (renewed === undefined) throw new CellError('OUTCOME_UNKNOWN', `nothing is known of ${what}`);
      const claim = LOCK_CLAIMS.read(cell.state, String(ticket)) ?? known;
      if (!renewed.renewed || claim === undefined) {
        throw new CellError('LOCK_NOT_HELD', `${what} has ended, or is not granted yet: there is nothing to renew`);
      }
      const wider = await widened(cell, request, claim, call);
      return {
        state: ClaimState.HELD,
        ticket,
        fencingToken: claim.token,
        position: 0,
        count: 0,
        leaseTtlMs: wider ?? renewed.ttlMs,
        slot: cell.state.appliedSlot,
        widened: wider !== undefined,
        notAppliedBy: [],
      };
    },
  };
}

function refuseStranger(claim: LockClaimRecord, path: string, sessionId: string, what: string): void {
  if (claim.path !== path) throw invalid(`${what} is one of ${shown(claim.path)}`);
  if (claim.sessionId !== sessionId) {
    throw new CellError('LOCK_NOT_HELD', `${what} belongs to session ${claim.sessionId}`, { holder: claim.sessionId });
  }
  if (claim.leaseTtlMs === 0) {
    throw invalid(`${what} has no lease of its own: it lasts as long as its session, whose renewal is enough`);
  }
}

/** The new TTL, if it had to be made longer. */
async function widened(
  cell: CellPort,
  { ticket, options }: Request,
  claim: LockClaimRecord,
  call: CallContext,
): Promise<number | undefined> {
  const leaseTtlMs = paceOf(cell).leaseTtlMs;
  if (!claim.adaptive || leaseTtlMs <= claim.leaseTtlMs) return undefined;
  await write(cell, { kind: 'widenLock', ticket, leaseTtlMs }, options, call);
  return leaseTtlMs;
}
