import type { ServerDuplexStream } from '@grpc/grpc-js';
import { type RenewedItem, RenewRequest, RenewResponse } from '../../gen/synod/v1/user.ts';
import { CellError, type CellPort } from '../host/cell-port.ts';
import type { RenewItem, RenewOutcome } from '../host/messages.ts';
import { idViolation, shown } from '../machine/keys.ts';
import { entryTimerViolation, lockTimer } from '../machine/timer-records.ts';
import { type Pace, paceOf } from './coordination/pace.ts';
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
        paceOf(this.#cell).took(performance.now() - nowMs);
        const byTimer = new Map(outcomes.map((outcome) => [outcome.timerId, outcome]));
        for (const { resolve } of asked) resolve(byTimer);
      },
      (error: unknown) => {
        for (const { reject } of asked) reject(error);
      },
    );
  }
}

const pools = new WeakMap<CellPort, RenewalPool>();

/** Everything that renews through one agent shares it. */
export function renewalPoolOf(cell: CellPort): RenewalPool {
  const known = pools.get(cell);
  if (known !== undefined) return known;
  const pool = new RenewalPool(cell);
  pools.set(cell, pool);
  return pool;
}

/** How it went for one timer. @throws CellError when that is not known */
export function renewedOf(
  outcomes: ReadonlyMap<string, RenewOutcome>,
  timerId: string,
): { readonly renewed: boolean; readonly ttlMs: number } {
  const outcome = outcomes.get(timerId);
  if (outcome === undefined) throw new CellError('OUTCOME_UNKNOWN', `nothing is known of ${timerId}`);
  const { renewed, ttlMs } = outcome;
  return { renewed, ttlMs };
}

/**
 * A timer that is named as such, not by the session, lease or lock that it belongs to: only claims of entries of queues tell
 * their callers the names of theirs, and no other may be held up.
 *
 * @throws CellError
 */
export function claimTimer(timerId: string): string {
  if (CLAIM_TIMER.test(timerId)) return timerId;
  throw invalid(`${shown(timerId)} is no timer of a claimed entry of a queue: its claim tells the name as timerId`);
}

/** Queue, entry, token. */
const CLAIM_TIMER = /^entry\/\d+\/\d+\/\d+$/;

export function renewHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  const pool = renewalPoolOf(cell);
  const pace = paceOf(cell);
  return (stream: RenewCall): void => new RenewStream({ pool, pace }, observer, failures, stream).start();
}

class RenewStream {
  readonly #pool: RenewalPool;
  readonly #pace: Pace;
  readonly #stream: RenewCall;
  readonly #call: StreamCall;
  #open = 0;
  #hasEnded = false;

  constructor(
    { pool, pace }: { readonly pool: RenewalPool; readonly pace: Pace },
    observer: MethodObserver,
    failures: FailureReporter,
    stream: RenewCall,
  ) {
    this.#pool = pool;
    this.#pace = pace;
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
    const { id, sessionIds, leaseIds, lockTickets, timerIds, ageMs } = decodeRenewal(message);
    const sessions = sessionIds.map((sessionId) => `session/${sessionId}`);
    const leases = leaseIds.map((leaseId) => `lease/${leaseId}`);
    const locks = lockTickets.map(lockTimer);
    const outcomes = await this.#pool.renew([...sessions, ...leases, ...locks, ...timerIds], ageMs);
    const told = (id: string, isSession: boolean, timerId: string): RenewedItem => ({
      ...{ id, isSession, lockTicket: 0, advisedTtlMs: 0, timerId: '' },
      ...renewedOf(outcomes, timerId),
    });
    const advisedTtlMs = this.#pace.leaseTtlMs;
    return {
      id,
      items: [
        ...sessionIds.map((sessionId, index) => told(sessionId, true, sessions[index]!)),
        ...leaseIds.map((leaseId, index) => told(leaseId, false, leases[index]!)),
        ...lockTickets.map((lockTicket, index) => ({ ...told('', false, locks[index]!), lockTicket, advisedTtlMs })),
        ...timerIds.map((timerId) => ({ ...told('', false, timerId), timerId })),
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
  const { sessionIds, leaseIds, lockTickets, timerIds } = request;
  const count = sessionIds.length + leaseIds.length + lockTickets.length + timerIds.length;
  if (count > ITEMS_PER_MESSAGE_MAX) {
    throw invalid(
      `a message renews at most ${ITEMS_PER_MESSAGE_MAX} sessions, leases and claims, this one has ${count}`,
    );
  }
  for (const sessionId of sessionIds) refuse(idViolation('a session id', sessionId));
  for (const leaseId of leaseIds) refuse(idViolation('a lease id', leaseId));
  for (const timerId of timerIds) refuse(entryTimerViolation(timerId));
  return request;
}
