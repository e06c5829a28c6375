import { statfsSync } from 'node:fs';
import type { AgentStatus, CellView, ParticipantView } from '../../../contract/index.ts';
import type { Member } from '../../../gen/synod/v1/user.ts';
import { membersNow } from '../members.ts';
import { statusNow } from '../status.ts';
import { AlertTimes, cellAlerts } from './cell-alerts.ts';
import { cellHealth } from './cell-health.ts';
import type { OperatorPorts } from './ports.ts';
import { waitingForPeopleOf } from './waiting-for-people.ts';

export function agentStatus(ports: OperatorPorts): AgentStatus {
  const now = statusNow(ports.api);
  return {
    ...now,
    state: now.state as AgentStatus['state'],
    ballot: now.ballot ?? { round: 0, agentId: '' },
    leaderId: ports.api.cell.status().leader ?? '',
    readOnly: ports.readOnly.isOn,
  };
}

/** Whether a voter answers: while somebody leads, the leader's report says so; else only this agent's own links know. */
export function isLive(ports: OperatorPorts, agentId: string): boolean {
  const status = ports.api.cell.status();
  if (agentId === status.agentId) return true;
  if (status.writable) return !status.participants.some((report) => report.agentId === agentId && report.suspect);
  return ports.links().some((link) => link.agentId === agentId && link.connected);
}

const DISK_LOOK_INTERVAL_MS = 10_000;

/** Looks at one agent's cell; remembers only since when something has been wrong. */
export class CellLook {
  readonly #ports: OperatorPorts;
  readonly #alertTimes = new AlertTimes();
  #disk: { readonly atMs: number; readonly freeBytes: number | undefined } | undefined;

  constructor(ports: OperatorPorts) {
    this.#ports = ports;
  }

  now(): CellView {
    const ports = this.#ports;
    const { cell, links } = ports.api;
    const atMs = Date.now();
    const status = agentStatus(ports);
    const { members } = membersNow(cell, links);
    const participants = members.map((member) => participantView(member, status));
    const health = cellHealth({
      voters: participants
        .filter(({ role }) => role === 'voter')
        .map(({ name, agentId }) => ({ name, isLive: isLive(ports, agentId) })),
      hasLeader: status.leaderId !== '',
      writable: status.writable,
      unwritableReason: status.unwritableReason,
      unwritableSinceMs: status.unwritableSinceMs,
    });
    const alerts = cellAlerts({ status, participants, health, diskFreeBytes: this.#diskFreeBytes(performance.now()) });
    return {
      atMs,
      status,
      participants,
      health,
      alerts: this.#alertTimes.dated(alerts, atMs),
      waiting: waitingForPeopleOf(ports).now,
      ...lastSecond(ports),
    };
  }

  #diskFreeBytes(nowMs: number): number | undefined {
    if (this.#disk === undefined || nowMs - this.#disk.atMs > DISK_LOOK_INTERVAL_MS) {
      this.#disk = { atMs: nowMs, freeBytes: freeBytesOf(this.#ports.api.agent.stateDir) };
    }
    return this.#disk.freeBytes;
  }
}

function participantView(member: Member, status: AgentStatus): ParticipantView {
  const isSelf = member.agentId === status.agentId;
  return {
    ...member,
    role: member.role as ParticipantView['role'],
    state: member.state as ParticipantView['state'],
    isSelf,
    // What others report of this agent is as old as their report.
    uptimeMs: isSelf ? status.uptimeMs : member.uptimeMs,
    lagSlots: Math.max(0, status.chosenThrough - member.applied),
    roundTripMs: member.roundTripMs ?? null,
    lastHeardMs: member.lastHeardMs ?? null,
    pin: (member.pin || 'none') as ParticipantView['pin'],
  };
}

/** From the newest sample of the history. */
function lastSecond({ observe }: OperatorPorts) {
  const { columns } = observe.history.series(0, 1);
  const newest = (column: string): number => columns[column]?.at(-1) ?? 0;
  return {
    appliedPerSecond: newest('appliedRequests'),
    writesPerSecond: newest('writes'),
    readsPerSecond: newest('reads'),
    commitP50Ms: newest('commitP50Ms'),
    commitP99Ms: newest('commitP99Ms'),
  };
}

function freeBytesOf(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
