import type { ServerWritableStream } from '@grpc/grpc-js';
import { type LockResponse, WatchLockRequest, WatchLockResponse } from '../../../gen/synod/v1/locks.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { LOCK_CLAIMS, LOCKS, recordIdOf } from '../../machine/coordination-records.ts';
import { lockPathViolation, locksOf } from '../../machine/lock-paths.ts';
import type { Key } from '../../machine/store.ts';
import { encodeMessage } from '../encoding.ts';
import { refuse } from '../errors.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { decodeRequest } from '../unary-call.ts';
import { keyOf } from '../wire.ts';
import { lockView } from './lock-view.ts';
import { claimResponse, endedResponse, lockMessage } from './lock-wire.ts';
import { StateStream, type Told } from './state-stream.ts';

type Call = ServerWritableStream<Buffer, Buffer>;

/** A hand-over moves everybody up: who watches places is told now and then, who waits for the grant at once. */
const POSITIONS_EVERY_MS = 200;

export function watchLockHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: Call): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'WatchLock', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { path: bytes, ticket, positions, minSlot } = decodeRequest(WatchLockRequest, stream.request);
      const path = keyOf(bytes);
      refuse(lockPathViolation(path));
      // What this agent has not applied yet is not gone.
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      const locks = locksOf(path);
      if (ticket === 0) {
        const lock = locks.at(-1)!;
        states.start([LOCKS.keyOf(recordIdOf(lock))], () => lockNews(cell, lock));
        return;
      }
      if (positions) {
        for (const lock of locks) {
          states.watch(LOCKS.keyOf(recordIdOf(lock)), () => states.tellWithin(POSITIONS_EVERY_MS));
        }
      }
      const claim = new ClaimNews(cell, path, ticket, positions);
      states.start([LOCK_CLAIMS.keyOf(String(ticket))], () => claim.look());
    } catch (error) {
      call.fail(error);
    }
  };
}

function told(cell: CellPort, subject: NonNullable<WatchLockResponse['subject']>, isLast: boolean): Told {
  const news = JSON.stringify({ ...subject.value, slot: 0 });
  return { bytes: encodeMessage(WatchLockResponse, { subject, slot: cell.state.appliedSlot }), news, isLast };
}

function lockNews(cell: CellPort, lock: Key): Told {
  return told(cell, { $case: 'lock', value: lockMessage(lockView(cell.state, lock)) }, false);
}

/** A claim, which remembers what it was when it is no more. */
class ClaimNews {
  readonly #cell: CellPort;
  readonly #path: Key;
  readonly #ticket: number;
  readonly #positions: boolean;
  #last: LockResponse | undefined;
  #sessionId = '';

  constructor(cell: CellPort, path: Key, ticket: number, positions: boolean) {
    this.#cell = cell;
    this.#path = path;
    this.#ticket = ticket;
    this.#positions = positions;
  }

  look(): Told {
    const { state } = this.#cell;
    const claim = LOCK_CLAIMS.read(state, String(this.#ticket));
    if (claim === undefined) {
      const ended = endedResponse(state, this.#path, this.#last, this.#ticket, this.#sessionId);
      return told(this.#cell, { $case: 'claim', value: ended }, true);
    }
    this.#sessionId = claim.sessionId;
    this.#last = claimResponse(state, claim, this.#positions);
    return told(this.#cell, { $case: 'claim', value: this.#last }, false);
  }
}
