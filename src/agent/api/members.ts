import {
  ChangeMembersRequest,
  ChangeMembersResponse,
  type Member,
  MemberAction,
  MembersRequest,
  MembersResponse,
} from '../../gen/synod/v1/user.ts';
import type { Configuration, Participant } from '../consensus/types.ts';
import { CellError, type CellPort, type CellStatus } from '../host/cell-port.ts';
import type { ParticipantChange } from '../host/messages.ts';
import { ADDRESSES, PINS } from '../machine/system-records.ts';
import { invalid } from './errors.ts';
import { nameOfAgent, participantId } from './names.ts';
import type { LinkFacts } from './ports.ts';
import { whenReadable } from './read-barrier.ts';
import type { CallContext, UnaryMethod } from './unary-call.ts';
import { write } from './writes.ts';

export function memberMethods(cell: CellPort, links: LinkFacts) {
  return { members: membersMethod(cell, links), changeMembers: changeMembersMethod(cell) };
}

function membersMethod(cell: CellPort, links: LinkFacts): UnaryMethod<MembersRequest, MembersResponse> {
  return {
    name: 'Members',
    request: MembersRequest,
    response: MembersResponse,
    handle: (request, call) => whenReadable(cell, request.options, call, () => membersNow(cell, links)),
  };
}

/** The participants as this agent knows them. */
export function membersNow(cell: CellPort, links: LinkFacts): MembersResponse {
  const status = cell.status();
  const { cellId, configuration, leader } = status;
  return {
    cellId,
    epoch: configuration.epoch,
    leader: leader === undefined ? '' : nameOfAgent(cell.state, leader),
    members: configuration.participants.map((participant) => memberNow(cell, links, status, participant)),
    slot: cell.state.appliedSlot,
  };
}

function memberNow(cell: CellPort, links: LinkFacts, status: CellStatus, participant: Participant): Member {
  const { agentId, role } = participant;
  const address = ADDRESSES.read(cell.state, agentId);
  const report = status.participants.find((candidate) => candidate.agentId === agentId);
  const isSelf = agentId === status.agentId;
  const applied = isSelf ? status.applied : (report?.applied ?? 0);
  const chosenThrough = isSelf ? status.chosenThrough : (report?.chosenThrough ?? 0);
  return {
    agentId,
    name: address?.name || agentId,
    role,
    state: isSelf ? status.role : agentId === status.leader ? 'leader' : role === 'voter' ? 'follower' : 'learner',
    suspect: report?.suspect ?? false,
    grpcAddress: address?.grpcAddress ?? '',
    httpAddress: address?.httpAddress ?? '',
    labels: { ...address?.labels },
    version: address?.version ?? '',
    // Both are told, at times of their own: the one when it was durable there, the other when it was heard. Nothing is applied
    // that is not known as chosen, so what was applied was chosen.
    chosenThrough: Math.max(chosenThrough, applied),
    applied,
    roundTripMs: isSelf ? undefined : links.roundTripMs(agentId),
    lastHeardMs: isSelf || report === undefined ? undefined : Math.round(report.lastHeardMs),
    uptimeMs: Math.round(report?.uptimeMs ?? 0),
    pin: PINS.read(cell.state, agentId)?.pin ?? '',
  };
}

function changeMembersMethod(cell: CellPort): UnaryMethod<ChangeMembersRequest, ChangeMembersResponse> {
  return {
    name: 'ChangeMembers',
    request: ChangeMembersRequest,
    response: ChangeMembersResponse,
    handle: (request, call) => changeMembers(cell, request, call),
  };
}

/** @throws CellError, at once or later */
export async function changeMembers(
  cell: CellPort,
  request: ChangeMembersRequest,
  call: CallContext,
): Promise<ChangeMembersResponse> {
  const { configuration } = cell.status();
  if (request.agents.length === 0) throw invalid('name the agents that it is about, by short name or id');
  const agents = request.agents.map((agent) => participantId(cell.state, configuration, agent));
  const { epoch, slot } = await change(cell, request, agents, call);
  const { leader } = cell.status();
  return { epoch, slot, leader: leader === undefined ? '' : nameOfAgent(cell.state, leader) };
}

type Changed = Promise<{ epoch: number; slot: number }>;

function change(cell: CellPort, request: ChangeMembersRequest, agents: readonly string[], call: CallContext): Changed {
  const all = (role: ParticipantChange['role']): Changed =>
    cell.changeParticipants(
      agents.map((agentId) => ({ agentId, role })),
      request.expectedEpoch,
    );
  switch (request.action) {
    case MemberAction.REMOVE:
      return all('removed');
    case MemberAction.PROMOTE:
      return all('voter');
    case MemberAction.DEMOTE:
      return all('learner');
    case MemberAction.REPLACE:
      return replaceVoters(cell, agents, request.expectedEpoch);
    case MemberAction.TRANSFER:
      return transfer(cell, request, agents);
    case MemberAction.PIN_VOTER:
      return pin(cell, request, agents, 'voter', call);
    case MemberAction.PIN_LEARNER:
      return pin(cell, request, agents, 'learner', call);
    case MemberAction.UNPIN:
      return pin(cell, request, agents, 'none', call);
    default:
      throw invalid('an action on members is one of remove, promote, demote, transfer, replace, pin and unpin');
  }
}

/** In one change. Voters that are not named stand by as learners: whoever is to leave is removed afterwards. */
function replaceVoters(cell: CellPort, agents: readonly string[], expectedEpoch: number): Changed {
  return cell.changeParticipants(replacement(cell.status().configuration, agents), expectedEpoch);
}

export function replacement({ participants }: Configuration, agents: readonly string[]): ParticipantChange[] {
  const changes: ParticipantChange[] = agents.map((agentId) => ({ agentId, role: 'voter' }));
  for (const { agentId, role } of participants) {
    if (role === 'voter' && !agents.includes(agentId)) changes.push({ agentId, role: 'learner' });
  }
  return changes;
}

async function transfer(cell: CellPort, request: ChangeMembersRequest, agents: readonly string[]): Changed {
  checkEpoch(cell, request.expectedEpoch);
  if (agents.length !== 1) throw invalid('leadership is transferred to one agent');
  await cell.transferLeadership(agents[0]!);
  return { epoch: cell.status().configuration.epoch, slot: cell.state.appliedSlot };
}

async function pin(
  cell: CellPort,
  request: ChangeMembersRequest,
  agents: readonly string[],
  role: 'none' | 'voter' | 'learner',
  call: CallContext,
): Changed {
  checkEpoch(cell, request.expectedEpoch);
  let slot = 0;
  for (const agentId of agents) {
    const { result } = await write(cell, { kind: 'pinRole', agentId, pin: role }, undefined, call);
    slot = result.slot;
  }
  return { epoch: cell.status().configuration.epoch, slot };
}

/** For what changes no configuration, and so is not judged by the leader. */
function checkEpoch(cell: CellPort, expectedEpoch: number): void {
  const { epoch } = cell.status().configuration;
  if (expectedEpoch === 0 || expectedEpoch === epoch) return;
  throw new CellError('EPOCH_MOVED', `the members have changed: the epoch is ${epoch}, not ${expectedEpoch}`);
}
