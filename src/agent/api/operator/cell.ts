import type { MemberActionName } from '../../../contract/index.ts';
import { MemberAction } from '../../../gen/synod/v1/user.ts';
import { ADDRESSES } from '../../machine/system-records.ts';
import { changeMembers } from '../members.ts';
import { nameOfAgent, participantId } from '../names.ts';
import type { OperatorBuilder } from './builder.ts';
import { agentStatus, CellLook, isLive } from './cell-view.ts';
import { watchCell } from './cell-watch.ts';
import { joinCommand } from './join-command.ts';
import { previewMembers } from './member-preview.ts';
import { perAgent } from './per-agent.ts';
import type { OperatorPorts } from './ports.ts';
import { whenReadable } from './reading.ts';
import { waitingForPeopleOf } from './waiting-for-people.ts';
import { writeOnce } from './write-once.ts';

const ACTIONS: Readonly<Record<MemberActionName, MemberAction>> = {
  remove: MemberAction.REMOVE,
  promote: MemberAction.PROMOTE,
  demote: MemberAction.DEMOTE,
  transfer: MemberAction.TRANSFER,
  replace: MemberAction.REPLACE,
  pinVoter: MemberAction.PIN_VOTER,
  pinLearner: MemberAction.PIN_LEARNER,
  unpin: MemberAction.UNPIN,
};

export function cellProcedures(os: OperatorBuilder) {
  const { cell } = os;
  const lookOf = perAgent((ports) => new CellLook(ports));
  return {
    status: cell.status.handler(({ context }) => agentStatus(context.reach.ports())),
    view: cell.view.handler(async ({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      await whenReadable(ports, input, call, () => undefined);
      const waiting = await waitingForPeopleOf(ports).whole();
      return { ...lookOf(ports).now(), waiting };
    }),
    watch: cell.watch.handler(({ context: { reach, call } }) => {
      const ports = reach.ports();
      return watchCell(ports, lookOf(ports), call.signal);
    }),
    previewMembers: cell.previewMembers.handler(({ context, input }) => {
      const ports = context.reach.ports();
      const { state } = ports.api.cell;
      const { configuration, leader, participants, chosenThrough } = ports.api.cell.status();
      const facts = {
        configuration,
        leader,
        isLive: (agentId: string) => isLive(ports, agentId),
        nameOf: (agentId: string) => nameOfAgent(state, agentId),
        lagSlots: (agentId: string) =>
          Math.max(
            0,
            chosenThrough - (participants.find((report) => report.agentId === agentId)?.applied ?? chosenThrough),
          ),
      };
      const agents = input.agents.map((agent) => participantId(state, configuration, agent));
      return previewMembers(facts, { ...input, agents });
    }),
    changeMembers: cell.changeMembers.handler(({ context: { reach, call }, input }) => {
      const { action, agents, expectedEpoch } = input;
      return changeMembers(reach.ports().api.cell, { action: ACTIONS[action], agents, expectedEpoch }, call);
    }),
    joinCommand: cell.joinCommand.handler(({ context }) => {
      const ports = context.reach.ports();
      return joinCommand(ports.api.agent.grpcAddress, ports.isInsecure);
    }),
    compact: cell.compact.handler(async ({ context, input }) => {
      const { result } = await writeOnce(context, {}, () => ({ kind: 'compact', floor: input.floor }));
      return { slot: result.slot, revision: result.revision };
    }),
    setReadOnly: cell.setReadOnly.handler(({ context, input }) => {
      context.reach.ports().readOnly.set(input.readOnly);
      return {};
    }),
  };
}

/** The dashboard of a participant; empty when it is not known. */
export function dashboardUrl(ports: OperatorPorts, agentId: string): string {
  const address = ADDRESSES.read(ports.api.cell.state, agentId)?.httpAddress ?? '';
  return address === '' ? '' : `http://${address}/`;
}
