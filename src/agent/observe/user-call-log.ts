import { performance } from 'node:perf_hooks';
import { DurationHistogram } from './duration-histogram.ts';
import type { InFlight, RunningCall } from './in-flight.ts';
import type { MessageDirection, MessageEntry, PayloadDecoder, RpcLog } from './rpc-log.ts';

/** Something that can be told to end at once. */
export interface Canceller {
  cancel(): void;
}

/** Message ids that start so belong to somebody who looks at the log. */
export const OWN_MESSAGE_ID_PREFIX = 'viewer-';

/** gRPC status names by code. */
export const STATUS_NAMES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** What calls of one method have come to, over whatever transport. */
export class MethodStats {
  readonly name: string;
  readonly duration = new DurationHistogram();
  readonly endedByStatus = new Float64Array(STATUS_NAMES.length);
  requestBytes = 0;
  replyBytes = 0;

  constructor(name: string) {
    this.name = name;
  }
}

/** A method as one transport carries it: protobuf or JSON. */
export class MethodForm {
  readonly stats: MethodStats;
  readonly decodeRequest: PayloadDecoder;
  readonly decodeReply: PayloadDecoder;
  readonly #log: UserCallLog;

  constructor(log: UserCallLog, stats: MethodStats, decodeRequest: PayloadDecoder, decodeReply: PayloadDecoder) {
    this.#log = log;
    this.stats = stats;
    this.decodeRequest = decodeRequest;
    this.decodeReply = decodeReply;
  }

  /**
   * A call arrived. `request` is absent for streams, whose messages are told one by one. An empty `messageId` lets the
   * log make one.
   */
  began(peer: string, messageId: string, request: Uint8Array | undefined, canceller: Canceller): UserCall {
    return this.#log.began(this, peer, messageId, request, canceller);
  }
}

/** Records calls of clients. It stays on in production, so it does no more than store references and count. */
export class UserCallLog {
  readonly rpcLog: RpcLog;
  readonly inFlight: InFlight;
  readonly #idPrefix: string;
  readonly #methods = new Map<string, MethodStats>();
  #lastId = 0;

  /** `bootNonce` makes the ids of this run different from those of every other run and agent. */
  constructor(rpcLog: RpcLog, inFlight: InFlight, bootNonce: string) {
    this.rpcLog = rpcLog;
    this.inFlight = inFlight;
    this.#idPrefix = `${bootNonce}-`;
  }

  /** Its calls are counted together with those of every other form of the method. */
  method(name: string, decodeRequest: PayloadDecoder, decodeReply: PayloadDecoder): MethodForm {
    let stats = this.#methods.get(name);
    if (stats === undefined) {
      stats = new MethodStats(name);
      this.#methods.set(name, stats);
    }
    return new MethodForm(this, stats, decodeRequest, decodeReply);
  }

  get methods(): Iterable<MethodStats> {
    return this.#methods.values();
  }

  began(
    form: MethodForm,
    peer: string,
    messageId: string,
    request: Uint8Array | undefined,
    canceller: Canceller,
  ): UserCall {
    this.#lastId += 1;
    const id = this.#lastId;
    const call = new UserCall(this, form, id, peer, messageId || this.#idPrefix + id, request, canceller);
    this.inFlight.began(call);
    return call;
  }
}

/** One call of a client: first among those in flight, then a line of the log. */
export class UserCall implements RunningCall, MessageEntry {
  readonly channel = 'user';
  readonly direction = 'received';
  readonly ballot = undefined;
  readonly id: number;
  readonly peer: string;
  readonly kind: string;
  readonly messageId: string;
  readonly own: boolean;
  readonly atMs: number;
  readonly payload: unknown;
  readonly decode: PayloadDecoder;
  readonly decodeReply: PayloadDecoder;
  readonly #log: UserCallLog;
  readonly #stats: MethodStats;
  #canceller: Canceller | undefined;
  quorum = '';
  status = '';
  slot = 0;
  bytes: number;
  durationMs = 0;
  reply: unknown = undefined;

  constructor(
    log: UserCallLog,
    form: MethodForm,
    id: number,
    peer: string,
    messageId: string,
    request: Uint8Array | undefined,
    canceller: Canceller,
  ) {
    this.#log = log;
    const { stats } = form;
    this.#stats = stats;
    this.#canceller = canceller;
    this.id = id;
    this.peer = peer;
    this.kind = stats.name;
    this.messageId = messageId;
    this.own = messageId.startsWith(OWN_MESSAGE_ID_PREFIX);
    this.atMs = performance.now();
    this.payload = request;
    this.decode = form.decodeRequest;
    this.decodeReply = form.decodeReply;
    this.bytes = request?.length ?? 0;
    stats.requestBytes += this.bytes;
  }

  get method(): string {
    return this.kind;
  }

  get startedMs(): number {
    return this.atMs;
  }

  get throughSlot(): number {
    return this.slot;
  }

  get endedMs(): number {
    return this.atMs + this.durationMs;
  }

  cancel(): void {
    this.#canceller?.cancel();
  }

  /** One message of a stream. */
  message(direction: MessageDirection, bytes: Uint8Array, slot: number): void {
    const received = direction === 'received';
    if (received) this.#stats.requestBytes += bytes.length;
    else this.#stats.replyBytes += bytes.length;
    this.#log.rpcLog.record({
      channel: 'user',
      direction,
      peer: this.peer,
      kind: this.kind,
      messageId: this.messageId,
      ballot: undefined,
      slot,
      throughSlot: slot,
      bytes: bytes.length,
      atMs: performance.now(),
      durationMs: 0,
      status: '',
      own: this.own,
      payload: bytes,
      decode: received ? this.decode : this.decodeReply,
      reply: undefined,
      decodeReply: undefined,
    });
  }

  /** The call was answered, refused or given up. Only the first end counts. */
  ended(code: number, slot: number, reply: Uint8Array | undefined): void {
    if (this.status !== '') return;
    this.status = STATUS_NAMES[code] ?? String(code);
    this.slot = slot;
    this.durationMs = performance.now() - this.atMs;
    this.reply = reply;
    // The logs outlive the call; what they keep must not hold its stream.
    this.#canceller = undefined;
    const replyBytes = reply?.length ?? 0;
    this.bytes += replyBytes;
    const stats = this.#stats;
    stats.replyBytes += replyBytes;
    stats.duration.record(this.durationMs);
    if (code < STATUS_NAMES.length) stats.endedByStatus[code]! += 1;
    this.#log.inFlight.ended(this);
    this.#log.rpcLog.record(this);
  }
}
