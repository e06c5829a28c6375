import type { Configuration } from './types.ts';

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
