import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import type { OperatorReason } from '../../contract/index.ts';
import { ErrorDetail } from '../../gen/synod/v1/user.ts';
import { CellError, type CellErrorReason } from '../host/cell-port.ts';
import { OperatorError } from './operator/operator-error.ts';

/** How a reason looks on each transport. */
interface Mapping {
  readonly code: status;
  readonly http: number;
}

const MAPPINGS: Readonly<Record<CellErrorReason | OperatorReason, Mapping>> = {
  INVALID_ARGUMENT: { code: status.INVALID_ARGUMENT, http: 400 },
  COMPACTED: { code: status.OUT_OF_RANGE, http: 410 },
  FUTURE_REVISION: { code: status.OUT_OF_RANGE, http: 400 },
  SESSION_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  SEQUENCE_REUSED: { code: status.ALREADY_EXISTS, http: 409 },
  SEQUENCE_FORGOTTEN: { code: status.OUT_OF_RANGE, http: 410 },
  LEASE_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  LEASE_EXISTS: { code: status.ALREADY_EXISTS, http: 409 },
  SESSION_EXISTS: { code: status.ALREADY_EXISTS, http: 409 },
  LIMIT_EXCEEDED: { code: status.FAILED_PRECONDITION, http: 409 },
  NAME_TAKEN: { code: status.ALREADY_EXISTS, http: 409 },
  LOCK_NOT_HELD: { code: status.FAILED_PRECONDITION, http: 409 },
  TOKEN_STALE: { code: status.FAILED_PRECONDITION, http: 409 },
  LOCK_HELD: { code: status.FAILED_PRECONDITION, http: 409 },
  DEADLOCK: { code: status.FAILED_PRECONDITION, http: 409 },
  NOT_ELECTED: { code: status.FAILED_PRECONDITION, http: 409 },
  BARRIER_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  BARRIER_EXISTS: { code: status.ALREADY_EXISTS, http: 409 },
  BARRIER_BROKEN: { code: status.FAILED_PRECONDITION, http: 409 },
  BARRIER_STANDING: { code: status.FAILED_PRECONDITION, http: 409 },
  NOT_A_MEMBER: { code: status.FAILED_PRECONDITION, http: 409 },
  NOT_A_NUMBER: { code: status.FAILED_PRECONDITION, http: 409 },
  OVERFLOW: { code: status.OUT_OF_RANGE, http: 409 },
  PROPOSAL_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  PROPOSAL_CLOSED: { code: status.FAILED_PRECONDITION, http: 409 },
  NOT_A_VOTER: { code: status.FAILED_PRECONDITION, http: 409 },
  ALREADY_VOTED: { code: status.FAILED_PRECONDITION, http: 409 },
  NOT_THE_PROPOSER: { code: status.FAILED_PRECONDITION, http: 409 },
  ONCE_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  ONCE_CLAIMED: { code: status.FAILED_PRECONDITION, http: 409 },
  ONCE_SETTLED: { code: status.FAILED_PRECONDITION, http: 409 },
  QUEUE_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  ENTRY_UNKNOWN: { code: status.NOT_FOUND, http: 404 },
  ENTRY_CLAIMED: { code: status.FAILED_PRECONDITION, http: 409 },
  ENTRY_NOT_DEAD: { code: status.FAILED_PRECONDITION, http: 409 },
  DEPENDENCY_UNKNOWN: { code: status.FAILED_PRECONDITION, http: 409 },
  CIRCULAR_DEPENDENCY: { code: status.FAILED_PRECONDITION, http: 409 },
  NO_MAJORITY: { code: status.UNAVAILABLE, http: 503 },
  NO_SESSION: { code: status.UNAVAILABLE, http: 503 },
  OVERLOADED: { code: status.RESOURCE_EXHAUSTED, http: 429 },
  TIMEOUT: { code: status.DEADLINE_EXCEEDED, http: 504 },
  OUTCOME_UNKNOWN: { code: status.UNKNOWN, http: 504 },
  CANCELLED: { code: status.CANCELLED, http: 499 },
  EPOCH_MOVED: { code: status.ABORTED, http: 409 },
  CHANGE_REFUSED: { code: status.FAILED_PRECONDITION, http: 409 },
  SLOW_WATCHER: { code: status.ABORTED, http: 503 },
  SNAPSHOT_INSTALLED: { code: status.ABORTED, http: 503 },
  SHUTTING_DOWN: { code: status.UNAVAILABLE, http: 503 },
  READ_ONLY: { code: status.PERMISSION_DENIED, http: 403 },
  AGENT_NOT_STARTED: { code: status.UNAVAILABLE, http: 503 },
  NOT_A_DEMO_CELL: { code: status.FAILED_PRECONDITION, http: 409 },
  NO_WINDOW: { code: status.FAILED_PRECONDITION, http: 409 },
  NOT_FOUND: { code: status.NOT_FOUND, http: 404 },
  PARTICIPANT_UNREACHABLE: { code: status.UNAVAILABLE, http: 503 },
  IDEMPOTENCY_KEY_REUSED: { code: status.ALREADY_EXISTS, http: 409 },
};

/** A bug of this program, not of the caller. Says nothing about its inside: that is in the agent's log. */
const BUG: Mapping = { code: status.INTERNAL, http: 500 };

/** Where a client should rather go. */
export interface LeaderHint {
  readonly leader: string;
  readonly leaderAddress: string;
}

export function invalid(message: string): CellError {
  return new CellError('INVALID_ARGUMENT', message);
}

/** Throws when `violation` names a broken rule. */
export function refuse(violation: string | undefined): void {
  if (violation !== undefined) throw invalid(violation);
}

/** A limit that an operator can raise is a shortage; what the format does not allow stays impossible. */
const SHORTAGE: Mapping = { code: status.RESOURCE_EXHAUSTED, http: 429 };

function mappingOf(error: unknown): Mapping {
  if (!isRefusal(error)) return BUG;
  return error instanceof CellError && error.limit !== '' ? SHORTAGE : MAPPINGS[error.reason];
}

export function httpStatusOf(error: unknown): number {
  return mappingOf(error).http;
}

/** Refused with a reason that a caller can act on; anything else is a bug. */
export function isRefusal(error: unknown): error is CellError | OperatorError {
  return error instanceof CellError || error instanceof OperatorError;
}

/**
 * Every refusal in the one form that clients of all transports get. It carries the slot of the entry that was refused, or
 * `appliedSlot`: what an agent says of its state, it says as of there. `resumeFrom` is only for watches.
 */
export function errorDetail(
  error: unknown,
  hint: LeaderHint | undefined,
  appliedSlot: number,
  resumeFrom = 0,
): ErrorDetail {
  const known = isRefusal(error) ? error : undefined;
  const ofCell = error instanceof CellError ? error : undefined;
  const { code } = mappingOf(error);
  return {
    code,
    reason: known?.reason ?? 'INTERNAL',
    // What a client sent may come back in a message; lone surrogates cannot be put into a header.
    message: (known?.message ?? 'the agent failed; its log says why').slice(0, MESSAGE_CHARACTERS_MAX).toWellFormed(),
    currentVersion: ofCell?.currentVersion ?? 0,
    holder: ofCell?.holder ?? '',
    floor: ofCell?.floor ?? 0,
    leader: hint?.leader ?? '',
    leaderAddress: hint?.leaderAddress ?? '',
    // Whoever hit a bug cannot know what was done before it.
    effect: known?.effect ?? 'unknown',
    resumeFrom,
    slot: ofCell?.slot || appliedSlot,
    heldSinceMs: ofCell?.heldSinceMs ?? 0,
    limit: ofCell?.limit ?? '',
  };
}

const MESSAGE_CHARACTERS_MAX = 1_000;

/** The name of the trailer that carries an `ErrorDetail`. */
export const ERROR_TRAILER = 'synod-error-bin';

export function statusOf(detail: ErrorDetail): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, Buffer.from(ErrorDetail.encode(detail).finish()));
  return { code: detail.code, details: detail.message, metadata };
}
