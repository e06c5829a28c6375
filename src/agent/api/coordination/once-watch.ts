import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchOnceRequest, WatchOnceResponse } from '../../../gen/synod/v1/once.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { recordIdOf } from '../../machine/coordination-records.ts';
import { ONCE } from '../../machine/once-types.ts';
import { encodeMessage } from '../encoding.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { decodeRequest } from '../unary-call.ts';
import { pathKey } from '../validation.ts';
import { onceMessage, onceView } from './once-view.ts';
import { StateStream } from './state-stream.ts';

export function watchOnceHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'WatchOnce', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { path: bytes, minSlot } = decodeRequest(WatchOnceRequest, stream.request);
      const path = pathKey(bytes);
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      states.start([ONCE.keyOf(recordIdOf(path))], () => {
        const view = onceView(cell.state, path);
        const work = view && onceMessage(view);
        const { appliedSlot: slot } = cell.state;
        const message = encodeMessage(WatchOnceResponse, { work, slot });
        return { bytes: message, news: JSON.stringify(work ?? null), isLast: false };
      });
    } catch (error) {
      call.fail(error);
    }
  };
}
