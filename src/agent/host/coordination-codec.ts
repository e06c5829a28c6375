import { LimitName as WireLimitName } from '../../gen/synod/v1/coordination.ts';
import type { Command as WireCommand } from '../../gen/synod/v1/journal.ts';
import type { BarrierThreshold, CoordinationCommand, CreateBarrierCommand } from '../machine/coordination-commands.ts';
import { fenced, fromWireName, keyBytes, keyOf, toWireName } from './operation-codec.ts';
import { fromWireWork, toWireWork } from './work-codec.ts';

/** Coordination commands in their stored form, both ways and exactly. */

const LIMIT_NAMES = [
  ['locks', WireLimitName.LOCKS],
  ['waitersPerLock', WireLimitName.WAITERS_PER_LOCK],
  ['barriers', WireLimitName.BARRIERS],
  ['proposalsPending', WireLimitName.PROPOSALS_PENDING],
] as const;

type WireKind = NonNullable<WireCommand['kind']>;
export type WireCoordination = Extract<WireKind, { readonly $case: CoordinationCommand['kind'] }>;
type WireBarrier = Extract<WireKind, { readonly $case: 'createBarrier' }>['value'];

export function toWireCoordination(command: CoordinationCommand): WireCoordination {
  switch (command.kind) {
    case 'acquireLock': {
      const { wait, leaseTtlMs, adaptive, lockDelayMs, owner } = command;
      const path = keyBytes(command.path);
      return { $case: 'acquireLock', value: { path, wait, leaseTtlMs, adaptive, lockDelayMs, owner } };
    }
    case 'releaseLock':
    case 'cancelLock':
      return { $case: command.kind, value: { path: keyBytes(command.path), ticket: command.ticket } };
    case 'widenLock':
      return { $case: 'widenLock', value: { ticket: command.ticket, leaseTtlMs: command.leaseTtlMs } };
    case 'forceReleaseLock':
    case 'breakBarrier':
      return { $case: command.kind, value: { path: keyBytes(command.path), by: command.by, why: command.why } };
    case 'campaign':
      return {
        $case: 'campaign',
        value: { path: keyBytes(command.path), value: command.value, owner: command.owner },
      };
    case 'proclaim':
      return {
        $case: 'proclaim',
        value: { path: keyBytes(command.path), value: command.value, tenure: command.tenure },
      };
    case 'resign':
    case 'arriveAtBarrier':
    case 'leaveBarrier':
    case 'resetBarrier':
    case 'deleteBarrier':
      return { $case: command.kind, value: { path: keyBytes(command.path) } };
    case 'createBarrier':
      return { $case: 'createBarrier', value: toWireBarrier(command) };
    case 'changeBarrierMembers': {
      const { path, add, remove } = command;
      return { $case: 'changeBarrierMembers', value: { path: keyBytes(path), add: [...add], remove: [...remove] } };
    }
    case 'increment':
      return {
        $case: 'increment',
        value: { key: keyBytes(command.key), by: command.by, fencingToken: command.fencingToken ?? 0 },
      };
    case 'setLimit':
      return {
        $case: 'setLimit',
        value: { name: toWireName(LIMIT_NAMES, command.name), limit: command.limit, by: command.by },
      };
    default:
      return toWireWork(command);
  }
}

export function fromWireCoordination(wire: WireCoordination): CoordinationCommand {
  switch (wire.$case) {
    case 'acquireLock':
    case 'campaign':
    case 'proclaim':
    case 'forceReleaseLock':
    case 'breakBarrier':
    case 'releaseLock':
    case 'cancelLock':
    case 'resign':
    case 'arriveAtBarrier':
    case 'leaveBarrier':
    case 'resetBarrier':
    case 'deleteBarrier':
    case 'changeBarrierMembers':
      return { kind: wire.$case, ...wire.value, path: keyOf(wire.value.path) } as CoordinationCommand;
    case 'widenLock':
      return { kind: 'widenLock', ...wire.value };
    case 'createBarrier':
      return fromWireBarrier(wire.value);
    case 'increment': {
      const { key, by, fencingToken } = wire.value;
      return { kind: 'increment', key: keyOf(key), by, ...fenced(fencingToken) };
    }
    case 'setLimit':
      return { kind: 'setLimit', ...wire.value, name: fromWireName(LIMIT_NAMES, wire.value.name) };
    default:
      return fromWireWork(wire);
  }
}

function toWireBarrier(command: CreateBarrierCommand): WireBarrier {
  const { threshold, isOpen, timeoutMs, isArmed, owner } = command;
  return {
    path: keyBytes(command.path),
    threshold:
      threshold.kind === 'full'
        ? undefined
        : threshold.kind === 'count'
          ? { $case: 'count', value: threshold.count }
          : { $case: 'percent', value: threshold.percent },
    members: [...command.members],
    isOpen,
    breaksOnDeath: command.onDeath === 'break',
    timeoutMs,
    releasesOnTimeout: command.onTimeout === 'release',
    next: keyBytes(command.next),
    isArmed,
    owner,
  };
}

function fromWireBarrier(wire: WireBarrier): CreateBarrierCommand {
  const { members, isOpen, timeoutMs, isArmed, owner } = wire;
  return {
    kind: 'createBarrier',
    path: keyOf(wire.path),
    threshold: thresholdOf(wire.threshold),
    members,
    isOpen,
    onDeath: wire.breaksOnDeath ? 'break' : 'shrink',
    timeoutMs,
    onTimeout: wire.releasesOnTimeout ? 'release' : 'break',
    next: keyOf(wire.next),
    isArmed,
    owner,
  };
}

function thresholdOf(wire: WireBarrier['threshold']): BarrierThreshold {
  if (wire === undefined) return { kind: 'full' };
  return wire.$case === 'count' ? { kind: 'count', count: wire.value } : { kind: 'percent', percent: wire.value };
}
