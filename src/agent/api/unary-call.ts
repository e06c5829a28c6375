import { type Deadline, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { ErrorDetail } from '../../gen/synod/v1/user.ts';
import { CellError } from '../host/cell-port.ts';
import { LIMITS } from '../machine/limits.ts';
import type { AnswerRoom } from './answer-room.ts';
import { encodeMessage, type MessageType } from './encoding.ts';
import { invalid, statusOf } from './errors.ts';
import type { FailureReporter } from './failures.ts';
import type { Canceller, MethodObserver, ObservedCall } from './ports.ts';
import { callTimeoutMs, remainingMs } from './timeouts.ts';

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
  /** Until the client's own deadline; Infinity when it set none. For calls that wait as long as they are asked to. */
  readonly remainingMs: number;
  /** Told for the list of calls in flight. */
  usesQuorum(quorum: string): void;
  /** Before an answer that may be large: when there is room for it. Undefined: now. */
  room(): Promise<void> | undefined;
  /** Called at most once, when nobody waits for the answer any more. Only calls that wait long ask for it. */
  whenAbandoned(listener: () => void): void;
}

/** Set by a client that wants to find its call in the agent's log. */
const MESSAGE_ID_HEADER = 'synod-message-id';

export type UnaryHandler = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => void;

/** A call as it comes in, by itself or on a stream of calls. */
export interface IncomingCall {
  readonly request: Buffer;
  readonly cancelled: boolean;
  getPeer(): string;
  getDeadline(): Deadline;
  /** Of a stream that is shared with other calls. */
  readonly answers?: AnswerRoom;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** Called once: with the encoded response, or with why there is none. */
export type Answering = (failure: ErrorDetail | undefined, response: Buffer | undefined) => void;

export type CallServer = (call: IncomingCall, messageId: string, answer: Answering) => void;

/** As gRPC calls it. */
export function unaryHandler(serve: CallServer): UnaryHandler {
  return (call, respond) =>
    serve(call, messageIdOf(call), (failure, response) => {
      if (failure === undefined) respond(null, response as Buffer);
      else respond(statusOf(failure));
    });
}

export function callServer<Request, Response>(
  method: UnaryMethod<Request, Response>,
  observer: MethodObserver,
  failures: FailureReporter,
): CallServer {
  return (call, messageId, answer) => {
    const running = new RunningCall(call, messageId, answer, observer, failures);
    try {
      const handled = method.handle(decodeRequest(method.request, call.request), running);
      if (handled instanceof Promise) {
        handled.then(
          (response) => running.succeed(method, response),
          (error: unknown) => running.fail(error, method.name),
        );
      } else {
        running.succeed(method, handled);
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

class RunningCall implements CallContext, Canceller {
  readonly #call: IncomingCall;
  readonly #answer: Answering;
  readonly #observed: ObservedCall;
  readonly #failures: FailureReporter;
  #answered = false;
  #abandoned: (() => void) | undefined;

  constructor(
    call: IncomingCall,
    messageId: string,
    answer: Answering,
    observer: MethodObserver,
    failures: FailureReporter,
  ) {
    this.#call = call;
    this.#answer = answer;
    this.#failures = failures;
    this.#observed = observer.began(call.getPeer(), messageId, call.request, this);
  }

  get timeoutMs(): number {
    return callTimeoutMs(this.#call.getDeadline());
  }

  get remainingMs(): number {
    return remainingMs(this.#call.getDeadline());
  }

  usesQuorum(quorum: string): void {
    this.#observed.quorum = quorum;
  }

  room(): Promise<void> | undefined {
    return this.#call.answers?.take();
  }

  whenAbandoned(listener: () => void): void {
    this.#abandoned = listener;
    this.#call.on('cancelled', listener);
  }

  succeed<Request, Response>(method: UnaryMethod<Request, Response>, response: Response): void {
    if (this.#answered) {
      this.#leaveRoom();
      return;
    }
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
    this.#answer(undefined, reply);
  }

  fail(error: unknown, method: string): void {
    if (this.#answered) {
      this.#leaveRoom();
      return;
    }
    this.#answered = true;
    const detail = this.#failures.detailOf(error, method);
    this.#observed.ended(detail.code, 0, undefined);
    this.#answer(detail, undefined);
  }

  /** It was cancelled while it waited, and its answer, for which it may have taken the room since, goes nowhere. */
  #leaveRoom(): void {
    this.#call.answers?.made(0);
  }

  cancel(): void {
    this.#abandoned?.();
    this.fail(new CellError('CANCELLED', 'an operator cancelled the call', { effect: 'unknown' }), '');
  }
}
