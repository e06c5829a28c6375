import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { ErrorDetail } from '../gen/synod/v1/user.ts';

/** What became of the data: `unknown` means that the write may or may not have happened, and may still happen. */
export type Effect = 'done' | 'not_done' | 'unknown';

/** Machine-readable, from the agent; the first five are the client's own. */
export type ErrorReason =
  | 'UNREACHABLE'
  | 'NO_ANSWER'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'CLOSED'
  | 'INVALID_ARGUMENT'
  | 'COMPACTED'
  | 'FUTURE_REVISION'
  | 'SESSION_UNKNOWN'
  | 'LEASE_UNKNOWN'
  | 'LIMIT_EXCEEDED'
  | 'LOCK_HELD'
  | 'LOCK_NOT_HELD'
  | 'LOCK_LOST'
  | 'TOKEN_STALE'
  | 'DEADLOCK'
  | 'ONCE_CLAIMED'
  | 'ONCE_LOST'
  | 'ONCE_UNRESOLVED'
  | 'CLAIM_LOST'
  | 'PROPOSAL_UNKNOWN'
  | 'PROPOSAL_CLOSED'
  | 'NOT_A_VOTER'
  | 'ALREADY_VOTED'
  | 'NO_MAJORITY'
  | 'OVERLOADED'
  | 'OUTCOME_UNKNOWN'
  | 'EPOCH_MOVED'
  | 'CHANGE_REFUSED'
  | (string & {});

export interface ErrorDetails {
  readonly effect?: Effect;
  /** gRPC status code. */
  readonly code?: number;
  readonly currentVersion?: number;
  /** Who holds what was refused: a session. */
  readonly holder?: string;
  /** Since when, by the stamps of the journal: for people. 0: nobody holds anything. */
  readonly heldSinceMs?: number;
  /** LIMIT_EXCEEDED: the limit that an operator can raise; empty: it cannot be raised. */
  readonly limit?: string;
  /** COMPACTED: the lowest revision that can still be read. */
  readonly floor?: number;
  readonly leader?: string;
  readonly leaderAddress?: string;
  /** What the refusal rests on; 0 when no agent said anything. */
  readonly slot?: number;
  readonly cause?: unknown;
}

/** The only error this library throws. */
export class SynodError extends Error {
  readonly reason: ErrorReason;
  readonly effect: Effect;
  readonly code: number;
  readonly currentVersion: number;
  readonly holder: string;
  readonly heldSinceMs: number;
  readonly limit: string;
  readonly floor: number;
  readonly leader: string;
  readonly leaderAddress: string;
  readonly slot: number;

  constructor(reason: ErrorReason, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SynodError';
    this.reason = reason;
    this.effect = details.effect ?? 'not_done';
    this.code = details.code ?? GrpcStatus.UNKNOWN;
    this.currentVersion = details.currentVersion ?? 0;
    this.holder = details.holder ?? '';
    this.heldSinceMs = details.heldSinceMs ?? 0;
    this.limit = details.limit ?? '';
    this.floor = details.floor ?? 0;
    this.leader = details.leader ?? '';
    this.leaderAddress = details.leaderAddress ?? '';
    this.slot = details.slot ?? 0;
  }

  /** The same failure, known to have left the data in another state. */
  withEffect(effect: Effect): SynodError {
    if (effect === this.effect) return this;
    const { reason, message, code, currentVersion, holder, heldSinceMs, limit, floor, slot, cause } = this;
    const { leader, leaderAddress } = this;
    const about = { code, currentVersion, holder, heldSinceMs, limit, floor, leader, leaderAddress, slot, cause };
    return new SynodError(reason, message, { ...about, effect });
  }
}

const TRANSIENT_REASONS: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'NO_ANSWER',
  'NO_MAJORITY',
  'NO_SESSION',
  'NOT_LEADER',
  'OVERLOADED',
  'TIMEOUT',
  'OUTCOME_UNKNOWN',
  'SHUTTING_DOWN',
  'SNAPSHOT_INSTALLED',
  'SLOW_WATCHER',
]);

/** May go away by asking again, here or elsewhere. */
export function isTransient(error: SynodError): boolean {
  return TRANSIENT_REASONS.has(error.reason);
}

/** The endpoint is the trouble, not the request: ask another one. */
export function isEndpointFault(error: SynodError): boolean {
  return isTransient(error) && error.reason !== 'OVERLOADED' && error.reason !== 'SLOW_WATCHER';
}

export function fromDetail(detail: ErrorDetail, cause?: unknown): SynodError {
  const effect = detail.effect === 'done' || detail.effect === 'unknown' ? detail.effect : 'not_done';
  return new SynodError(detail.reason === '' ? 'UNKNOWN' : detail.reason, detail.message, { ...detail, effect, cause });
}

/** An error of gRPC as one of ours. Without the agent's own details only the transport is known to have failed. */
export function fromService(error: ServiceError | SynodError, endpoint: string): SynodError {
  if (error instanceof SynodError) return error;
  const packed = error.metadata?.get('synod-error-bin')[0];
  if (packed instanceof Uint8Array) return fromDetail(ErrorDetail.decode(packed), error);
  const { code, details } = error;
  switch (code) {
    case GrpcStatus.UNAVAILABLE:
      return new SynodError('UNREACHABLE', `cannot reach ${endpoint}: ${brief(details)}`, {
        code,
        // grpc-js says this only when no connection stood, so the request never left.
        effect: details.startsWith('No connection established') ? 'not_done' : 'unknown',
        cause: error,
      });
    case GrpcStatus.DEADLINE_EXCEEDED:
      return new SynodError('NO_ANSWER', `${endpoint} did not answer in time`, {
        code,
        effect: 'unknown',
        cause: error,
      });
    case GrpcStatus.CANCELLED:
      // Whoever cancelled a call of their own knows without asking; so this is an agent that goes down.
      return new SynodError('UNREACHABLE', `${endpoint} broke off`, { code, effect: 'unknown', cause: error });
    case GrpcStatus.RESOURCE_EXHAUSTED:
      return new SynodError('OVERLOADED', details, { code, effect: 'not_done', cause: error });
    case GrpcStatus.UNIMPLEMENTED:
      return new SynodError('NOT_AN_AGENT', `${endpoint} is not a Synod agent, or an older one: ${brief(details)}`, {
        code,
        cause: error,
      });
    case GrpcStatus.INTERNAL:
      if (details.startsWith(UNSERIALIZABLE)) {
        const why = details.slice(UNSERIALIZABLE.length);
        return new SynodError('INVALID_ARGUMENT', `the request cannot be sent: ${why}`, { code, cause: error });
      }
      return nonsense(error, endpoint);
    case GrpcStatus.UNKNOWN:
      return nonsense(error, endpoint);
    default:
      return new SynodError(GrpcStatus[code] ?? 'UNKNOWN', details, { code, effect: 'not_done', cause: error });
  }
}

/** How grpc-js says of a stream that its request never left this program. */
const UNSERIALIZABLE = 'Request message serialization failure: ';

/** What a broken stream, or something that does not speak gRPC, looks like from here. */
function nonsense(error: ServiceError, endpoint: string): SynodError {
  const { code, details } = error;
  return new SynodError('UNREACHABLE', `no sensible answer from ${endpoint}: ${brief(details)}`, {
    code,
    effect: 'unknown',
    cause: error,
  });
}

/** grpc-js repeats the address and appends JSON; one line that says why is enough. */
function brief(details: string): string {
  if (details.includes('Protocol error')) return 'what listens there does not speak gRPC';
  const refused = /E[A-Z]{4,}/.exec(details)?.[0];
  switch (refused) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no such host';
    case 'ECONNRESET':
      return 'the connection broke';
    default:
      return refused ?? details.split('\n')[0]!.slice(0, 200);
  }
}
