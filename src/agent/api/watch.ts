import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchRequest, WatchResponse } from '../../gen/synod/v1/user.ts';
import type { CellPort, WatchBatch, WatchHandle, WatchSink } from '../host/cell-port.ts';
import { encodeMessage } from './encoding.ts';
import type { FailureReporter } from './failures.ts';
import type { MethodObserver } from './ports.ts';
import { StreamCall } from './stream-call.ts';
import { decodeRequest } from './unary-call.ts';
import { keyRange } from './validation.ts';
import { watchEvent } from './wire.ts';

type WatchCall = ServerWritableStream<Buffer, Buffer>;

/** Messages end at the next revision once they are this large; a revision is never split. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

export function watchHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return (stream: WatchCall): void => new Watcher(observer, failures, stream).start(cell);
}

/** One watch: as fast as its receiver takes it, cut off with the revision to resume from. */
class Watcher implements WatchSink {
  readonly #stream: WatchCall;
  readonly #call: StreamCall;
  #handle: WatchHandle | undefined;

  constructor(observer: MethodObserver, failures: FailureReporter, stream: WatchCall) {
    this.#stream = stream;
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
      const request = decodeRequest(WatchRequest, this.#stream.request);
      const { fromRevision, withPrevious } = request;
      const range = keyRange(request, request.system);
      const handle = cell.watch({ ...range, fromRevision, withPrevious, progress: request.progress }, this);
      this.#handle = handle;
      // It may have been cut off before there was a handle.
      if (this.#call.isOver) handle.cancel();
    } catch (error) {
      this.#call.fail(error);
    }
  }

  deliver(batch: WatchBatch): boolean {
    if (batch.changes.length > 0) this.#events(batch);
    else this.#send({ events: [], revision: batch.revision, slot: batch.slot });
    return !this.#call.isFull;
  }

  cut(error: Error, resumeFrom: number): void {
    this.#call.fail(error, resumeFrom);
  }

  #events({ changes, revision, slot }: WatchBatch): void {
    let events: WatchResponse['events'] = [];
    let bytes = 0;
    for (const [index, { change, previous }] of changes.entries()) {
      events.push(watchEvent(change, previous));
      bytes += change.key.length + change.value.length + (previous?.value.length ?? 0);
      const next = changes[index + 1]?.change;
      if (next === undefined || (bytes >= RESPONSE_BYTES_MAX && next.modRevision !== change.modRevision)) {
        const isLast = next === undefined;
        this.#send({ events, revision: isLast ? revision : change.modRevision, slot: isLast ? slot : change.slot });
        events = [];
        bytes = 0;
      }
    }
  }

  #send(response: WatchResponse): void {
    this.#call.write(encodeMessage(WatchResponse, response), response.slot);
  }
}
