import { EventEmitter } from 'node:events';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import {
  ErrorDetail,
  type UserServiceServer,
  type WatchesRequest,
  type WatchesResponse,
  type WatchNews,
  type WatchRequest,
  WatchResponse,
} from '../../src/gen/synod/v1/user.ts';

/** What the handler of a watch uses of its stream. */
class StreamedWatch extends EventEmitter {
  readonly request: WatchRequest;
  readonly #tell: (kind: WatchNews['kind']) => void;

  constructor(request: WatchRequest, tell: (kind: WatchNews['kind']) => void) {
    super();
    this.request = request;
    this.#tell = tell;
    this.on('error', ({ metadata }) => {
      const [packed] = metadata.get('synod-error-bin');
      tell({ $case: 'error', value: ErrorDetail.decode(packed as Buffer) });
    });
  }

  write(response: WatchResponse): boolean {
    this.#tell({ $case: 'response', value: Buffer.from(WatchResponse.encode(response).finish()) });
    return true;
  }
}

/** A watch on a stream of watches goes the way of one of its own: through the handler of `Watch`. */
export function streamedWatches(
  stream: ServerDuplexStream<WatchesRequest, WatchesResponse>,
  service: UserServiceServer,
): void {
  const open = new Map<number, StreamedWatch>();
  const end = (id: number): void => {
    open.get(id)?.emit('cancelled');
    open.delete(id);
  };
  stream.on('data', ({ watches }: WatchesRequest) => {
    for (const { id, watch, cancel } of watches) {
      if (cancel || watch === undefined) {
        end(id);
        continue;
      }
      const call = new StreamedWatch(watch, (kind) => stream.write({ news: [{ id, kind }] }));
      open.set(id, call);
      service.watch(call as unknown as ServerWritableStream<WatchRequest, WatchResponse>);
    }
  });
  const endAll = (): void => [...open.keys()].forEach(end);
  stream.on('cancelled', endAll);
  stream.on('close', endAll);
}
