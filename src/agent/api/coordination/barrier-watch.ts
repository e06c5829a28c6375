import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchBarrierRequest, WatchBarrierResponse } from '../../../gen/synod/v1/barriers.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { BARRIERS, recordIdOf } from '../../machine/coordination-records.ts';
import { encodeMessage } from '../encoding.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { decodeRequest } from '../unary-call.ts';
import { pathKey } from '../validation.ts';
import { barrierMessage, barrierView } from './barrier-view.ts';
import { StateStream } from './state-stream.ts';

export function watchBarrierHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'WatchBarrier', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { path: bytes, minSlot } = decodeRequest(WatchBarrierRequest, stream.request);
      const path = pathKey(bytes);
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      // Members change only together with the record of their barrier.
      states.start([BARRIERS.keyOf(recordIdOf(path))], () => {
        const view = barrierView(cell.state, path);
        const barrier = view && barrierMessage(view);
        const { appliedSlot: slot } = cell.state;
        const message = encodeMessage(WatchBarrierResponse, { barrier, slot });
        return { bytes: message, news: JSON.stringify(barrier ?? null), isLast: false };
      });
    } catch (error) {
      call.fail(error);
    }
  };
}
