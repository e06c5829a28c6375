import {
  AcquireLockRequest,
  ClaimState,
  LockResponse,
  type AcquireLockRequest as Request,
} from '../../../gen/synod/v1/locks.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { LOCK_CLAIMS } from '../../machine/coordination-records.ts';
import type { Key } from '../../machine/store.ts';
import { invalid } from '../errors.ts';
import { nameOfAgent } from '../names.ts';
import type { CallContext, UnaryMethod } from '../unary-call.ts';
import { actingOf, secondPlace } from '../validation.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { claimResponse, lockOutcome, lockResponse } from './lock-wire.ts';
import { paceOf } from './pace.ts';
import { Patience, whenRecorded } from './waiting.ts';

/** Of a wait with a deadline of the client: what is left for leaving the queue and saying so. */
const CANCEL_MS = 1_000;
/** Nobody waits for the answer any more, but the queue must be left. */
const CANCEL_ALONE_MS = 10_000;

/**
 * Waiting is done here, on the record of the claim. It ends with the grant, or by a command that takes the claim out of the
 * queue and says whether the grant came first: so a grant is never lost unseen. A client that repeats the request under its
 * sequence, here or elsewhere, waits for the same claim.
 */
export function acquireLockMethod(cell: CellPort): UnaryMethod<Request, LockResponse> {
  return {
    name: 'AcquireLock',
    request: AcquireLockRequest,
    response: LockResponse,
    handle: (request, call) => new Acquisition(cell, request, call).run(),
  };
}

class Acquisition {
  readonly #cell: CellPort;
  readonly #request: Request;
  readonly #call: CallContext;
  readonly #path: Key;

  constructor(cell: CellPort, request: Request, call: CallContext) {
    this.#cell = cell;
    this.#request = request;
    this.#call = call;
    this.#path = keyOf(request.path);
    const { waitMs, stayQueued, cancelSequence, options } = request;
    if (waitMs > 0 && !stayQueued && cancelSequence === 0 && options?.sessionId) {
      throw invalid(
        'a wait that ends needs cancel_sequence, another sequence of the session, to leave the queue under',
      );
    }
    if (cancelSequence > 0 && cancelSequence === options?.sequence) {
      throw invalid('cancel_sequence is a sequence of its own, not the one of the request');
    }
  }

  async run(): Promise<LockResponse> {
    const { waitMs, stayQueued, leaseTtlMs, adaptive, lockDelayMs, owner, options } = this.#request;
    const wait = waitMs > 0 || stayQueued;
    const path = this.#path;
    const beganMs = performance.now();
    const patienceMs = Math.min(waitMs, this.#call.remainingMs - (stayQueued ? 0 : CANCEL_MS));
    using patience = new Patience(this.#call, Math.max(0, patienceMs));
    const command = { kind: 'acquireLock', path, wait, leaseTtlMs, adaptive, lockDelayMs, owner } as const;
    const written = await write(this.#cell, command, options, this.#call);
    paceOf(this.#cell).took(performance.now() - beganMs);
    const { state, ticket } = lockOutcome(written);
    const answer = lockResponse(written, (agentId) => nameOfAgent(this.#cell.state, agentId));
    if (state !== 'queued' || waitMs === 0) return answer;
    const isThrough = await this.#whenGranted(ticket, patience.signal);
    // Held, or still in the queue where it was asked to stay.
    const claim = LOCK_CLAIMS.read(this.#cell.state, String(ticket));
    if (claim !== undefined && (isThrough || stayQueued)) return claimResponse(this.#cell.state, claim, true);
    return stayQueued ? { ...answer, state: ClaimState.GONE, position: 0 } : this.#cancel(ticket);
  }

  /** True: it is held, or gone. False: time is up. */
  async #whenGranted(ticket: number, signal: AbortSignal): Promise<boolean> {
    const look = (): true | undefined =>
      LOCK_CLAIMS.read(this.#cell.state, String(ticket))?.state === 'queued' ? undefined : true;
    return (await whenRecorded(this.#cell, [LOCK_CLAIMS.keyOf(String(ticket))], look, signal)) ?? false;
  }

  /** Also of a claim that is gone: a repeat of a request that was cancelled learns that, and nothing is cancelled twice. */
  async #cancel(ticket: number): Promise<LockResponse> {
    const { options, cancelSequence } = this.#request;
    const acting = actingOf(secondPlace(options, cancelSequence));
    const timeoutMs = Math.max(this.#call.timeoutMs, CANCEL_ALONE_MS);
    const command = { kind: 'cancelLock', path: this.#path, ticket } as const;
    const written = await this.#cell.write(command, { quorum: 'majority', ...acting, timeoutMs });
    return lockResponse(written, (agentId) => nameOfAgent(this.#cell.state, agentId));
  }
}
