import type { AgentId, Configuration, Participant } from '../consensus/types.ts';
import { CellError } from './cell-port.ts';
import type { ParticipantChange } from './messages.ts';

/** The next configuration. Roles are absolute, so that asking twice is harmless. */
export function changedConfiguration(before: Configuration, changes: readonly ParticipantChange[]): Configuration {
  const roles = new Map(before.participants.map(({ agentId, role }) => [agentId, role]));
  for (const { agentId, role } of changes) {
    if (role === 'removed') roles.delete(agentId);
    else roles.set(agentId, role);
  }
  const participants: Participant[] = [...roles].map(([agentId, role]) => ({ agentId, role }));
  participants.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
  return { epoch: before.epoch + 1, participants };
}

export function holdsAlready(configuration: Configuration, changes: readonly ParticipantChange[]): boolean {
  return changes.every(({ agentId, role }) => {
    const now = configuration.participants.find((participant) => participant.agentId === agentId)?.role ?? 'removed';
    return now === role;
  });
}

export function sameParticipants(a: Configuration, b: Configuration): boolean {
  const text = ({ participants }: Configuration) =>
    participants
      .map(({ agentId, role }) => `${agentId} ${role}`)
      .sort()
      .join();
  return a.epoch === b.epoch && text(a) === text(b);
}

export function votersOf({ participants }: Configuration): AgentId[] {
  return participants.flatMap(({ agentId, role }) => (role === 'voter' ? [agentId] : []));
}

/** Voters of `after` that are no voters of `before`. */
export function newVoters(before: Configuration, after: Configuration): AgentId[] {
  const known = new Set(votersOf(before));
  return votersOf(after).filter((agentId) => !known.has(agentId));
}

/** What speaks against a change, whoever asks for it; undefined: nothing. */
export function changeViolation(
  before: Configuration,
  changes: readonly ParticipantChange[],
  isLive: (agentId: AgentId) => boolean,
): CellError | undefined {
  if (changes.length === 0) return new CellError('INVALID_ARGUMENT', 'the change names no agents');
  for (const { agentId, role } of changes) {
    // Whoever is to be removed and is gone already, perhaps by the autopilot, is as was wanted.
    const present = before.participants.some((participant) => participant.agentId === agentId);
    if (!present && role === 'voter') {
      return new CellError('CHANGE_REFUSED', `${agentId} is no participant: it must join as a learner first`);
    }
  }
  const voters = votersOf(changedConfiguration(before, changes));
  if (voters.length === 0) return new CellError('CHANGE_REFUSED', 'the change would leave no voter');
  const live = voters.filter(isLive);
  if (live.length <= voters.length / 2) {
    const needed = Math.floor(voters.length / 2) + 1;
    const text = `of the ${voters.length} voters after the change only ${live.length} are heard, ${needed} are needed`;
    return new CellError('CHANGE_REFUSED', text);
  }
  return undefined;
}
