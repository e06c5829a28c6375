import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchQueueRequest, WatchQueueResponse } from '../../../gen/synod/v1/queues.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { recordIdOf } from '../../machine/coordination-records.ts';
import { QUEUES } from '../../machine/queue-types.ts';
import { encodeMessage } from '../encoding.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { decodeRequest } from '../unary-call.ts';
import { pathKey } from '../validation.ts';
import { queueMessage, queueView } from './queue-view.ts';
import { StateStream } from './state-stream.ts';

export function watchQueueHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'WatchQueue', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { path: bytes, minSlot } = decodeRequest(WatchQueueRequest, stream.request);
      const path = pathKey(bytes);
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      // Its counts change with every change of an entry.
      const key = QUEUES.keyOf(recordIdOf(path));
      states.start([key], () => {
        const view = queueView(cell.state, path);
        const { appliedSlot: slot } = cell.state;
        const message = encodeMessage(WatchQueueResponse, { queue: view && queueMessage(view), slot });
        // An entry that was claimed and given back leaves the counts as they were, but whoever found it claimed waits.
        const { modRevision = 0 } = cell.state.get('system', key) ?? {};
        return { bytes: message, news: String(modRevision), isLast: false };
      });
    } catch (error) {
      call.fail(error);
    }
  };
}
