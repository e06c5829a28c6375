import type { ProposalState, SynodClient } from '../client/index.ts';
import { valueJson } from './item-json.ts';

export function proposalJson({ value, ...state }: ProposalState): object {
  return { ...state, ...(value === undefined ? {} : valueJson(value)) };
}

interface Tallies {
  readonly votesFor: number;
  readonly votesAgainst: number;
}

export function talliesOf({ votesFor, votesAgainst }: Tallies): string {
  return `${votesFor} for, ${votesAgainst} against`;
}

/** The voters of a cell are named by their ids; people call them otherwise. */
export async function voterNames(
  client: SynodClient,
  proposals: readonly ProposalState[],
  signal: AbortSignal,
): Promise<(voter: string) => string> {
  if (!proposals.some(({ isElectorateOfCell }) => isElectorateOfCell)) return (voter) => voter;
  const { members } = await client.members({ signal });
  const names = new Map(members.map(({ agentId, name }) => [agentId, name]));
  return (voter) => names.get(voter) ?? voter;
}
