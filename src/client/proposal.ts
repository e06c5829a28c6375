import { perTenThousand, WHOLE_QUORUM } from '../contract/quorum-share.ts';
import {
  type ProposalResponse,
  type CastVote as WireCastVote,
  type ProposalDecision as WireDecision,
  type Proposal as WireProposal,
  ProposalState as WireState,
} from '../gen/synod/v1/proposals.ts';
import { checkWait, list } from './arguments.ts';
import type { Caller } from './caller.ts';
import { SynodError } from './errors.ts';
import type { ClientParts } from './parts.ts';
import { Patience } from './patience.ts';
import { resumedStream } from './resumed-stream.ts';
import type { Session } from './session.ts';
import type { CallOptions, ReadQuorum, Value, WriteOptions } from './types.ts';
import { bytes, pathBytes, readOptions } from './wire.ts';

export type CastVote = Readonly<WireCastVote>;

/** How a proposal ended. */
export type ProposalDecision = Readonly<WireDecision>;

/** How a proposal stands. */
export interface ProposalState
  extends Omit<WireProposal, 'key' | 'value' | 'quorumPerTenThousand' | 'electorate' | 'votes' | 'decided'> {
  readonly path: string;
  /** What would be written. Undefined: it is decided, or, in a list, too large to be told along. */
  readonly value: Uint8Array | undefined;
  /** The share of the electorate that accepts it. */
  readonly quorum: number;
  readonly electorate: readonly string[];
  /** In the order in which they came. */
  readonly votes: readonly CastVote[];
  /** Undefined while it is pending. */
  readonly decided: ProposalDecision | undefined;
}

/** What has come of a proposal so far. */
export interface ProposalResult {
  readonly proposal: number;
  readonly state: 'pending' | 'accepted' | 'rejected' | 'expired' | 'withdrawn';
  readonly votesFor: number;
  readonly votesAgainst: number;
  /** The electorate. */
  readonly total: number;
  /** How many votes for it accept it. */
  readonly required: number;
  /**
   * What decided it. `votes`: so many were for it, or against. `changed`, `guard`, `token`: why the deciding vote could not
   * write. `none` while it is pending.
   */
  readonly cause: 'none' | 'votes' | 'changed' | 'guard' | 'token' | 'deadline' | 'withdrawn' | (string & {});
  /** Why it ended, in one line; empty while it is pending. */
  readonly why: string;
}

export interface ProposeOptions {
  /** The share of the electorate that accepts it, above 0 and at most 1. Default 0.51. */
  readonly quorum?: number;
  /** Who may vote, each once: sessions, owners of sessions, agents, people. Default: the voters of the cell. */
  readonly electorate?: readonly string[];
  /** When it expires; not before. Default 5 s. */
  readonly timeoutMs?: number;
  /** Rejected when the key was written before the decision. */
  readonly isOnlyIfUnchanged?: boolean;
  /** For people: who proposes, and why. */
  readonly owner?: string;
  readonly why?: string;
  /** The write is that of this session: of locks above the key, it must hold them at the deciding vote. */
  readonly session?: Session;
  /** At the deciding vote the session must still hold a lock that was granted with this token. */
  readonly fencingToken?: number;
  readonly signal?: AbortSignal;
}

export interface VoteOptions extends WriteOptions {
  /** In whose name. Default: that of the session, its id or else its owner. */
  readonly voter?: string;
}

export interface WithdrawOptions extends WriteOptions {
  /** An operator who does this. Default: the session that proposed. */
  readonly by?: string;
  readonly why?: string;
}

/** A value for a key that waits for votes, by its number. */
export class Proposal {
  readonly number: number;
  readonly #parts: ClientParts;
  readonly #session: Session | undefined;

  constructor(parts: ClientParts, number: number, session: Session | undefined) {
    this.number = number;
    this.#parts = parts;
    this.#session = session;
  }

  /**
   * Waits for the decision.
   * @throws SynodError PROPOSAL_UNKNOWN when it was decided so long ago that it is forgotten; TIMEOUT when `timeoutMs` is up,
   * and CANCELLED: the proposal stands nevertheless
   */
  async decided(options: CallOptions = {}): Promise<ProposalResult> {
    checkWait(options);
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    using patience = new Patience(timeoutMs, signal);
    for await (const { proposal } of this.#watched(patience.signal)) {
      if (proposal === undefined) throw this.#unknownError();
      if (proposal.state !== 'pending') return resultOf(proposal);
    }
    if (signal?.aborted) throw new SynodError('CANCELLED', `the wait for proposal ${this.number} was cancelled`);
    throw new SynodError('TIMEOUT', `proposal ${this.number} was not decided within ${timeoutMs} ms`);
  }

  /** How it stands, now and after every vote, until it is decided. */
  async *watch(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ProposalState, void> {
    let told = '';
    for await (const { proposal } of this.#watched(options.signal)) {
      if (proposal === undefined) throw this.#unknownError();
      const news = JSON.stringify([proposal.state, proposal.votes]);
      // A stream that was resumed elsewhere begins with how things stand, which may be known already.
      if (news === told) continue;
      told = news;
      yield proposalState(proposal);
    }
  }

  /** @throws SynodError NOT_A_VOTER, ALREADY_VOTED, PROPOSAL_CLOSED, PROPOSAL_UNKNOWN */
  async vote(isFor: boolean, { voter = '', ...options }: VoteOptions = {}): Promise<ProposalResult> {
    const body = { proposal: this.number, voter, isFor };
    return answered(await this.#parts.writer.run((stub) => stub.vote, body, options));
  }

  /** @throws SynodError NOT_THE_PROPOSER when another session proposed it and `by` names nobody */
  async withdraw({ by = '', why = '', ...options }: WithdrawOptions = {}): Promise<ProposalResult> {
    const session = options.session ?? this.#session;
    const body = { proposal: this.number, by, why };
    const call = session === undefined ? options : { ...options, session };
    return answered(await this.#parts.writer.run((stub) => stub.withdrawProposal, body, call));
  }

  #watched(signal: AbortSignal | undefined) {
    const { caller } = this.#parts;
    const { number: proposal } = this;
    return resumedStream(caller, (stub) => stub.watchProposal({ proposal, minSlot: caller.highestSlot }), signal);
  }

  #unknownError(): SynodError {
    return new SynodError(
      'PROPOSAL_UNKNOWN',
      `there is no proposal ${this.number}, or it was decided so long ago that it is forgotten`,
    );
  }
}

export async function propose(
  parts: ClientParts,
  path: string,
  value: Value,
  options: ProposeOptions,
): Promise<Proposal> {
  const { electorate = [], timeoutMs = 0, isOnlyIfUnchanged = false, owner = '', why = '' } = options;
  const { session, fencingToken, signal } = options;
  const body = {
    ...{
      key: pathBytes(path),
      value: bytes(value),
      electorate: [...list(electorate, 'electorate')],
      timeoutMs,
      isOnlyIfUnchanged,
      owner,
      why,
    },
    quorumPerTenThousand: quorumOf(options.quorum),
    waitMs: 0,
  };
  const call = { ...(session && { session }), ...(fencingToken && { fencingToken }), ...(signal && { signal }) };
  const { proposal } = await parts.writer.run((stub) => stub.propose, body, call);
  return new Proposal(parts, proposal, session);
}

/** 0: the cell's default. */
function quorumOf(quorum: number | undefined): number {
  if (quorum === undefined) return 0;
  if (quorum > 0 && quorum <= 1) return perTenThousand(quorum);
  throw new SynodError('INVALID_ARGUMENT', `a quorum is a share above 0 and at most 1, not ${quorum}`);
}

const STATES: Readonly<Record<number, ProposalResult['state']>> = {
  [WireState.PENDING]: 'pending',
  [WireState.ACCEPTED]: 'accepted',
  [WireState.REJECTED]: 'rejected',
  [WireState.EXPIRED]: 'expired',
  [WireState.WITHDRAWN]: 'withdrawn',
};

function answered({ state, slot: _, ...response }: ProposalResponse): ProposalResult {
  return { ...response, state: STATES[state] ?? 'pending' };
}

function resultOf({ proposal, state, votesFor, votesAgainst, electorate, required, decided }: WireProposal) {
  const { cause = 'none', why = '' } = decided ?? {};
  const counts = { votesFor, votesAgainst, total: electorate.length, required };
  return { proposal, state: state as ProposalResult['state'], ...counts, cause, why };
}

function proposalState({ key, value, quorumPerTenThousand, decided, ...proposal }: WireProposal): ProposalState {
  return { ...proposal, path: key.toString('utf8'), value, quorum: quorumPerTenThousand / WHOLE_QUORUM, decided };
}

export interface ListProposalsOptions extends CallOptions {
  readonly prefix?: string;
  /** False: only those that are pending. */
  readonly withDecided?: boolean;
  /** Continue below this number. */
  readonly before?: number;
  /** Default 1 000. */
  readonly limit?: number;
  readonly quorum?: ReadQuorum;
}

export interface Proposals {
  /** Newest first. */
  readonly proposals: readonly ProposalState[];
  readonly more: boolean;
  readonly slot: number;
}

export async function listProposals(caller: Caller, options: ListProposalsOptions): Promise<Proposals> {
  const { prefix = '', withDecided = true, before = 0, limit = 0, quorum } = options;
  const { proposals, more, slot } = await caller.read({
    method: (stub) => stub.listProposals,
    request: () => ({
      ...{ prefix: pathBytes(prefix), withDecided, before, limit },
      options: readOptions(quorum, caller.highestSlot),
    }),
    options,
  });
  return { proposals: proposals.map(proposalState), more, slot };
}
