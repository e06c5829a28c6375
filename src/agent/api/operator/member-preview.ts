import type { MemberActionName, MemberPreview } from '../../../contract/index.ts';
import type { Configuration } from '../../consensus/types.ts';
import { changedConfiguration, changeViolation, holdsAlready, votersOf } from '../../host/configuration-change.ts';
import type { ParticipantChange } from '../../host/messages.ts';
import { replacement } from '../members.ts';
import { toleranceOf } from './cell-health.ts';

export interface PreviewFacts {
  readonly configuration: Configuration;
  readonly leader: string | undefined;
  readonly isLive: (agentId: string) => boolean;
  readonly nameOf: (agentId: string) => string;
  /** Slots that an agent has not applied yet. */
  readonly lagSlots: (agentId: string) => number;
}

export interface PlannedChange {
  readonly action: MemberActionName;
  /** Ids. */
  readonly agents: readonly string[];
  readonly expectedEpoch: number;
}

/** What a change of the members would mean. The leader judges by the same rules when it is asked to do it. */
export function previewMembers(facts: PreviewFacts, planned: PlannedChange): MemberPreview {
  const { configuration, isLive } = facts;
  const changes = changesOf(configuration, planned);
  const after = changedConfiguration(configuration, changes);
  const toleranceWith = (members: Configuration) => {
    const voters = votersOf(members);
    return toleranceOf(voters.length, voters.filter(isLive).length);
  };
  return {
    before: toleranceWith(configuration),
    after: toleranceWith(after),
    epoch: configuration.epoch,
    refusal: refusalOf(facts, planned, changes),
    warnings: [...warningsOf(facts, planned, after)],
  };
}

/** Empty for what leaves the configuration as it is: a transfer, a pin. */
function changesOf(configuration: Configuration, { action, agents }: PlannedChange): ParticipantChange[] {
  const all = (role: ParticipantChange['role']) => agents.map((agentId) => ({ agentId, role }));
  switch (action) {
    case 'remove':
      return all('removed');
    case 'promote':
      return all('voter');
    case 'demote':
      return all('learner');
    case 'replace':
      return replacement(configuration, agents);
    default:
      return [];
  }
}

function refusalOf(facts: PreviewFacts, planned: PlannedChange, changes: readonly ParticipantChange[]): string {
  const { configuration, isLive, leader } = facts;
  const { action, agents, expectedEpoch } = planned;
  // What is so already is done, whatever was expected.
  if (changes.length > 0 && holdsAlready(configuration, changes)) return '';
  if (expectedEpoch !== 0 && expectedEpoch !== configuration.epoch) {
    return `the members have changed: the epoch is ${configuration.epoch}, not ${expectedEpoch}`;
  }
  if (action === 'pinVoter' || action === 'pinLearner' || action === 'unpin') return '';
  if (leader === undefined) return 'no leader is known; the members can be changed once there is one';
  if (action === 'transfer') return transferRefusal(facts, agents);
  return changeViolation(configuration, changes, isLive)?.message ?? '';
}

function transferRefusal({ configuration, nameOf }: PreviewFacts, agents: readonly string[]): string {
  const [to, ...others] = agents;
  if (to === undefined || others.length > 0) return 'leadership is transferred to one agent';
  return votersOf(configuration).includes(to) ? '' : `${nameOf(to)} is no voter: only a voter can lead`;
}

function* warningsOf(facts: PreviewFacts, planned: PlannedChange, after: Configuration): Generator<string> {
  const { configuration, isLive, nameOf, lagSlots, leader } = facts;
  const before = votersOf(configuration);
  const voters = votersOf(after);
  const tolerates = toleranceOf(before.length, 0).toleratedFailures;
  const willTolerate = toleranceOf(voters.length, 0).toleratedFailures;
  if (willTolerate < tolerates)
    yield willTolerate === 0
      ? `The cell will survive no failure of a voter; now it survives ${tolerates}.`
      : `The cell will survive the failure of ${willTolerate} instead of ${tolerates} voters.`;
  if (voters.length > 0 && voters.length % 2 === 0) {
    yield `${voters.length} voters tolerate no more failures than ${voters.length - 1} would.`;
  }
  const silent = voters.filter((agentId) => !isLive(agentId));
  if (silent.length > 0 && silent.length === willTolerate && voters.length > 2) {
    yield `With ${silent.map(nameOf).join(', ')} silent, no other voter may fail.`;
  }
  for (const agentId of voters) {
    if (!before.includes(agentId) && lagSlots(agentId) > 0) {
      yield `${nameOf(agentId)} is ${lagSlots(agentId)} slots behind: the change waits until it has caught up, or is refused.`;
    }
  }
  if (leader !== undefined && before.includes(leader) && !voters.includes(leader)) {
    yield `${nameOf(leader)} leads: another voter is elected, and writes pause for a moment.`;
  }
  if (planned.action === 'remove') {
    for (const agentId of planned.agents) {
      if (isLive(agentId))
        yield `${nameOf(agentId)} is alive and will ask to join again as long as it runs: end it first.`;
    }
  }
}
