import type { AgentId, Ballot } from './types.ts';

/** Below every ballot anybody can use: rounds begin at 1. */
export const NO_BALLOT: Ballot = { round: 0, agentId: '' };

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.round !== b.round) return a.round - b.round;
  return a.agentId < b.agentId ? -1 : a.agentId > b.agentId ? 1 : 0;
}

export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.round === b.round && a.agentId === b.agentId;
}

export function higherBallot(a: Ballot, b: Ballot): Ballot {
  return compareBallots(a, b) >= 0 ? a : b;
}

/** A ballot of `agentId` above everything it has promised or seen. Never used before: the promise to it is persisted first. */
export function nextBallot(promised: Ballot, seenRound: number, agentId: AgentId): Ballot {
  return { round: Math.max(promised.round, seenRound) + 1, agentId };
}

export function formatBallot(ballot: Ballot): string {
  return ballot.round === 0 ? '-' : `${ballot.round}.${ballot.agentId}`;
}
