import { type Families, refused, withoutValue, written } from './family.ts';
import { shown, userKeyViolation } from './keys.ts';
import { LIMITS } from './limits.ts';
import { countOf } from './plain-index.ts';
import { accept, close, PENDING_COUNT, setPending, voterNamed, votersOfCell } from './proposal-state.ts';
import {
  PROPOSALS,
  type ProposalOutcome,
  type ProposalRecord,
  type ProposeCommand,
  type VoteCommand,
  type WithdrawProposalCommand,
} from './proposal-types.ts';
import { limitRefusal } from './raisable-limits.ts';
import type { Refusal, Result, WriteResult } from './results.ts';
import type { KeyRecord } from './store.ts';
import { textViolation } from './texts.ts';
import { ttlViolation } from './timer-records.ts';
import type { WriteView } from './write-view.ts';
import { valueViolation } from './writes.ts';

/** A value that a majority of an electorate wants, written with the vote that decides it. */
export const PROPOSALS_FAMILY: Families<'propose' | 'vote' | 'withdrawProposal'> = {
  propose: { violation: proposeViolation, apply: propose, isIdempotent: false },
  vote: {
    violation: ({ proposal, voter }) => numberViolation(proposal) ?? textViolation('a voter', voter),
    apply: vote,
    isIdempotent: false,
  },
  withdrawProposal: {
    violation: ({ proposal, by, why }) =>
      numberViolation(proposal) ?? textViolation('who withdraws', by) ?? textViolation('a reason', why),
    apply: withdraw,
    isIdempotent: false,
  },
};

const WHOLE = 10_000;

function proposeViolation(command: ProposeCommand): string | undefined {
  const { key, value, quorumPerTenThousand: quorum, electorate, timeoutMs, owner, why } = command;
  const isQuorum = Number.isSafeInteger(quorum) && quorum >= 1 && quorum <= WHOLE;
  return (
    userKeyViolation(key) ??
    valueViolation(value) ??
    (isQuorum ? undefined : `a quorum is more than nothing and at most all: 1 to ${WHOLE} of ${WHOLE}`) ??
    electorateViolation(electorate) ??
    ttlViolation(timeoutMs) ??
    textViolation('the owner of a proposal', owner) ??
    textViolation('a reason', why)
  );
}

function electorateViolation(electorate: readonly string[]): string | undefined {
  if (electorate.length > LIMITS.electorateMax) return `an electorate has at most ${LIMITS.electorateMax} voters`;
  const named = new Set<string>();
  for (const voter of electorate) {
    const wrong = voter === '' ? 'a voter must have a name' : textViolation('a voter', voter);
    if (wrong !== undefined) return wrong;
    if (named.has(voter)) return `${voter} is named twice in the electorate`;
    named.add(voter);
  }
  return undefined;
}

function numberViolation(proposal: number): string | undefined {
  return Number.isSafeInteger(proposal) && proposal > 0 ? undefined : 'a proposal is named by the number it was given';
}

function propose(view: WriteView, command: ProposeCommand): Result {
  const { key, value, quorumPerTenThousand, timeoutMs, isOnlyIfUnchanged, owner, why, fencingToken = 0 } = command;
  const refusal = limitRefusal(view, 'proposalsPending', countOf(view, PENDING_COUNT) + 1, 'pending proposals');
  if (refusal !== undefined) return refusal;
  const isElectorateOfCell = command.electorate.length === 0;
  const electorate = isElectorateOfCell ? votersOfCell(view) : command.electorate;
  if (electorate.length === 0) return refused('INVALID_ARGUMENT', 'the cell has no voters: name the electorate');
  const proposal: ProposalRecord = {
    proposal: view.revision('system') + 1,
    key,
    valueBytes: value.length,
    sessionId: view.sessionId,
    owner,
    why,
    quorumPerTenThousand,
    electorate,
    isElectorateOfCell,
    required: Math.ceil((quorumPerTenThousand * electorate.length) / WHOLE),
    timeoutMs,
    isOnlyIfUnchanged,
    keyRevision: view.get('user', key)?.modRevision ?? 0,
    fencingToken,
    state: 'pending',
    votesFor: 0,
    votesAgainst: 0,
    votes: [],
    proposedSlot: view.slot,
    proposedMs: view.stampMs,
  };
  setPending(view, proposal, value);
  return answered(view, proposal);
}

function vote(view: WriteView, { proposal: number, voter, isFor }: VoteCommand): Result {
  const proposal = pendingOf(view, number);
  if ('kind' in proposal) return proposal;
  const name = voterNamed(view, proposal, voter);
  if (name === undefined) {
    const who = voter === '' ? `session ${view.sessionId}` : voter;
    return refused('NOT_A_VOTER', `${who} does not belong to the electorate of proposal ${number}`);
  }
  const earlier = proposal.votes.find((cast) => cast.voter === name);
  if (earlier !== undefined) {
    const side = earlier.isFor ? 'for' : 'against';
    return refused('ALREADY_VOTED', `${name} voted ${side} proposal ${number} in slot ${earlier.slot}; a vote stands`);
  }
  const cast = { voter: name, isFor, sessionId: view.sessionId, slot: view.slot, atMs: view.stampMs };
  const voted: ProposalRecord = {
    ...proposal,
    votes: [...proposal.votes, cast],
    votesFor: proposal.votesFor + (isFor ? 1 : 0),
    votesAgainst: proposal.votesAgainst + (isFor ? 0 : 1),
  };
  return decide(view, voted);
}

/** Accepted as soon as enough are for it, rejected as soon as that can no longer come about. */
function decide(view: WriteView, proposal: ProposalRecord): WriteResult {
  const { votesFor, votesAgainst, required, electorate } = proposal;
  if (votesFor >= required) {
    const { decided, current } = accept(view, proposal);
    return answered(view, decided, current);
  }
  if (electorate.length - votesAgainst >= required) {
    view.put('system', PROPOSALS.keyOf(String(proposal.proposal)), PROPOSALS.encode(proposal));
    return answered(view, proposal);
  }
  const why = `${votesAgainst} of ${electorate.length} are against it, so the ${required} that it needs cannot be reached`;
  return answered(view, close(view, proposal, 'rejected', 'votes', why));
}

function withdraw(view: WriteView, { proposal: number, by, why }: WithdrawProposalCommand): Result {
  const proposal = pendingOf(view, number);
  if ('kind' in proposal) return proposal;
  if (by === '' && proposal.sessionId !== view.sessionId) {
    const message = `proposal ${number} was made by session ${proposal.sessionId}; others withdraw it only by name`;
    return refused('NOT_THE_PROPOSER', message, { holder: proposal.sessionId });
  }
  const who = by === '' ? 'its proposer' : by;
  const text = `withdrawn by ${who}${why === '' ? '' : `: ${why}`}`;
  return answered(view, close(view, proposal, 'withdrawn', 'withdrawn', text));
}

function pendingOf(view: WriteView, number: number): ProposalRecord | Refusal {
  const proposal = PROPOSALS.read(view, String(number));
  if (proposal === undefined) {
    return refused('PROPOSAL_UNKNOWN', `there is no proposal ${number}, or it was decided long ago`);
  }
  if (proposal.state === 'pending') return proposal;
  const { why, slot } = proposal.decided!;
  return refused(
    'PROPOSAL_CLOSED',
    `the proposal ${number} for ${shown(proposal.key)} was ${proposal.state} in slot ${slot}: ${why}`,
  );
}

function answered(view: WriteView, record: ProposalRecord, current?: KeyRecord): WriteResult {
  const { proposal, state, votesFor, votesAgainst, electorate, required, decided } = record;
  const outcome: ProposalOutcome = {
    kind: 'proposal',
    proposal,
    state,
    votesFor,
    votesAgainst,
    total: electorate.length,
    required,
    cause: decided?.cause ?? 'none',
    why: decided?.why ?? '',
  };
  return written(view, { current: current && withoutValue(current), outcome });
}
