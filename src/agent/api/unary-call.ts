import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { CellError } from '../host/cell-port.ts';
import { LIMITS } from '../machine/limits.ts';
import { encodeMessage, type MessageType } from './encoding.ts';
import { invalid } from './errors.ts';
import type { FailureReporter } from './failures.ts';
import type { Canceller, MethodObserver, ObservedCall } from './ports.ts';
import { callTimeoutMs } from './timeouts.ts';

/** A method with one request and one answer. Bytes in, bytes out: the log keeps them, so they are made only once. */
export interface UnaryMethod<Request, Response> {
  readonly name: string;
  readonly request: MessageType<Request>;
  readonly response: MessageType<Response>;
  /** Throws or rejects with a `CellError` to refuse. */
  readonly handle: (request: Request, call: CallContext) => Response | Promise<Response>;
}

/** What a handler may know of the call that it answers. */
export interface CallContext {
  /** How long the answer may take; it comes before the client's own deadline so that it still arrives. */
  readonly timeoutMs: number;
  /** Told for the list of calls in flight. */
  usesQuorum(quorum: string): void;
}

/** Set by a client that wants to find its call in the agent's log. */
const MESSAGE_ID_HEADER = 'synod-message-id';

export type UnaryHandler = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => void;

export function unaryHandler<Request, Response>(
  method: UnaryMethod<Request, Response>,
  observer: MethodObserver,
  failures: FailureReporter,
): UnaryHandler {
  return (call, respond) => {
    const running = new UnaryCall(call, respond, observer, failures);
    try {
      const answer = method.handle(decodeRequest(method.request, call.request), running);
      if (answer instanceof Promise) {
        answer.then(
          (response) => running.succeed(method, response),
          (error: unknown) => running.fail(error, method.name),
        );
      } else {
        running.succeed(method, answer);
      }
    } catch (error) {
      running.fail(error, method.name);
    }
  };
}

/** @throws CellError when the bytes are no such message, or too many */
export function decodeRequest<Request>(type: MessageType<Request>, bytes: Uint8Array): Request {
  if (bytes.length > LIMITS.requestBytesMax) {
    throw invalid(`a request has at most ${LIMITS.requestBytesMax} bytes, this one has ${bytes.length}`);
  }
  try {
    return type.decode(bytes);
  } catch (error) {
    throw invalid(`the request cannot be read as a message of this method: ${(error as Error).message}`);
  }
}

export function messageIdOf(call: { readonly metadata: ServerUnaryCall<Buffer, Buffer>['metadata'] }): string {
  const value = call.metadata.get(MESSAGE_ID_HEADER)[0];
  return typeof value === 'string' && value.length <= MESSAGE_ID_CHARACTERS_MAX ? value : '';
}

const MESSAGE_ID_CHARACTERS_MAX = 128;

class UnaryCall implements CallContext, Canceller {
  readonly #call: ServerUnaryCall<Buffer, Buffer>;
  readonly #respond: sendUnaryData<Buffer>;
  readonly #observed: ObservedCall;
  readonly #failures: FailureReporter;
  #answered = false;

  constructor(
    call: ServerUnaryCall<Buffer, Buffer>,
    respond: sendUnaryData<Buffer>,
    observer: MethodObserver,
    failures: FailureReporter,
  ) {
    this.#call = call;
    this.#respond = respond;
    this.#failures = failures;
    this.#observed = observer.began(call.getPeer(), messageIdOf(call), call.request, this);
  }

  get timeoutMs(): number {
    return callTimeoutMs(this.#call.getDeadline());
  }

  usesQuorum(quorum: string): void {
    this.#observed.quorum = quorum;
  }

  succeed<Request, Response>(method: UnaryMethod<Request, Response>, response: Response): void {
    if (this.#answered) return;
    let reply: Buffer;
    try {
      reply = encodeMessage(method.response, response);
    } catch (error) {
      this.fail(error, method.name);
      return;
    }
    this.#answered = true;
    const { slot } = response as { readonly slot?: number };
    // A client that went away gets nothing. Nothing is registered for that moment, because every call would pay for it.
    this.#observed.ended(this.#call.cancelled ? status.CANCELLED : status.OK, slot ?? 0, reply);
    this.#respond(null, reply);
  }

  fail(error: unknown, method: string): void {
    if (this.#answered) return;
    this.#answered = true;
    const failure = this.#failures.statusOf(error, method);
    this.#observed.ended(failure.code, 0, undefined);
    this.#respond(failure);
  }

  cancel(): void {
    this.fail(new CellError('CANCELLED', 'an operator cancelled the call', { effect: 'unknown' }), '');
  }
}
