import { bytesEqual } from './bytes.ts';
import type { Command } from './commands.ts';
import { type Families, refused, written } from './family.ts';
import { MachineInvariantError } from './invariant.ts';
import { idViolation } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { Result } from './results.ts';
import { ADDRESSES, PEERS_KEY, PINS } from './system-records.ts';
import { textViolation } from './texts.ts';
import type { WriteView } from './write-view.ts';

type SetParticipant = Extract<Command, { readonly kind: 'setParticipant' }>;
type PinRole = Extract<Command, { readonly kind: 'pinRole' }>;

export const PARTICIPANTS: Families<'setParticipant' | 'pinRole'> = {
  setParticipant: { violation: participantViolation, apply: setParticipant, isIdempotent: true },
  pinRole: {
    violation: ({ agentId, pin }) =>
      idViolation('an agent id', agentId) ??
      (pin === 'none' || pin === 'voter' || pin === 'learner' ? undefined : 'a role pin is none, voter or learner'),
    apply: pinRole,
    isIdempotent: true,
  },
};

function participantViolation(command: SetParticipant): string | undefined {
  const labels = Object.entries(command.labels);
  if (labels.length > LIMITS.labelsMax) return `an agent has at most ${LIMITS.labelsMax} labels`;
  if (command.name === '' || command.name.includes('/')) return 'the name of an agent is a word without slashes';
  for (const [label, value] of labels) {
    const wrong =
      (label === '' ? 'a label must have a name' : undefined) ??
      textViolation('the name of a label', label, LIMITS.labelNameBytesMax) ??
      textViolation('the value of a label', value);
    if (wrong !== undefined) return wrong;
  }
  return (
    idViolation('an agent id', command.agentId) ??
    textViolation('the name of an agent', command.name, LIMITS.nameBytesMax) ??
    textViolation('a gRPC address', command.grpcAddress) ??
    textViolation('an HTTP address', command.httpAddress) ??
    textViolation('a version', command.version)
  );
}

function setParticipant(view: WriteView, command: SetParticipant): Result {
  const { agentId, name, grpcAddress, httpAddress, version } = command;
  const holder = ADDRESSES.list(view).find(({ id, value }) => value.name === name && id !== agentId);
  if (holder !== undefined) {
    return refused('NAME_TAKEN', `the name ${name} belongs to agent ${holder.id}`, { holder: holder.id });
  }
  // Sorted, so that the same labels always make the same record. fromEntries makes own properties even of `__proto__`.
  const labels = Object.fromEntries(Object.entries(command.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  const value = ADDRESSES.encode({ name, grpcAddress, httpAddress, labels, version });
  putUnlessEqual(view, ADDRESSES.keyOf(agentId), value);
  return written(view);
}

function pinRole(view: WriteView, { agentId, pin }: PinRole): Result {
  if (pin === 'none') {
    view.delete('system', PINS.keyOf(agentId));
  } else if (!agentsOf(view.configuration).has(agentId)) {
    return refused('INVALID_ARGUMENT', `${agentId} is not a participant of this cell, so no role can be pinned`);
  } else {
    putUnlessEqual(view, PINS.keyOf(agentId), PINS.encode({ pin }));
  }
  return written(view);
}

/** Agents say the same of themselves at every start; that is no change. */
function putUnlessEqual(view: WriteView, key: string, value: Uint8Array): void {
  const existing = view.get('system', key);
  if (existing === undefined || !bytesEqual(existing.value, value)) view.put('system', key, value);
}

/**
 * Mirrors a configuration that was chosen. What was kept about participants that it removes goes with them; what a
 * newcomer said of itself before it was one stays.
 */
export function applyConfiguration(view: WriteView, configuration: string): void {
  const remaining = agentsOf(configuration);
  for (const agentId of agentsOf(view.configuration)) {
    if (remaining.has(agentId)) continue;
    view.delete('system', ADDRESSES.keyOf(agentId));
    view.delete('system', PINS.keyOf(agentId));
  }
  view.put('system', PEERS_KEY, new TextEncoder().encode(configuration));
}

function agentsOf(configuration: string): Set<string> {
  try {
    const { participants } = JSON.parse(configuration) as { participants: { agentId: string }[] };
    return new Set(participants.map(({ agentId }) => agentId));
  } catch {
    throw new MachineInvariantError(`a chosen configuration cannot be read: ${configuration.slice(0, 200)}`);
  }
}
