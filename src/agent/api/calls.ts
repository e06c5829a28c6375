import type { Deadline, ServerDuplexStream } from '@grpc/grpc-js';
import { CallsRequest, CallsResponse, type StreamedAnswer, type StreamedCall } from '../../gen/synod/v1/user.ts';
import { AnswerRoom } from './answer-room.ts';
import { asBuffer, encodeMessage } from './encoding.ts';
import { invalid } from './errors.ts';
import type { FailureReporter } from './failures.ts';
import { StreamCall, UNOBSERVED } from './stream-call.ts';
import type { CallServer, IncomingCall } from './unary-call.ts';

type CallsStream = ServerDuplexStream<Buffer, Buffer>;

/** Calls of one stream that are not answered yet; beyond it nothing more is read from the stream. */
const OPEN_CALLS_MAX = 8_192;
/** Answers of one turn of the loop leave in one message, unless it would become larger than this. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

export function callsHandler(servers: ReadonlyMap<string, CallServer>, failures: FailureReporter) {
  return (stream: CallsStream): void => new CallsCall(servers, failures, stream).start();
}

/** One `Calls` stream. What comes on it is served as calls of their own are, by the same servers. */
class CallsCall {
  readonly #servers: ReadonlyMap<string, CallServer>;
  readonly #failures: FailureReporter;
  readonly #stream: CallsStream;
  readonly #call: StreamCall;
  readonly #open = new Map<number, CallOnStream>();
  readonly #room = new AnswerRoom();
  #ready: StreamedAnswer[] = [];
  #isFlushPlanned = false;
  #hasEnded = false;

  constructor(servers: ReadonlyMap<string, CallServer>, failures: FailureReporter, stream: CallsStream) {
    this.#servers = servers;
    this.#failures = failures;
    this.#stream = stream;
    this.#call = new StreamCall(stream, {
      method: 'Calls',
      observer: UNOBSERVED,
      failures,
      ended: () => {
        this.#ready = [];
        this.#room.close();
        for (const call of this.#open.values()) call.abandon();
        this.#open.clear();
      },
      drained: () => this.#flush(),
    });
  }

  start(): void {
    this.#stream.on('data', (message: Buffer) => this.#received(message));
    this.#stream.on('end', () => {
      this.#hasEnded = true;
      this.#endWhenDone();
    });
  }

  #received(message: Buffer): void {
    if (this.#call.isOver) return;
    let calls: readonly StreamedCall[];
    try {
      ({ calls } = CallsRequest.decode(message));
    } catch (error) {
      // What it was meant to say is not known, so neither is which calls wait for an answer.
      this.#call.fail(invalid(`the request cannot be read as a CallsRequest: ${(error as Error).message}`));
      return;
    }
    if (calls.length > OPEN_CALLS_MAX) {
      this.#call.fail(invalid(`a message has at most ${OPEN_CALLS_MAX} calls, this one has ${calls.length}`));
      return;
    }
    for (const call of calls) {
      if (call.cancel) this.#open.get(call.id)?.abandon();
      else this.#begin(call);
    }
    if (this.#open.size + this.#ready.length >= OPEN_CALLS_MAX) this.#stream.pause();
  }

  #begin({ id, method, request, timeoutMs, messageId }: StreamedCall): void {
    const serve = this.#servers.get(method);
    const refusal = this.#open.has(id)
      ? `the call ${id} is still open on this stream`
      : serve === undefined
        ? `there is no method ${JSON.stringify(method.slice(0, 80))} with one request and one answer`
        : undefined;
    if (refusal !== undefined || serve === undefined) {
      this.#answer({ id, kind: { $case: 'error', value: this.#failures.detailOf(invalid(refusal ?? ''), 'Calls') } });
      return;
    }
    const call = new CallOnStream(this.#stream.getPeer(), asBuffer(request), timeoutMs, this.#room);
    this.#open.set(id, call);
    serve(call, messageId, (failure, response) => {
      if (this.#open.get(id) !== call) return;
      this.#open.delete(id);
      if (failure !== undefined) this.#answer({ id, kind: { $case: 'error', value: failure } });
      else this.#answer({ id, kind: { $case: 'response', value: response as Buffer } });
    });
  }

  #answer(answer: StreamedAnswer): void {
    if (this.#call.isOver) return;
    this.#ready.push(answer);
    this.#room.made(bytesOf(answer));
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#call.isOver) return;
    let from = 0;
    while (from < this.#ready.length && !this.#call.isFull) {
      const through = endOfMessage(this.#ready, from);
      const answers = from === 0 && through === this.#ready.length ? this.#ready : this.#ready.slice(from, through);
      this.#call.write(encodeMessage(CallsResponse, { answers }), 0);
      from = through;
    }
    const sent = this.#ready.slice(0, from);
    this.#ready = this.#ready.slice(from);
    for (const answer of sent) this.#room.sent(bytesOf(answer));
    // A client that asks and does not read keeps nothing but its own stream waiting.
    if (this.#open.size + this.#ready.length < OPEN_CALLS_MAX / 2 && this.#stream.isPaused()) this.#stream.resume();
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#hasEnded && this.#open.size === 0 && this.#ready.length === 0) this.#call.end();
  }
}

class CallOnStream implements IncomingCall {
  readonly request: Buffer;
  readonly answers: AnswerRoom;
  readonly #peer: string;
  readonly #deadline: number;
  #abandoned: (() => void)[] = [];
  #isAbandoned = false;

  constructor(peer: string, request: Buffer, timeoutMs: number, answers: AnswerRoom) {
    this.#peer = peer;
    this.request = request;
    this.answers = answers;
    this.#deadline = timeoutMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
  }

  get cancelled(): boolean {
    return this.#isAbandoned;
  }

  getPeer(): string {
    return this.#peer;
  }

  getDeadline(): Deadline {
    return this.#deadline;
  }

  on(_: 'cancelled', listener: () => void): void {
    if (this.#isAbandoned) listener();
    else this.#abandoned.push(listener);
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    const listeners = this.#abandoned;
    this.#abandoned = [];
    for (const listener of listeners) listener();
  }
}

function bytesOf({ kind }: StreamedAnswer): number {
  return kind?.$case === 'response' ? kind.value.length : 0;
}

function endOfMessage(answers: readonly StreamedAnswer[], from: number): number {
  let bytes = 0;
  let index = from;
  while (index < answers.length) {
    bytes += 64 + bytesOf(answers[index] as StreamedAnswer);
    if (index > from && bytes > RESPONSE_BYTES_MAX) break;
    index += 1;
  }
  return index;
}
