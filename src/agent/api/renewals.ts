import type { ServerDuplexStream } from '@grpc/grpc-js';
import { type RenewedItem, RenewRequest, RenewResponse } from '../../gen/synod/v1/user.ts';
import { CellError, type CellPort } from '../host/cell-port.ts';
import type { RenewItem, RenewOutcome } from '../host/messages.ts';
import { idViolation } from '../machine/keys.ts';
import { encodeMessage } from './encoding.ts';
import { invalid, refuse } from './errors.ts';
import type { FailureReporter } from './failures.ts';
import type { MethodObserver } from './ports.ts';
import { StreamCall } from './stream-call.ts';

type RenewCall = ServerDuplexStream<Buffer, Buffer>;

const ITEMS_PER_MESSAGE_MAX = 10_000;
/** Messages of one stream without an answer; beyond it nothing more is read from the stream. */
const OPEN_MESSAGES_MAX = 64;

interface Asked {
  readonly timerIds: readonly string[];
  readonly ageMs: number;
  readonly receivedMs: number;
  readonly resolve: (outcomes: ReadonlyMap<string, RenewOutcome>) => void;
  readonly reject: (error: unknown) => void;
}

/** What arrives in one turn of the loop, over any number of streams, becomes one question to the cell. */
export class RenewalPool {
  readonly #cell: CellPort;
  #asked: Asked[] = [];

  constructor(cell: CellPort) {
    this.#cell = cell;
  }

  /** `ageMs` is what the client said: a TTL counts from when it first sent the renewal. */
  renew(timerIds: readonly string[], ageMs: number): Promise<ReadonlyMap<string, RenewOutcome>> {
    return new Promise((resolve, reject) => {
      if (this.#asked.length === 0) setImmediate(() => this.#ask());
      this.#asked.push({ timerIds, ageMs, receivedMs: performance.now(), resolve, reject });
    });
  }

  #ask(): void {
    const asked = this.#asked;
    this.#asked = [];
    const nowMs = performance.now();
    const ages = new Map<string, number>();
    for (const { timerIds, ageMs, receivedMs } of asked) {
      // The time that it waited here belongs to its age too.
      const age = ageMs + (nowMs - receivedMs);
      // Of two renewals of one timer the younger one says more.
      for (const timerId of timerIds) ages.set(timerId, Math.min(ages.get(timerId) ?? Number.POSITIVE_INFINITY, age));
    }
    const items: RenewItem[] = [...ages].map(([timerId, ageMs]) => ({ timerId, ageMs: Math.ceil(ageMs) }));
    this.#cell.renew(items).then(
      (outcomes) => {
        const byTimer = new Map(outcomes.map((outcome) => [outcome.timerId, outcome]));
        for (const { resolve } of asked) resolve(byTimer);
      },
      (error: unknown) => {
        for (const { reject } of asked) reject(error);
      },
    );
  }
}

export function renewHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  const pool = new RenewalPool(cell);
  return (stream: RenewCall): void => new RenewStream(pool, observer, failures, stream).start();
}

class RenewStream {
  readonly #pool: RenewalPool;
  readonly #stream: RenewCall;
  readonly #call: StreamCall;
  #open = 0;
  #hasEnded = false;

  constructor(pool: RenewalPool, observer: MethodObserver, failures: FailureReporter, stream: RenewCall) {
    this.#pool = pool;
    this.#stream = stream;
    const drained = (): void => this.#readOn();
    this.#call = new StreamCall(stream, { method: 'Renew', observer, failures, ended: () => undefined, drained });
  }

  start(): void {
    this.#stream.on('data', (message: Buffer) => this.#received(message));
    this.#stream.on('end', () => {
      this.#hasEnded = true;
      this.#endWhenDone();
    });
  }

  /**
   * A failure ends the stream instead of answering: `renewed: false` means that something has ended, and a client that
   * hears it lets go of what it holds. It opens another stream, to another agent if need be.
   */
  #received(message: Buffer): void {
    if (this.#call.isOver) return;
    this.#call.observed.message('received', message, 0);
    this.#open += 1;
    if (this.#open >= OPEN_MESSAGES_MAX || this.#call.isFull) this.#stream.pause();
    this.#renew(message).then(
      (response) => {
        this.#open -= 1;
        this.#call.write(encodeMessage(RenewResponse, response), 0);
        this.#readOn();
        this.#endWhenDone();
      },
      (error: unknown) => this.#call.fail(error),
    );
  }

  async #renew(message: Buffer): Promise<RenewResponse> {
    const { id, sessionIds, leaseIds, ageMs } = decodeRenewal(message);
    const sessions = sessionIds.map((sessionId) => `session/${sessionId}`);
    const leases = leaseIds.map((leaseId) => `lease/${leaseId}`);
    const outcomes = await this.#pool.renew([...sessions, ...leases], ageMs);
    const told = (id: string, isSession: boolean, timerId: string): RenewedItem => {
      const outcome = outcomes.get(timerId);
      if (outcome === undefined) throw new CellError('OUTCOME_UNKNOWN', `nothing is known of ${timerId}`);
      return { id, isSession, renewed: outcome.renewed, ttlMs: outcome.ttlMs };
    };
    return {
      id,
      items: [
        ...sessionIds.map((sessionId, index) => told(sessionId, true, sessions[index]!)),
        ...leaseIds.map((leaseId, index) => told(leaseId, false, leases[index]!)),
      ],
    };
  }

  #readOn(): void {
    if (this.#stream.isPaused() && this.#open < OPEN_MESSAGES_MAX && !this.#call.isFull) this.#stream.resume();
  }

  #endWhenDone(): void {
    if (this.#hasEnded && this.#open === 0) this.#call.end();
  }
}

function decodeRenewal(message: Buffer): RenewRequest {
  let request: RenewRequest;
  try {
    request = RenewRequest.decode(message);
  } catch (error) {
    throw invalid(`the request cannot be read as a RenewRequest: ${(error as Error).message}`);
  }
  const { sessionIds, leaseIds } = request;
  const count = sessionIds.length + leaseIds.length;
  if (count > ITEMS_PER_MESSAGE_MAX) {
    throw invalid(`a message renews at most ${ITEMS_PER_MESSAGE_MAX} sessions and leases, this one has ${count}`);
  }
  for (const sessionId of sessionIds) refuse(idViolation('a session id', sessionId));
  for (const leaseId of leaseIds) refuse(idViolation('a lease id', leaseId));
  return request;
}
