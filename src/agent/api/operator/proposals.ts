import type { ProposalList, ProposalOutcome, ProposalView as ProposalShown } from '../../../contract/proposals.ts';
import { perTenThousand, WHOLE_QUORUM } from '../../../contract/quorum-share.ts';
import { type ProposalResponse, ProposalState } from '../../../gen/synod/v1/proposals.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { PROPOSALS } from '../../machine/proposal-types.ts';
import { proposalMethods } from '../coordination/proposal-calls.ts';
import { type ProposalFilter, type ProposalView, proposalViews } from '../coordination/proposal-view.ts';
import { actAs } from './acting.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';
import { whenReadable } from './reading.ts';
import { watchStates } from './state-watch.ts';
import { bytesOf, keyOf, pathOf, toldBytes } from './texts.ts';

const methodsOf = perAgent(({ api }) => proposalMethods(api.cell));

export function proposalsProcedures({ proposals }: OperatorBuilder) {
  return {
    list: proposals.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => proposalList(ports.api.cell, input));
    }),
    watch: proposals.watch.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      return watchStates(cell, [PROPOSALS.keyOf('')], () => proposalList(cell, input), call.signal);
    }),
    propose: proposals.propose.handler(({ context, input }) => {
      const { electorate, timeoutMs, isOnlyIfUnchanged, owner, why, waitMs } = input;
      const { propose } = methodsOf(context.reach.ports());
      const asked = {
        ...{ key: checkedPath(input.path), value: bytesOf(input.value), electorate, timeoutMs },
        ...{ quorumPerTenThousand: perTenThousand(input.quorum), isOnlyIfUnchanged, owner, why, waitMs },
      };
      return outcome(actAs(context, input.as, (options) => propose.handle({ ...asked, options }, context.call)));
    }),
    vote: proposals.vote.handler(({ context, input }) => {
      const { as, ...asked } = input;
      const { vote } = methodsOf(context.reach.ports());
      return outcome(actAs(context, as, (options) => vote.handle({ ...asked, options }, context.call)));
    }),
    withdraw: proposals.withdraw.handler(({ context, input }) => {
      const { as, ...asked } = input;
      const { withdrawProposal } = methodsOf(context.reach.ports());
      return outcome(actAs(context, as, (options) => withdrawProposal.handle({ ...asked, options }, context.call)));
    }),
  };
}

function proposalList({ state }: CellPort, { prefix, ...filter }: ProposalFilter): ProposalList {
  const { proposals, more } = proposalViews(state, { ...filter, prefix: keyOf(prefix) });
  return { proposals: proposals.map(shown), more, slot: state.appliedSlot };
}

function shown({ record, value }: ProposalView): ProposalShown {
  const { key, keyRevision: _, quorumPerTenThousand, electorate, votes, decided, ...rest } = record;
  return {
    ...rest,
    path: pathOf(key),
    value: toldBytes(value),
    quorum: quorumPerTenThousand / WHOLE_QUORUM,
    electorate: [...electorate],
    votes: [...votes],
    decided: decided ?? null,
  };
}

const STATES: Readonly<Record<number, ProposalOutcome['state']>> = {
  [ProposalState.PENDING]: 'pending',
  [ProposalState.ACCEPTED]: 'accepted',
  [ProposalState.REJECTED]: 'rejected',
  [ProposalState.EXPIRED]: 'expired',
  [ProposalState.WITHDRAWN]: 'withdrawn',
};

async function outcome(response: Promise<ProposalResponse>): Promise<ProposalOutcome> {
  const { state, cause, ...told } = await response;
  return { ...told, state: STATES[state]!, cause: cause as ProposalOutcome['cause'] };
}
