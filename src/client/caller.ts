import { type ClientUnaryCall, type CallOptions as GrpcCallOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import { checkCall, invalidArgument, positive } from './arguments.ts';
import { type Endpoint, EndpointPool, type Stub } from './endpoints.ts';
import { fromService, isEndpointFault, isTransient, SynodError } from './errors.ts';
import { backoffMs, Deadline, pause } from './retry.ts';
import type { CallOptions } from './types.ts';
import { WatchStreams } from './watch-stream.ts';

export interface CallerOptions {
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  /** One endpoint may take this long before another is asked. */
  readonly attemptMs: number;
  /** Give up after this long when no endpoint could be reached at all. */
  readonly unreachableAfterMs: number;
}

type Unary<Request, Response> = (
  this: Stub,
  request: Request,
  metadata: Metadata,
  options: Partial<GrpcCallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => Pick<ClientUnaryCall, 'cancel'>;

export interface Call<Request, Response> {
  readonly method: (stub: Stub) => Unary<Request, Response>;
  readonly request: () => Request;
  /** Asking twice is as good as asking once: a write with a place in a session. */
  readonly repeatable: boolean;
  readonly options: CallOptions;
  /** Ask this endpoint and no other. */
  readonly only?: string;
}

/** With less time than this an attempt would be cut off, and its outcome unknown for nothing. */
const ATTEMPT_MS_MIN = 50;

/** One way to make a unary call: deadline, repeats, failover, and the highest slot seen. */
export class Caller {
  readonly pool: EndpointPool;
  readonly watches: WatchStreams;
  readonly options: CallerOptions;
  #highestSlot = 0;

  constructor(options: CallerOptions) {
    positive(options.timeoutMs, 'timeoutMs');
    positive(options.attemptMs, 'attemptMs');
    positive(options.unreachableAfterMs, 'unreachableAfterMs');
    this.options = options;
    this.pool = new EndpointPool(options.endpoints);
    this.watches = new WatchStreams(this.pool);
  }

  /** Sent back with every read, so that even a LOCAL read on another agent never goes back. */
  get highestSlot(): number {
    return this.#highestSlot;
  }

  saw(slot: number): void {
    if (slot > this.#highestSlot) this.#highestSlot = slot;
  }

  /**
   * What changes nothing, so that asking twice is as good as asking once, and a failure leaves nothing open.
   * @throws SynodError
   */
  read<Request, Response>(call: Omit<Call<Request, Response>, 'repeatable'>): Promise<Response> {
    return this.call({ ...call, repeatable: true }).catch((error: SynodError) => {
      throw error.withEffect('not_done');
    });
  }

  /** @throws SynodError when it is refused, or when time is up */
  async call<Request, Response>(call: Call<Request, Response>): Promise<Response> {
    checkCall(call.options);
    const { signal } = call.options;
    const deadline = new Deadline(call.options.timeoutMs ?? this.options.timeoutMs);
    const reachBy = new Deadline(this.options.unreachableAfterMs);
    let effectUnknown = false;
    let refused: SynodError | undefined;
    for (let repeat = 0; ; repeat++) {
      const endpoint = call.only === undefined ? this.pool.current() : this.pool.at(call.only);
      let error: SynodError;
      try {
        if (signal?.aborted) throw new SynodError('CANCELLED', 'the call was cancelled');
        return await this.#attempt(call, endpoint, deadline);
      } catch (thrown) {
        const failure = thrown instanceof SynodError ? thrown : unsendable(thrown);
        error = signal?.aborted ? cancelled(failure) : failure;
      }
      effectUnknown ||= error.effect === 'unknown';
      // What an agent said is worth more to the caller than that the last one asked did not say anything.
      if (error.reason !== 'UNREACHABLE' && error.reason !== 'NO_ANSWER') refused = error;
      if (isEndpointFault(error)) this.pool.moveOnFrom(endpoint.address);
      // The first round over the other endpoints does not wait: one of them is probably fine.
      const waitMs = repeat + 1 < this.pool.size ? 0 : backoffMs(repeat + 1 - this.pool.size);
      const again = isTransient(error) && (call.repeatable || error.effect === 'not_done');
      const late = deadline.remainingMs < waitMs + ATTEMPT_MS_MIN;
      const nobody = error.reason === 'UNREACHABLE' && refused === undefined && reachBy.isPast;
      if (!again || late || nobody) {
        const told = again ? (refused ?? error) : error;
        throw effectUnknown ? told.withEffect(lasting(told)) : told;
      }
      await pause(waitMs, signal).catch(() => undefined);
    }
  }

  #attempt<Request, Response>(
    call: Call<Request, Response>,
    endpoint: Endpoint,
    deadline: Deadline,
  ): Promise<Response> {
    // What cannot be repeated is given all the time there is: cutting it off only makes its outcome unknown.
    const allowedMs = call.repeatable && this.pool.size > 1 ? this.options.attemptMs : Number.POSITIVE_INFINITY;
    const options = { deadline: Date.now() + Math.min(allowedMs, Math.max(1, deadline.remainingMs)) };
    const { signal } = call.options;
    return new Promise((resolve, reject) => {
      const method = call.method(endpoint.stub);
      const cancel = () => running.cancel();
      const running = method.call(endpoint.stub, call.request(), new Metadata(), options, (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error) {
          const failure = fromService(error, endpoint.address);
          this.saw(failure.slot);
          return reject(failure);
        }
        const slot = (response as { slot?: number }).slot;
        if (slot !== undefined) this.saw(slot);
        resolve(response);
      });
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }
}

/**
 * An earlier attempt may have been carried out although the last one was refused. Only a refusal that the cell agreed on
 * under the same sequence settles it, and that is never a transient one.
 */
function lasting(error: SynodError): 'not_done' | 'unknown' {
  const open = isTransient(error) || error.reason === 'SESSION_UNKNOWN' || error.reason === 'CANCELLED';
  return open ? 'unknown' : 'not_done';
}

/** What the message of a method cannot hold: nothing left this program. */
function unsendable(thrown: unknown): SynodError {
  return invalidArgument(`the request cannot be sent: ${(thrown as Error).message}`, thrown);
}

function cancelled(error: SynodError): SynodError {
  return new SynodError('CANCELLED', 'the call was cancelled', { effect: error.effect });
}
