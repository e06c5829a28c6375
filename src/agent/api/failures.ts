import { type StatusObject, status } from '@grpc/grpc-js';
import type { ErrorDetail } from '../../gen/synod/v1/user.ts';
import type { CellPort } from '../host/cell-port.ts';
import { ADDRESSES } from '../machine/system-records.ts';
import { errorDetail, isRefusal, type LeaderHint, statusOf } from './errors.ts';

type Failure = Pick<StatusObject, 'code' | 'details' | 'metadata'>;

/** Turns what a handler throws into what a client gets, and reports what no client could have caused. */
export class FailureReporter {
  readonly #cell: CellPort;
  readonly #onBug: (error: Error, where: string) => void;

  constructor(cell: CellPort, onBug: (error: Error, where: string) => void) {
    this.#cell = cell;
    this.#onBug = onBug;
  }

  detailOf(error: unknown, method: string, resumeFrom = 0): ErrorDetail {
    const { appliedSlot } = this.#cell.state;
    if (!isRefusal(error)) {
      this.#onBug(error instanceof Error ? error : new Error(String(error)), method);
      return errorDetail(error, undefined, appliedSlot, resumeFrom);
    }
    const hint = error.reason === 'INVALID_ARGUMENT' ? undefined : this.#leaderHint();
    return errorDetail(error, hint, appliedSlot, resumeFrom);
  }

  statusOf(error: unknown, method: string, resumeFrom = 0): Failure {
    return statusOf(this.detailOf(error, method, resumeFrom));
  }

  #leaderHint(): LeaderHint | undefined {
    const { leader } = this.#cell.status();
    if (leader === undefined) return undefined;
    const address = ADDRESSES.read(this.#cell.state, leader);
    return { leader: address?.name ?? leader, leaderAddress: address?.grpcAddress ?? '' };
  }
}

export const OK: Failure = { code: status.OK, details: 'OK', metadata: null as never };
