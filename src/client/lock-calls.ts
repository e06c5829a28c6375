import { ClaimState, type LockResponse } from '../gen/synod/v1/locks.ts';
import type { Caller } from './caller.ts';
import type { Place, Session } from './session.ts';
import type { CallOptions, WriteOptions, WriteQuorum } from './types.ts';
import { pathBytes } from './wire.ts';
import type { Writer } from './writes.ts';

export interface ReleaseOptions extends WriteOptions {
  /** Default `all`: every live voter has applied the release before it is answered. */
  readonly quorum?: WriteQuorum;
}

export interface Released {
  readonly slot: number;
  /** Names of voters that had not applied it in time. */
  readonly notAppliedBy: readonly string[];
}

/** What a claim asks for. */
export interface ClaimRequest {
  readonly path: string;
  readonly owner: string;
  readonly leaseTtlMs: number;
  readonly adaptive: boolean;
  readonly lockDelayMs: number;
  /** Stand in the queue until it is granted or cancelled. */
  readonly wait: boolean;
  /** How long the answer may wait for the grant. */
  readonly waitMs: number;
}

/** Under the same place it is the same claim, however often it is asked for. */
export function askForLock(
  caller: Caller,
  place: Place,
  { path, wait, waitMs, ...claim }: ClaimRequest,
  options: CallOptions,
): Promise<LockResponse> {
  return caller.call({
    method: (stub) => stub.acquireLock,
    request: () => ({
      ...claim,
      path: pathBytes(path),
      waitMs,
      stayQueued: wait,
      cancelSequence: 0,
      options: place.options('majority'),
    }),
    repeatable: true,
    options,
  });
}

/** Leaves the queue; answered `held` when the grant came first. */
export function cancelClaim(
  writer: Writer,
  session: Session,
  path: string,
  ticket: number,
  options: CallOptions = {},
): Promise<LockResponse> {
  return writer.run((stub) => stub.cancelLock, { path: pathBytes(path), ticket }, { session, ...options });
}

/** Leaves the queue, or gives back what was granted before. */
export async function giveBack(writer: Writer, session: Session, path: string, ticket: number): Promise<void> {
  const { state } = await cancelClaim(writer, session, path, ticket);
  if (state === ClaimState.HELD) await releaseLock(writer, path, ticket, { session });
}

/** @throws SynodError LOCK_NOT_HELD when it has ended */
export function renewClaim(writer: Writer, session: Session, path: string, ticket: number): Promise<LockResponse> {
  return writer.run((stub) => stub.renewLock, { path: pathBytes(path), ticket, ageMs: 0 }, { session });
}

export async function releaseLock(
  writer: Writer,
  path: string,
  ticket: number,
  options: ReleaseOptions,
): Promise<Released> {
  const body = { path: pathBytes(path), ticket };
  const { slot, notAppliedBy } = await writer.run((stub) => stub.releaseLock, body, { quorum: 'all', ...options });
  return { slot, notAppliedBy };
}
