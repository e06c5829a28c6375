import type { Configuration } from '../consensus/types.ts';
import { CellError } from '../host/cell-port.ts';
import { ADDRESSES, type Reader } from '../machine/system-records.ts';

/** The short name of an agent, or its id while no name is known. */
export function nameOfAgent(state: Reader, agentId: string): string {
  return ADDRESSES.read(state, agentId)?.name || agentId;
}

/**
 * The id of a participant that is given by id or short name, as people write it.
 *
 * @throws CellError when there is no such participant
 */
export function participantId(state: Reader, configuration: Configuration, idOrName: string): string {
  const { participants } = configuration;
  if (participants.some(({ agentId }) => agentId === idOrName)) return idOrName;
  const wanted = idOrName.toLowerCase();
  const named = participants.filter(({ agentId }) => nameOfAgent(state, agentId).toLowerCase() === wanted);
  if (named.length === 1) return named[0]!.agentId;
  const known = participants.map(({ agentId }) => nameOfAgent(state, agentId)).join(', ');
  throw new CellError(
    'INVALID_ARGUMENT',
    `there is no agent "${idOrName.slice(0, 80)}" in this cell; its agents are ${known || 'not known yet'}`,
  );
}
