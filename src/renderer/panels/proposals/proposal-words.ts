import type { CellView, ProposalOutcome, ProposalView } from '../../../contract/index.ts';
import { isOfAgent } from '../../acting/own-session.ts';
import { ownerText } from '../../acting/participants.ts';
import { ageText } from '../../ui/time.tsx';
import { glimpseOf } from '../keys/glimpse.ts';

/** `2 for, 1 against, of 5; 3 needed`. */
export function votesText({ votesFor, votesAgainst, electorate, required }: ProposalView): string {
  return `${votesFor} for, ${votesAgainst} against, of ${electorate.length}; ${required} needed`;
}

/** The same in little room. */
export function shortVotesText({ votesFor, votesAgainst, electorate, required }: ProposalView): string {
  const against = votesAgainst === 0 ? '' : `, ${votesAgainst} against`;
  return `${votesFor} of ${electorate.length}${against}; ${required} needed`;
}

/** What decides it from here, in one sentence. */
export function missingText({ state, votesFor, votesAgainst, electorate, required }: ProposalView): string {
  if (state !== 'pending') return '';
  const missing = required - votesFor;
  const againstNeeded = electorate.length - required + 1 - votesAgainst;
  return (
    `${missing} more ${missing === 1 ? 'vote' : 'votes'} for it ${missing === 1 ? 'writes' : 'write'} the value; ` +
    `${againstNeeded} more against it ${againstNeeded === 1 ? 'rejects' : 'reject'} it.`
  );
}

/** What is left until the deadline. By the clocks of two machines, so it is said to be about that. */
export function remainingMs({ proposedMs, timeoutMs }: ProposalView, nowMs: number): number {
  return Math.max(0, Math.min(timeoutMs, proposedMs + timeoutMs - nowMs));
}

export function remainingText(proposal: ProposalView, nowMs: number): string {
  const leftMs = remainingMs(proposal, nowMs);
  return leftMs < 1_000 ? 'any moment' : `about ${ageText(Math.max(1_500, leftMs))}`;
}

/** The beginning of what would be written; once it is decided only its size is known. */
export function valueText({ value, valueBytes }: ProposalView): string | undefined {
  return value === null ? undefined : valueBytes === 0 ? '(empty)' : glimpseOf({ value, truncated: false });
}

/** Names that may still vote, in the order of the electorate. */
export function namesLeft({ electorate, votes }: ProposalView): readonly string[] {
  const cast = new Set(votes.map(({ voter }) => voter));
  return electorate.filter((name) => !cast.has(name));
}

/** Whoever brings no session proposes in that of the agent that was asked. */
export function proposerOf({ sessionId, owner }: Pick<ProposalView, 'sessionId' | 'owner'>): string {
  return owner || (isOfAgent(sessionId) ? 'an agent' : '');
}

interface Session {
  readonly sessionId: string;
  readonly owner: string;
}

/** Under which name of the electorate a session votes: as itself or, where only its owner is named, as its owner. */
export function nameInElectorate({ electorate }: ProposalView, { sessionId, owner }: Session): string | undefined {
  return [sessionId, owner].find((name) => name !== '' && electorate.includes(name));
}

/** How a name of an electorate is shown: agents by their short names, sessions of this window as their owners. */
export function voterText(name: string, view: CellView | undefined, sessions: readonly Session[]): string {
  const agent = view?.participants.find(({ agentId }) => agentId === name);
  if (agent !== undefined) return agent.name || name.slice(0, 8);
  const own = sessions.find(({ sessionId }) => sessionId === name);
  return own === undefined ? name : ownerText(name, own.owner);
}

/** What a call came to, for the line at the bottom. */
export function outcomeText({ proposal, state, votesFor, votesAgainst, total, why }: ProposalOutcome): string {
  const votes = `${votesFor} for, ${votesAgainst} against, of ${total}`;
  return state === 'pending' ? `proposal ${proposal} is pending: ${votes}` : `proposal ${proposal} is ${state}: ${why}`;
}

const CAUSES: Readonly<Record<ProposalOutcome['cause'], string>> = {
  none: 'not decided yet',
  votes: 'the votes decided it',
  changed: 'the key was written meanwhile',
  guard: 'a lock above the key was not held',
  token: 'the fencing token was not valid any more',
  deadline: 'its time was over',
  withdrawn: 'it was taken back',
};

export function causeText(cause: ProposalOutcome['cause']): string {
  return CAUSES[cause];
}

/** By key, value, owner, reason or voter. */
export function filterProposals(proposals: readonly ProposalView[], text: string): readonly ProposalView[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return proposals;
  return proposals.filter((proposal) =>
    [String(proposal.proposal), proposal.path, valueText(proposal) ?? '', proposal.owner, proposal.why]
      .concat(proposal.electorate)
      .some((field) => field.toLowerCase().includes(wanted)),
  );
}

export function countsText(proposals: readonly ProposalView[], more: boolean, shown: number): string {
  const pending = proposals.filter(({ state }) => state === 'pending').length;
  const all = more
    ? `the newest ${proposals.length} proposals`
    : `${proposals.length} ${proposals.length === 1 ? 'proposal' : 'proposals'}`;
  const counted = `${all}, ${pending} pending`;
  return shown === proposals.length ? counted : `${counted} · ${shown} match`;
}
