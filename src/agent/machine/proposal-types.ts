import type { Fenced } from './commands.ts';
import { padded } from './plain-index.ts';
import type { Key } from './store.ts';
import { PROPOSAL_INDEX, recordKind } from './system-records.ts';

/** What is asked of proposals, what stands of them under `/_internal/`, and what is answered. */
export type ProposalCommand = ProposeCommand | VoteCommand | WithdrawProposalCommand;

/** A value for a key of the user keyspace, written when enough of the electorate are for it. */
export interface ProposeCommand extends Fenced {
  readonly kind: 'propose';
  readonly key: Key;
  readonly value: Uint8Array;
  /** Of the electorate, for acceptance: a whole number from 1 to 10 000, so that no agent rounds differently. */
  readonly quorumPerTenThousand: number;
  /** Who may vote, each once; empty: the agents that are voters of the cell in the slot of the proposal. */
  readonly electorate: readonly string[];
  /** When it expires; not before. */
  readonly timeoutMs: number;
  /** It is rejected when the key is not at the decision as it is now. */
  readonly isOnlyIfUnchanged: boolean;
  /** For people: who proposes, and why. */
  readonly owner: string;
  readonly why: string;
}

export interface VoteCommand {
  readonly kind: 'vote';
  readonly proposal: number;
  /** Empty: the asking session itself. */
  readonly voter: string;
  readonly isFor: boolean;
}

export interface WithdrawProposalCommand {
  readonly kind: 'withdrawProposal';
  readonly proposal: number;
  /** Empty: the session that proposed, and no other; else the operator who does it. */
  readonly by: string;
  readonly why: string;
}

export type ProposalState = 'pending' | 'accepted' | 'rejected' | 'expired' | 'withdrawn';

/**
 * What decided it. `votes`: so many were for it, or against. At the deciding vote the write was not possible: `changed`
 * (the key was written meanwhile), `guard` (the proposer does not hold the locks above the key), `token` (nor a lock with
 * the fencing token that it gave).
 */
export type ProposalCause = 'none' | 'votes' | 'changed' | 'guard' | 'token' | 'deadline' | 'withdrawn';

export interface CastVote {
  readonly voter: string;
  readonly isFor: boolean;
  readonly sessionId: string;
  readonly slot: number;
  readonly atMs: number;
}

/** By number. The value is beside it while the proposal is pending. */
export interface ProposalRecord {
  readonly proposal: number;
  readonly key: Key;
  readonly valueBytes: number;
  readonly sessionId: string;
  readonly owner: string;
  readonly why: string;
  readonly quorumPerTenThousand: number;
  readonly electorate: readonly string[];
  readonly isElectorateOfCell: boolean;
  /** How many votes for it accept it. */
  readonly required: number;
  readonly timeoutMs: number;
  readonly isOnlyIfUnchanged: boolean;
  /** Of the key, when it was proposed; 0: the key did not exist. Versions begin anew after a deletion, revisions do not. */
  readonly keyRevision: number;
  readonly fencingToken: number;
  readonly state: ProposalState;
  readonly votesFor: number;
  readonly votesAgainst: number;
  /** In the order in which they came. */
  readonly votes: readonly CastVote[];
  readonly proposedSlot: number;
  readonly proposedMs: number;
  readonly decided?: {
    readonly cause: ProposalCause;
    /** In one line, for people. */
    readonly why: string;
    readonly slot: number;
    readonly atMs: number;
  };
}

export interface ProposalOutcome {
  readonly kind: 'proposal';
  readonly proposal: number;
  readonly state: ProposalState;
  readonly votesFor: number;
  readonly votesAgainst: number;
  /** The electorate. */
  readonly total: number;
  readonly required: number;
  readonly cause: ProposalCause;
  readonly why: string;
}

export const PROPOSALS = recordKind<ProposalRecord>('proposals');

/** Folders of plain keys: every proposal that is kept, and those that are pending. */
export const ALL_PROPOSALS: Key = `${PROPOSAL_INDEX}all/`;
export const PENDING_PROPOSALS: Key = `${PROPOSAL_INDEX}open/`;

/** What a proposal is filed under there: the newest comes first. */
export function byAge(proposal: number): string {
  return padded(Number.MAX_SAFE_INTEGER - proposal);
}

export function proposalByAge(filed: string): number {
  return Number.MAX_SAFE_INTEGER - Number(filed);
}
