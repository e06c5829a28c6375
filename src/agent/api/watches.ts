import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import {
  type StreamedWatch,
  WatchesRequest,
  WatchesResponse,
  type WatchNews,
  WatchRequest,
} from '../../gen/synod/v1/user.ts';
import { CellError, type CellPort, type WatchBatch, type WatchHandle, type WatchSink } from '../host/cell-port.ts';
import { encodeMessage } from './encoding.ts';
import { invalid } from './errors.ts';
import type { FailureReporter } from './failures.ts';
import type { Canceller, MethodObserver, ObservedCall } from './ports.ts';
import { StreamCall, UNOBSERVED } from './stream-call.ts';
import { type WatchEncoder, watchQuery } from './watch-messages.ts';

type WatchesStream = ServerDuplexStream<Buffer, Buffer>;

const OPEN_WATCHES_MAX = 10_000;
/** News of one turn of the loop leave in one message, unless it would become larger than this. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

export function watchesHandler(
  cell: CellPort,
  observer: MethodObserver,
  failures: FailureReporter,
  encoder: WatchEncoder,
) {
  return (stream: WatchesStream): void => new WatchesCall({ cell, observer, failures, encoder }, stream).start();
}

interface Parts {
  readonly cell: CellPort;
  readonly observer: MethodObserver;
  readonly failures: FailureReporter;
  readonly encoder: WatchEncoder;
}

/** One `Watches` stream: each watch on it begins, tells and ends by itself; what they share is the way to the receiver. */
class WatchesCall {
  readonly #parts: Parts;
  readonly #stream: WatchesStream;
  readonly #call: StreamCall;
  readonly #open = new Map<number, WatchOnStream>();
  #ready: WatchNews[] = [];
  #readyBytes = 0;
  #isFlushPlanned = false;
  /** Watches were told to wait until there is room again. */
  #isHeldUp = false;

  constructor(parts: Parts, stream: WatchesStream) {
    this.#parts = parts;
    this.#stream = stream;
    this.#call = new StreamCall(stream, {
      method: 'Watches',
      observer: UNOBSERVED,
      failures: parts.failures,
      ended: () => {
        this.#ready = [];
        for (const watch of this.#open.values()) watch.end(status.CANCELLED);
        this.#open.clear();
      },
      drained: () => this.#flush(),
    });
  }

  start(): void {
    this.#stream.on('data', (message: Buffer) => this.#received(message));
    this.#stream.on('end', () => this.#call.end());
  }

  /** False: no more until there is room. */
  tell(id: number, message: Buffer): boolean {
    this.#push({ id, kind: { $case: 'response', value: message } }, message.length);
    const isFull = this.#call.isFull || this.#readyBytes >= RESPONSE_BYTES_MAX;
    if (isFull) this.#isHeldUp = true;
    return !isFull;
  }

  /** The watch has ended, and says why. */
  failed(id: number, error: unknown, resumeFrom: number): number {
    this.#open.delete(id);
    const detail = this.#parts.failures.detailOf(error, 'Watch', resumeFrom);
    this.#push({ id, kind: { $case: 'error', value: detail } }, 0);
    return detail.code;
  }

  #received(message: Buffer): void {
    if (this.#call.isOver) return;
    let watches: readonly StreamedWatch[];
    try {
      ({ watches } = WatchesRequest.decode(message));
    } catch (error) {
      this.#call.fail(invalid(`the request cannot be read as a WatchesRequest: ${(error as Error).message}`));
      return;
    }
    for (const watch of watches) {
      if (watch.cancel) this.#cancel(watch.id);
      else this.#begin(watch);
    }
    // A client that asks and does not read keeps nothing but its own stream waiting.
    if (this.#ready.length >= OPEN_WATCHES_MAX) this.#stream.pause();
  }

  #cancel(id: number): void {
    this.#open.get(id)?.end(status.CANCELLED);
    this.#open.delete(id);
  }

  #begin({ id, watch: request }: StreamedWatch): void {
    const refusal =
      request === undefined
        ? 'it does not say what to watch'
        : this.#open.has(id)
          ? `the watch ${id} is still open on this stream`
          : this.#open.size >= OPEN_WATCHES_MAX
            ? `a stream has at most ${OPEN_WATCHES_MAX} watches: open another one`
            : undefined;
    if (refusal !== undefined || request === undefined) {
      const detail = this.#parts.failures.detailOf(invalid(refusal ?? ''), 'Watch');
      this.#push({ id, kind: { $case: 'error', value: detail } }, 0);
      return;
    }
    const { observer, encoder } = this.#parts;
    const bytes = encodeMessage(WatchRequest, request);
    const watch = new WatchOnStream(id, this, encoder, (canceller) =>
      observer.began(this.#stream.getPeer(), '', undefined, canceller),
    );
    this.#open.set(id, watch);
    watch.start(this.#parts.cell, request, bytes);
  }

  #push(news: WatchNews, bytes: number): void {
    if (this.#call.isOver) return;
    this.#ready.push(news);
    this.#readyBytes += bytes;
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    let from = 0;
    while (from < this.#ready.length && !this.#call.isFull) {
      const { through, bytes } = messageFrom(this.#ready, from);
      const news = from === 0 && through === this.#ready.length ? this.#ready : this.#ready.slice(from, through);
      this.#call.write(encodeMessage(WatchesResponse, { news }), 0);
      this.#readyBytes -= bytes;
      from = through;
    }
    if (from > 0) this.#ready = this.#ready.slice(from);
    if (this.#ready.length < OPEN_WATCHES_MAX / 2 && this.#stream.isPaused()) this.#stream.resume();
    if (!this.#isHeldUp || this.#call.isFull || this.#call.isOver) return;
    this.#isHeldUp = false;
    for (const watch of this.#open.values()) watch.resume();
  }
}

/** One watch, told to the log as one with a stream of its own is. */
class WatchOnStream implements WatchSink, Canceller {
  readonly #id: number;
  readonly #stream: WatchesCall;
  readonly #encoder: WatchEncoder;
  readonly #observed: ObservedCall;
  #handle: WatchHandle | undefined;
  #isOver = false;

  constructor(id: number, stream: WatchesCall, encoder: WatchEncoder, began: (canceller: Canceller) => ObservedCall) {
    this.#id = id;
    this.#stream = stream;
    this.#encoder = encoder;
    this.#observed = began(this);
  }

  start(cell: CellPort, request: WatchRequest, bytes: Buffer): void {
    this.#observed.message('received', bytes, 0);
    try {
      const handle = cell.watch(watchQuery(request), this);
      this.#handle = handle;
      // It may have been cut off before there was a handle.
      if (this.#isOver) handle.cancel();
    } catch (error) {
      this.cut(error, 0);
    }
  }

  deliver(batch: WatchBatch): boolean {
    let wantsMore = true;
    for (const { message, slot } of this.#encoder.responses(batch)) {
      this.#observed.message('sent', message, slot);
      wantsMore = this.#stream.tell(this.#id, message);
    }
    return wantsMore;
  }

  cut(error: unknown, resumeFrom: number): void {
    if (!this.#isOver) this.end(this.#stream.failed(this.#id, error, resumeFrom));
  }

  cancel(): void {
    this.cut(new CellError('CANCELLED', 'an operator cancelled the call', { effect: 'unknown' }), 0);
  }

  resume(): void {
    this.#handle?.resume();
  }

  end(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#observed.ended(code, 0, undefined);
    this.#handle?.cancel();
  }
}

function messageFrom(ready: readonly WatchNews[], from: number): { through: number; bytes: number } {
  let bytes = 0;
  let through = from;
  for (; through < ready.length; through += 1) {
    const { kind } = ready[through] as WatchNews;
    const more = kind?.$case === 'response' ? kind.value.length : 0;
    if (through > from && bytes + more > RESPONSE_BYTES_MAX) break;
    bytes += more;
  }
  return { through, bytes };
}
