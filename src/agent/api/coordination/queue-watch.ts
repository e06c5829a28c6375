import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchQueueRequest, WatchQueueResponse } from '../../../gen/synod/v1/queues.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { recordIdOf } from '../../machine/coordination-records.ts';
import { QUEUES } from '../../machine/queue-types.ts';
import type { Key } from '../../machine/store.ts';
import { encodeMessage } from '../encoding.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { decodeRequest } from '../unary-call.ts';
import { pathKey } from '../validation.ts';
import { whenEntryClaimable } from './queue-turns.ts';
import { queueMessage, queueView } from './queue-view.ts';
import { StateStream } from './state-stream.ts';

export function watchQueueHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'WatchQueue', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { path: bytes, minSlot, turnOf } = decodeRequest(WatchQueueRequest, stream.request);
      const path = pathKey(bytes);
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      if (turnOf !== undefined) {
        await tellTurn(cell, path, turnOf, states);
        return;
      }
      // Its counts change with every change of an entry.
      const key = QUEUES.keyOf(recordIdOf(path));
      states.start([key], () => {
        const message = messageOf(cell, path);
        // An entry that was claimed and given back leaves the counts as they were, but whoever found it claimed waits.
        const { modRevision = 0 } = cell.state.get('system', key) ?? {};
        return { bytes: message, news: String(modRevision), isLast: false };
      });
    } catch (error) {
      call.fail(error);
    }
  };
}

/** Longer than a claim takes. */
const TURN_MS = 5_000;

/** The turn is the worker's until it ends the stream; one that stands still has it no longer than that. */
async function tellTurn(cell: CellPort, path: Key, worker: string, states: StateStream): Promise<void> {
  const over = new AbortController();
  states.keep({ cancel: () => over.abort('over') });
  using _turn = await whenEntryClaimable(cell, path, worker, over.signal);
  states.start([], () => ({ bytes: messageOf(cell, path), news: 'turn', isLast: false }));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, TURN_MS);
    const cancel = (): void => {
      clearTimeout(timer);
      resolve();
    };
    states.keep({ cancel });
  });
}

function messageOf(cell: CellPort, path: Key): Buffer {
  const view = queueView(cell.state, path);
  return encodeMessage(WatchQueueResponse, { queue: view && queueMessage(view), slot: cell.state.appliedSlot });
}
