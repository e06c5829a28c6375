import { ShutdownRequest, ShutdownResponse, StatusRequest, StatusResponse } from '../../gen/synod/v1/user.ts';
import { nameOfAgent } from './names.ts';
import type { ApiPorts } from './ports.ts';
import type { UnaryMethod } from './unary-call.ts';

export function statusMethods(ports: ApiPorts) {
  return { status: statusMethod(ports), shutdown: shutdownMethod(ports) };
}

function statusMethod(ports: ApiPorts): UnaryMethod<StatusRequest, StatusResponse> {
  return {
    name: 'Status',
    request: StatusRequest,
    response: StatusResponse,
    handle: () => statusNow(ports),
  };
}

/** What this agent knows of itself; answered whatever state the cell is in. */
export function statusNow({ cell, agent }: ApiPorts): StatusResponse {
  const status = cell.status();
  const { state } = cell;
  return {
    agentId: status.agentId,
    name: agent.name,
    cellId: status.cellId,
    version: agent.version,
    state: status.role,
    ballot: { ...status.ballot },
    leader: status.leader === undefined ? '' : nameOfAgent(state, status.leader),
    epoch: status.configuration.epoch,
    chosenThrough: status.chosenThrough,
    applied: status.applied,
    revision: state.revision('user'),
    revisionFloor: state.floor('user'),
    journalFloor: status.journalFloor,
    journalEnd: status.journalEnd,
    writable: status.writable,
    unwritableReason: status.unwritableReason,
    unwritableSinceMs: Math.round(status.unwritableSinceMs),
    uptimeMs: Math.round(agent.uptimeMs),
    pid: process.pid,
    grpcAddress: agent.grpcAddress,
    httpAddress: agent.httpAddress,
    stateDir: agent.stateDir,
    stateSizeBytes: agent.stateSizeBytes,
    journalSizeBytes: agent.journalSizeBytes,
  };
}

function shutdownMethod({ agent, shutdown }: ApiPorts): UnaryMethod<ShutdownRequest, ShutdownResponse> {
  return {
    name: 'Shutdown',
    request: ShutdownRequest,
    response: ShutdownResponse,
    handle({ reason }) {
      // The answer is written in this turn; ending begins in the next.
      setImmediate(() => shutdown(reason));
      return { name: agent.name };
    },
  };
}
