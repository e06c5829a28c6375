import {
  ListProposalsRequest,
  ListProposalsResponse,
  ProposalResponse,
  ProposalState,
  ProposeRequest,
  VoteRequest,
  WithdrawProposalRequest,
} from '../../../gen/synod/v1/proposals.ts';
import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import { CellError, type CellPort } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import { PROPOSALS } from '../../machine/proposal-types.ts';
import { fenced } from '../fencing.ts';
import { clampLimit } from '../pages.ts';
import { whenReadable } from '../read-barrier.ts';
import type { CallContext, UnaryMethod } from '../unary-call.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { proposeCommand } from './proposal-commands.ts';
import { outcomeOf, proposalMessage, proposalOutcome, proposalResponse, proposalViews } from './proposal-view.ts';
import { Patience, whenRecorded } from './waiting.ts';

const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 10_000;
/** What is left of a client's deadline for the answer. */
const ANSWER_MS = 100;

export function proposalMethods(cell: CellPort) {
  return {
    propose: proposeMethod(cell),
    vote: voteMethod(cell),
    withdrawProposal: withdrawMethod(cell),
    listProposals: listMethod(cell),
  };
}

async function changed(
  cell: CellPort,
  command: Command,
  options: WriteOptions | undefined,
  call: CallContext,
): Promise<ProposalResponse> {
  const written = await write(cell, command, options, call);
  return proposalResponse(proposalOutcome(written), written.result.slot);
}

/** Waiting is done here, on the record of the proposal, which stands whoever waits for the decision. */
function proposeMethod(cell: CellPort): UnaryMethod<ProposeRequest, ProposalResponse> {
  return {
    name: 'Propose',
    request: ProposeRequest,
    response: ProposalResponse,
    async handle({ key, waitMs, options, ...asked }, call) {
      using patience = new Patience(call, Math.min(waitMs, call.remainingMs - ANSWER_MS));
      const command = proposeCommand({ ...asked, key: keyOf(key), ...fenced(options) });
      const answer = await changed(cell, command, options, call);
      // A repeat is answered as the first time, whatever has become of the proposal.
      if (waitMs === 0 || answer.state !== ProposalState.PENDING) return answer;
      await decided(cell, answer.proposal, patience.signal);
      return proposalNow(cell, answer.proposal);
    },
  };
}

/** Resolves when it is decided, or when the signal fires. */
export async function decided(cell: CellPort, proposal: number, signal: AbortSignal): Promise<void> {
  const look = (): true | undefined =>
    PROPOSALS.read(cell.state, String(proposal))?.state === 'pending' ? undefined : true;
  await whenRecorded(cell, [PROPOSALS.keyOf(String(proposal))], look, signal);
}

/** @throws CellError when it was decided so long ago that it is forgotten */
function proposalNow({ state }: CellPort, proposal: number): ProposalResponse {
  const record = PROPOSALS.read(state, String(proposal));
  if (record !== undefined) return proposalResponse(outcomeOf(record), state.appliedSlot);
  throw new CellError('PROPOSAL_UNKNOWN', `the proposal ${proposal} was decided long ago, and is forgotten`);
}

function voteMethod(cell: CellPort): UnaryMethod<VoteRequest, ProposalResponse> {
  return {
    name: 'Vote',
    request: VoteRequest,
    response: ProposalResponse,
    handle: ({ proposal, voter, isFor, options }, call) =>
      changed(cell, { kind: 'vote', proposal, voter, isFor }, options, call),
  };
}

function withdrawMethod(cell: CellPort): UnaryMethod<WithdrawProposalRequest, ProposalResponse> {
  return {
    name: 'WithdrawProposal',
    request: WithdrawProposalRequest,
    response: ProposalResponse,
    handle: ({ proposal, by, why, options }, call) =>
      changed(cell, { kind: 'withdrawProposal', proposal, by, why }, options, call),
  };
}

function listMethod(cell: CellPort): UnaryMethod<ListProposalsRequest, ListProposalsResponse> {
  return {
    name: 'ListProposals',
    request: ListProposalsRequest,
    response: ListProposalsResponse,
    handle: ({ prefix, withDecided, before, limit, options }, call) =>
      whenReadable(cell, options, call, () => {
        const filter = {
          prefix: keyOf(prefix),
          withDecided,
          before,
          limit: clampLimit(limit, LIMIT_DEFAULT, LIMIT_MAX),
        };
        const { proposals, more } = proposalViews(cell.state, filter);
        return { proposals: proposals.map(proposalMessage), more, slot: cell.state.appliedSlot };
      }),
  };
}
