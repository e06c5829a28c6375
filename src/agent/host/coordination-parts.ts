import type { CoordinationCommand } from '../machine/coordination-commands.ts';
import { workParts } from './work-parts.ts';

/** What a command says, as plain parts: for its digest and its size. */
export type CoordinationPart = string | number | boolean | Uint8Array | readonly CoordinationPart[];

/** A stored format, because digests are compared across versions: parts are only added, at the end. */
export function coordinationParts(command: CoordinationCommand): readonly CoordinationPart[] {
  switch (command.kind) {
    case 'acquireLock': {
      const { path, wait, leaseTtlMs, adaptive, lockDelayMs, owner } = command;
      return [path, wait, leaseTtlMs, adaptive, lockDelayMs, owner];
    }
    case 'releaseLock':
    case 'cancelLock':
      return [command.path, command.ticket];
    case 'widenLock':
      return [command.ticket, command.leaseTtlMs];
    case 'forceReleaseLock':
    case 'breakBarrier':
      return [command.path, command.by, command.why];
    case 'campaign':
      return [command.path, command.value, command.owner];
    case 'proclaim':
      return [command.path, command.value, command.tenure];
    case 'resign':
    case 'arriveAtBarrier':
    case 'leaveBarrier':
    case 'resetBarrier':
    case 'deleteBarrier':
      return [command.path];
    case 'createBarrier': {
      const { path, threshold, members, isOpen, onDeath, timeoutMs, onTimeout, next, isArmed, owner } = command;
      const needed = threshold.kind === 'full' ? 0 : threshold.kind === 'count' ? threshold.count : threshold.percent;
      const behaviour = [isOpen, onDeath, timeoutMs, onTimeout, next, isArmed, owner];
      return [path, threshold.kind, needed, members, ...behaviour];
    }
    case 'changeBarrierMembers':
      return [command.path, command.add, command.remove];
    case 'increment':
      return [command.key, command.by];
    case 'setLimit':
      return [command.name, command.limit, command.by];
    default:
      return workParts(command);
  }
}
