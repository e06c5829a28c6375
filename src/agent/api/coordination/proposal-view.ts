import { type Proposal, type ProposalResponse, ProposalState } from '../../../gen/synod/v1/proposals.ts';
import type { AppliedState, WriteOutcome } from '../../host/cell-port.ts';
import {
  ALL_PROPOSALS,
  byAge,
  PENDING_PROPOSALS,
  PROPOSALS,
  type ProposalOutcome,
  type ProposalRecord,
  proposalByAge,
} from '../../machine/proposal-types.ts';
import { PROPOSAL_VALUES } from '../../machine/raw-records.ts';
import type { Reader } from '../../machine/system-records.ts';
import { asBuffer } from '../encoding.ts';
import { keyBytes } from '../wire.ts';
import { indexed, pageOfRest, type Recorded } from './record-pages.ts';

/** A list of proposals is looked at again and again: what would be written is told along as far as people read it. */
const LISTED_VALUE_BYTES_MAX = 4_096;

export interface ProposalView {
  readonly record: ProposalRecord;
  /** While it is pending. */
  readonly value: Uint8Array | undefined;
}

export interface ProposalFilter {
  readonly prefix: string;
  readonly withDecided: boolean;
  /** Only older ones than this number; 0: from the newest on. */
  readonly before: number;
  readonly limit: number;
}

/** Newest first, in the order of an index: what is older than the page is not read. */
export function proposalViews(
  state: AppliedState,
  filter: ProposalFilter,
): { readonly proposals: readonly ProposalView[]; readonly more: boolean } {
  const { items, more } = pageOfRest(wantedOf(state, filter), filter.limit);
  const proposals = items.map(({ value: record }) => ({
    record,
    value: isListed(record) ? pendingValue(state, record) : undefined,
  }));
  return { proposals, more };
}

function* wantedOf(
  state: AppliedState,
  { prefix, withDecided, before }: ProposalFilter,
): Generator<Recorded<ProposalRecord>, void> {
  const folder = withDecided ? ALL_PROPOSALS : PENDING_PROPOSALS;
  for (const filed of indexed(state, folder, before === 0 ? '' : byAge(before))) {
    const id = String(proposalByAge(filed));
    const stored = state.get('system', PROPOSALS.keyOf(id))!;
    const value = PROPOSALS.decode(stored);
    if (!value.key.startsWith(prefix)) continue;
    yield { id, value, sizeBytes: stored.value.length + (isListed(value) ? value.valueBytes : 0) };
  }
}

export function proposalView(state: Reader, proposal: number): ProposalView | undefined {
  const record = PROPOSALS.read(state, String(proposal));
  return record && { record, value: pendingValue(state, record) };
}

function isListed({ state, valueBytes }: ProposalRecord): boolean {
  return state === 'pending' && valueBytes <= LISTED_VALUE_BYTES_MAX;
}

function pendingValue(state: Reader, { proposal }: ProposalRecord): Uint8Array | undefined {
  return state.get('system', PROPOSAL_VALUES(String(proposal)))?.value;
}

export function proposalOutcome({ result }: WriteOutcome): ProposalOutcome {
  if (result.outcome?.kind !== 'proposal') throw new Error('a command of proposals was answered without an outcome');
  return result.outcome;
}

/** How a proposal stands, in the form in which commands are answered. */
export function outcomeOf(record: ProposalRecord): ProposalOutcome {
  const { proposal, state, votesFor, votesAgainst, electorate, required, decided } = record;
  const { cause = 'none', why = '' } = decided ?? {};
  return { kind: 'proposal', proposal, state, votesFor, votesAgainst, total: electorate.length, required, cause, why };
}

const STATES: Readonly<Record<ProposalOutcome['state'], ProposalState>> = {
  pending: ProposalState.PENDING,
  accepted: ProposalState.ACCEPTED,
  rejected: ProposalState.REJECTED,
  expired: ProposalState.EXPIRED,
  withdrawn: ProposalState.WITHDRAWN,
};

export function proposalResponse({ kind: _, state, ...outcome }: ProposalOutcome, slot: number): ProposalResponse {
  return { ...outcome, state: STATES[state], slot };
}

export function proposalMessage({ record, value }: ProposalView): Proposal {
  const { key, keyRevision: _, electorate, votes, decided, ...rest } = record;
  return {
    ...rest,
    key: keyBytes(key),
    value: value && asBuffer(value),
    electorate: [...electorate],
    votes: [...votes],
    decided,
  };
}
