import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import {
  type StreamedWatch,
  type WatchesRequest,
  type WatchesResponse,
  type WatchRequest,
  WatchResponse,
} from '../gen/synod/v1/user.ts';
import type { EndpointPool, StreamEndpoint } from './endpoints.ts';
import { fromDetail, fromService, SynodError } from './errors.ts';

/** One watch at an agent, as long as it lasts: told in order, ended once. */
interface Feed {
  readonly id: number;
  /** Encoded, not iterated over yet. */
  readonly told: Buffer[];
  bytes: number;
  /** Nothing more is told. With an error, unless whoever iterates has just to ask again. */
  end: { readonly error: SynodError | undefined } | undefined;
  wake: () => void;
}

/** An agent takes more; a stream that breaks should not take everything with it. */
const WATCHES_PER_STREAM = 1_000;
/** What nobody has iterated over; beyond it the watch is given back, and asked for again when all of that was taken. */
const TOLD_BYTES_MAX = 1024 * 1024;

/** All watches of a client: those at one agent share a stream, so that each costs a fraction of a stream of its own. */
export class WatchStreams {
  readonly #pool: EndpointPool;
  readonly #streams = new Set<WatchStream>();

  constructor(pool: EndpointPool) {
    this.#pool = pool;
  }

  /** At the agent that is asked now. @throws SynodError CLOSED */
  atCurrent(): WatchStream {
    const { address } = this.#pool;
    for (const stream of this.#streams) if (stream.address === address && stream.takesMore) return stream;
    const stream = new WatchStream(this.#pool.forStream(), this.#pool.closed, () => this.#streams.delete(stream));
    this.#streams.add(stream);
    return stream;
  }
}

/** One `Watches` stream. It ends with the last watch on it; when it breaks, each of them fails as one of its own would. */
export class WatchStream {
  readonly address: string;
  readonly #endpoint: StreamEndpoint;
  readonly #stream: ClientDuplexStream<WatchesRequest, WatchesResponse>;
  readonly #closed: AbortSignal;
  readonly #over: () => void;
  readonly #feeds = new Map<number, Feed>();
  #waiting: StreamedWatch[] = [];
  #isFlushPlanned = false;
  #isOver = false;
  #lastId = 0;

  constructor(endpoint: StreamEndpoint, closed: AbortSignal, over: () => void) {
    this.address = endpoint.address;
    this.#endpoint = endpoint;
    this.#closed = closed;
    this.#over = over;
    this.#stream = endpoint.stub.watches();
    this.#stream.on('data', (message) => this.#received(message));
    this.#stream.on('error', (error: ServiceError) => this.#finish(fromService(error, this.address)));
    this.#stream.on('end', () => this.#finish(new SynodError('UNREACHABLE', `${this.address} ended the stream`)));
    closed.addEventListener('abort', this.#close, { once: true });
    endpoint.left.addEventListener('abort', this.#leave, { once: true });
  }

  get takesMore(): boolean {
    return !this.#isOver && this.#feeds.size < WATCHES_PER_STREAM;
  }

  /**
   * What the watch tells. It ends quietly when the signal fires, and when whoever iterates fell so far behind that the
   * rest has to be asked for again.
   */
  async *watch(request: WatchRequest, signal: AbortSignal): AsyncGenerator<WatchResponse, void> {
    const feed = this.#begin(request);
    const stop = () => this.#end(feed);
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!signal.aborted) {
        const message = feed.told.shift();
        if (message !== undefined) {
          feed.bytes -= message.length;
          yield WatchResponse.decode(message);
        } else if (feed.end === undefined) {
          await new Promise<void>((resolve) => {
            feed.wake = resolve;
          });
        } else {
          if (feed.end.error !== undefined) throw feed.end.error;
          return;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#end(feed);
    }
  }

  #begin(watch: WatchRequest): Feed {
    this.#lastId += 1;
    const feed: Feed = { id: this.#lastId, told: [], bytes: 0, end: undefined, wake: () => {} };
    this.#feeds.set(feed.id, feed);
    this.#send({ id: feed.id, watch, cancel: false });
    return feed;
  }

  #received({ news }: WatchesResponse): void {
    for (const { id, kind } of news) {
      const feed = this.#feeds.get(id);
      if (feed === undefined) continue;
      if (kind?.$case === 'response') this.#told(feed, kind.value);
      else if (kind?.$case === 'error') this.#settle(feed, fromDetail(kind.value));
    }
  }

  #told(feed: Feed, message: Buffer): void {
    feed.told.push(message);
    feed.bytes += message.length;
    feed.wake();
    // One message alone may be larger.
    if (feed.told.length > 1 && feed.bytes > TOLD_BYTES_MAX) this.#end(feed);
  }

  /** From this side. */
  #end(feed: Feed): void {
    if (feed.end !== undefined) return;
    this.#send({ id: feed.id, watch: undefined, cancel: true });
    this.#settle(feed, undefined);
  }

  #settle(feed: Feed, error: SynodError | undefined): void {
    if (feed.end !== undefined) return;
    feed.end = { error };
    this.#feeds.delete(feed.id);
    feed.wake();
    if (this.#feeds.size === 0) this.#finish(undefined);
  }

  /** Those of one turn of the loop share a message. */
  #send(watch: StreamedWatch): void {
    this.#waiting.push(watch);
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      const watches = this.#waiting;
      this.#waiting = [];
      if (!this.#isOver) this.#stream.write({ watches });
    });
  }

  #close = (): void => this.#finish(this.#closed.reason as SynodError);

  /** Another agent is asked now: whoever iterates asks again, there. */
  #leave = (): void => this.#finish(undefined);

  #finish(error: SynodError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#closed.removeEventListener('abort', this.#close);
    this.#endpoint.left.removeEventListener('abort', this.#leave);
    this.#over();
    for (const feed of [...this.#feeds.values()]) this.#settle(feed, error);
    this.#stream.cancel();
    this.#endpoint.release();
  }
}
