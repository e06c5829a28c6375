import type { AgentId, Configuration } from './types.ts';

export const EMPTY_CONFIGURATION: Configuration = { epoch: 0, participants: [] };

/** Canonical JSON: participants sorted by id. The payload of a configuration entry. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const participants = [...configuration.participants]
    .sort((a, b) => (a.agentId < b.agentId ? -1 : a.agentId > b.agentId ? 1 : 0))
    .map(({ agentId, role }) => ({ agentId, role }));
  return new TextEncoder().encode(JSON.stringify({ epoch: configuration.epoch, participants }));
}

export function decodeConfiguration(payload: Uint8Array): Configuration {
  return JSON.parse(new TextDecoder().decode(payload)) as Configuration;
}

export function votersOf(configuration: Configuration): AgentId[] {
  return configuration.participants.filter((participant) => participant.role === 'voter').map(({ agentId }) => agentId);
}

export function isVoter(configuration: Configuration, agentId: AgentId): boolean {
  return configuration.participants.some((item) => item.agentId === agentId && item.role === 'voter');
}

export function isParticipant(configuration: Configuration, agentId: AgentId): boolean {
  return configuration.participants.some((item) => item.agentId === agentId);
}

export function sameVoters(a: Configuration, b: Configuration): boolean {
  const before = votersOf(a);
  const after = new Set(votersOf(b));
  return before.length === after.size && before.every((agentId) => after.has(agentId));
}

/** An empty configuration has no majority: a newcomer that knows nothing yet must not decide anything. */
export function isMajority(count: number, voters: readonly AgentId[]): boolean {
  return voters.length > 0 && count > voters.length / 2;
}

/** The highest value that a majority of the voters has reached; 0 without voters. */
export function majorityReached(voters: readonly AgentId[], reachedBy: (agentId: AgentId) => number): number {
  if (voters.length === 0) return 0;
  const values = voters.map(reachedBy).sort((a, b) => b - a);
  return values[Math.floor(voters.length / 2)] ?? 0;
}
