import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchRequest } from '../../gen/synod/v1/user.ts';
import type { CellPort, WatchBatch, WatchHandle, WatchSink } from '../host/cell-port.ts';
import type { FailureReporter } from './failures.ts';
import type { MethodObserver } from './ports.ts';
import { StreamCall } from './stream-call.ts';
import { decodeRequest } from './unary-call.ts';
import { type WatchEncoder, watchQuery } from './watch-messages.ts';

type WatchCall = ServerWritableStream<Buffer, Buffer>;

export function watchHandler(
  cell: CellPort,
  observer: MethodObserver,
  failures: FailureReporter,
  encoder: WatchEncoder,
) {
  return (stream: WatchCall): void => new Watcher(observer, failures, encoder, stream).start(cell);
}

/** One watch: as fast as its receiver takes it, cut off with the revision to resume from. */
class Watcher implements WatchSink {
  readonly #stream: WatchCall;
  readonly #call: StreamCall;
  readonly #encoder: WatchEncoder;
  #handle: WatchHandle | undefined;

  constructor(observer: MethodObserver, failures: FailureReporter, encoder: WatchEncoder, stream: WatchCall) {
    this.#stream = stream;
    this.#encoder = encoder;
    this.#call = new StreamCall(stream, {
      method: 'Watch',
      observer,
      failures,
      ended: () => this.#handle?.cancel(),
      drained: () => this.#handle?.resume(),
    });
  }

  start(cell: CellPort): void {
    try {
      this.#call.observed.message('received', this.#stream.request, 0);
      const handle = cell.watch(watchQuery(decodeRequest(WatchRequest, this.#stream.request)), this);
      this.#handle = handle;
      // It may have been cut off before there was a handle.
      if (this.#call.isOver) handle.cancel();
    } catch (error) {
      this.#call.fail(error);
    }
  }

  deliver(batch: WatchBatch): boolean {
    for (const { message, slot } of this.#encoder.responses(batch)) this.#call.write(message, slot);
    return !this.#call.isFull;
  }

  cut(error: Error, resumeFrom: number): void {
    this.#call.fail(error, resumeFrom);
  }
}
