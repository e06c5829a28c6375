import type { ServerWritableStream } from '@grpc/grpc-js';
import { WatchProposalRequest, WatchProposalResponse } from '../../../gen/synod/v1/proposals.ts';
import { ReadQuorum } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { PROPOSALS } from '../../machine/proposal-types.ts';
import { encodeMessage } from '../encoding.ts';
import { invalid } from '../errors.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { whenReadable } from '../read-barrier.ts';
import { decodeRequest } from '../unary-call.ts';
import { proposalMessage, proposalView } from './proposal-view.ts';
import { StateStream } from './state-stream.ts';

export function watchProposalHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return async (stream: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const states = new StateStream(cell, stream, { method: 'WatchProposal', observer, failures });
    const { call } = states;
    try {
      call.observed.message('received', stream.request, 0);
      const { proposal: number, minSlot } = decodeRequest(WatchProposalRequest, stream.request);
      if (number === 0) throw invalid('a proposal is named by the number it was given');
      await whenReadable(cell, { quorum: ReadQuorum.LOCAL, minSlot }, call, () => undefined);
      states.start([PROPOSALS.keyOf(String(number))], () => {
        const view = proposalView(cell.state, number);
        const proposal = view && proposalMessage(view);
        const { appliedSlot: slot } = cell.state;
        const message = encodeMessage(WatchProposalResponse, { proposal, slot });
        // What it says besides never changes.
        const { state, votes } = view?.record ?? {};
        return { bytes: message, news: JSON.stringify({ state, votes }), isLast: state !== 'pending' };
      });
    } catch (error) {
      call.fail(error);
    }
  };
}
