import { MachineInvariantError } from './invariant.ts';
import { writeUserKey } from './lease-keys.ts';
import { keyRefusal, staleRefusal } from './lock-guards.ts';
import { addEntry, addToCount } from './plain-index.ts';
import {
  ALL_PROPOSALS,
  byAge,
  PENDING_PROPOSALS,
  PROPOSALS,
  type ProposalCause,
  type ProposalRecord,
  type ProposalState,
} from './proposal-types.ts';
import { PROPOSAL_VALUES } from './raw-records.ts';
import { type Retired, retire } from './retired-records.ts';
import type { KeyRecord } from './store.ts';
import { ADDRESSES, PROPOSAL_INDEX, SESSIONS } from './system-records.ts';
import { proposalTimer, startTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** How proposals begin and end, and who votes. */

export const PENDING_COUNT = `${PROPOSAL_INDEX}pending`;

const DECIDED: Retired = {
  index: `${PROPOSAL_INDEX}decided/`,
  isNeeded: () => false,
  forget(view, id) {
    view.delete('system', PROPOSALS.keyOf(id));
    view.deletePlain(ALL_PROPOSALS + byAge(Number(id)));
  },
};

export function setPending(view: WriteView, proposal: ProposalRecord, value: Uint8Array): void {
  const id = String(proposal.proposal);
  view.put('system', PROPOSALS.keyOf(id), PROPOSALS.encode(proposal));
  view.put('system', PROPOSAL_VALUES(id), value);
  startTimer(view, proposalTimer(id), proposal.timeoutMs);
  addToCount(view, PENDING_COUNT, 1);
  for (const folder of [ALL_PROPOSALS, PENDING_PROPOSALS]) addEntry(view, folder + byAge(proposal.proposal));
}

export function close(
  view: WriteView,
  proposal: ProposalRecord,
  state: ProposalState,
  cause: ProposalCause,
  why: string,
): ProposalRecord {
  const id = String(proposal.proposal);
  const decided = { ...proposal, state, decided: { cause, why, slot: view.slot, atMs: view.stampMs } };
  view.put('system', PROPOSALS.keyOf(id), PROPOSALS.encode(decided));
  view.delete('system', PROPOSAL_VALUES(id));
  stopTimer(view, proposalTimer(id));
  addToCount(view, PENDING_COUNT, -1);
  view.deletePlain(PENDING_PROPOSALS + byAge(proposal.proposal));
  retire(view, DECIDED, view.revision('system') + 1, id);
  return decided;
}

/** Writes the value in the slot of the deciding vote, if what the proposer asked for is still so; else it is rejected. */
export function accept(view: WriteView, proposal: ProposalRecord): { decided: ProposalRecord; current?: KeyRecord } {
  const { key, votesFor, electorate } = proposal;
  const obstacle = obstacleTo(view, proposal);
  if (obstacle !== undefined) return { decided: close(view, proposal, 'rejected', ...obstacle) };
  const value = view.get('system', PROPOSAL_VALUES(String(proposal.proposal)));
  if (value === undefined) throw new MachineInvariantError(`the value of proposal ${proposal.proposal} is gone`);
  const why = `${votesFor} of ${electorate.length} are for it`;
  const decided = close(view, proposal, 'accepted', 'votes', why);
  return { decided, current: writeUserKey(view, key, value.value, '') };
}

/** The write is the proposer's: its session must hold the locks above the key, whoever casts the deciding vote. */
function obstacleTo(view: WriteView, proposal: ProposalRecord): [ProposalCause, string] | undefined {
  const { key, keyRevision, isOnlyIfUnchanged, sessionId, fencingToken } = proposal;
  const revision = view.get('user', key)?.modRevision ?? 0;
  if (isOnlyIfUnchanged && revision !== keyRevision) {
    return ['changed', `the key was at revision ${keyRevision} when it was proposed, and is at ${revision} now`];
  }
  const stale = fencingToken > 0 ? staleRefusal(view, sessionId, fencingToken) : undefined;
  if (stale !== undefined) return ['token', stale.message];
  const guarded = keyRefusal(view, key, sessionId, fencingToken);
  return guarded && [guarded.reason === 'TOKEN_STALE' ? 'token' : 'guard', guarded.message];
}

export function expireProposal(view: WriteView, id: string): number {
  const proposal = PROPOSALS.read(view, id);
  if (proposal?.state !== 'pending') return 0;
  const { votesFor, votesAgainst, electorate, required, timeoutMs } = proposal;
  const why =
    `after ${timeoutMs} ms ${votesFor} of the ${required} needed were for it and ${votesAgainst} against, ` +
    `of ${electorate.length}`;
  close(view, proposal, 'expired', 'deadline', why);
  return 0;
}

/**
 * Under which name of the electorate a vote counts. A session votes as itself or, where only its owner is named, as its
 * owner. An agent of the cell may be named as people call it.
 */
export function voterNamed(view: WriteView, proposal: ProposalRecord, voter: string): string | undefined {
  const { electorate, isElectorateOfCell } = proposal;
  const names = voter === '' ? [view.sessionId, SESSIONS.read(view, view.sessionId)?.owner ?? ''] : [voter];
  const known = names.find((name) => electorate.includes(name));
  if (known !== undefined || !isElectorateOfCell) return known;
  const agentId = ADDRESSES.list(view).find(({ value }) => names.includes(value.name))?.id;
  return agentId !== undefined && electorate.includes(agentId) ? agentId : undefined;
}

/** The electorate stays as it was in the slot of the proposal: what decided it can be counted again later. */
export function votersOfCell(view: WriteView): string[] {
  if (view.configuration === '') return [];
  const { participants } = JSON.parse(view.configuration) as { participants: { agentId: string; role: string }[] };
  return participants.filter(({ role }) => role === 'voter').map(({ agentId }) => agentId);
}
