import { RolePin, type Command as WireCommand, type Request as WireRequest } from '../../gen/synod/v1/journal.ts';
import type { Command, Request } from '../machine/commands.ts';
import { fromWireCoordination, toWireCoordination } from './coordination-codec.ts';
import {
  asBuffer,
  fenced,
  fromWireComparison,
  fromWireName,
  fromWireOperation,
  fromWireWrite,
  keyBytes,
  keyOf,
  MalformedCommandError,
  toWireComparison,
  toWireName,
  toWireOperation,
  toWireWrite,
} from './operation-codec.ts';

/**
 * Between the stored form of commands (`proto/synod/v1/journal.proto`) and the machine's. Both directions are exact: the
 * machine of every agent must see the same command, whether it came from the journal or from its own client.
 */

const PINS = [
  ['none', RolePin.NONE],
  ['voter', RolePin.VOTER],
  ['learner', RolePin.LEARNER],
] as const;

export function toWireRequest(request: Request): WireRequest {
  const { sessionId, sequence, ackedBelow, digest } = request;
  const asSessionId = request.asSessionId ?? '';
  return { sessionId, sequence, ackedBelow, digest, command: toWireCommand(request.command), asSessionId };
}

export function fromWireRequest(wire: WireRequest): Request {
  if (wire.command === undefined) throw new MalformedCommandError('a request without a command');
  const { sessionId, sequence, ackedBelow, digest, asSessionId } = wire;
  return { sessionId, sequence, ackedBelow, digest, command: fromWireCommand(wire.command), ...acting(asSessionId) };
}

/** Whose request it is, as far as its place does not say it. */
export function acting(asSessionId: string | undefined): Pick<Request, 'asSessionId'> {
  return asSessionId === undefined || asSessionId === '' ? {} : { asSessionId };
}

export function toWireCommand(command: Command): WireCommand {
  switch (command.kind) {
    case 'put':
    case 'delete':
    case 'deleteRange':
      return { kind: toWireWrite(command) };
    case 'compareAndWrite': {
      const { expected, value, leaseId } = command;
      return {
        kind: {
          $case: 'compareAndWrite',
          value: {
            key: keyBytes(command.key),
            expected:
              expected.kind === 'value'
                ? { $case: 'expectedValue', value: asBuffer(expected.value) }
                : { $case: 'expectedVersion', value: expected.version },
            value: value === undefined ? undefined : asBuffer(value),
            leaseId,
            fencingToken: command.fencingToken ?? 0,
          },
        },
      };
    }
    case 'transact':
      return {
        kind: {
          $case: 'transact',
          value: {
            compare: command.compare.map(toWireComparison),
            then: command.then.map(toWireOperation),
            otherwise: command.otherwise.map(toWireOperation),
            fencingToken: command.fencingToken ?? 0,
          },
        },
      };
    case 'compact':
      return { kind: { $case: 'compact', value: { floor: command.floor } } };
    case 'openSession': {
      const { sessionId, ttlMs, owner } = command;
      return { kind: { $case: 'openSession', value: { sessionId, ttlMs, owner } } };
    }
    case 'endSession':
      return { kind: { $case: 'endSession', value: { sessionId: command.sessionId } } };
    case 'grantLease':
      return { kind: { $case: 'grantLease', value: { leaseId: command.leaseId, ttlMs: command.ttlMs } } };
    case 'revokeLease':
      return { kind: { $case: 'revokeLease', value: { leaseId: command.leaseId } } };
    case 'fireTimer':
      return { kind: { $case: 'fireTimer', value: { timerId: command.timerId, generation: command.generation } } };
    case 'setParticipant': {
      const { agentId, name, grpcAddress, httpAddress, version } = command;
      const labels = { ...command.labels };
      return { kind: { $case: 'setParticipant', value: { agentId, name, grpcAddress, httpAddress, labels, version } } };
    }
    case 'pinRole':
      return { kind: { $case: 'pinRole', value: { agentId: command.agentId, pin: toWireName(PINS, command.pin) } } };
    default:
      return { kind: toWireCoordination(command) };
  }
}

export function fromWireCommand(wire: WireCommand): Command {
  const kind = wire.kind;
  if (kind === undefined) throw new MalformedCommandError('no kind that this version knows');
  switch (kind.$case) {
    case 'put':
    case 'delete':
    case 'deleteRange':
      return fromWireWrite(kind);
    case 'compareAndWrite': {
      const { key, expected, value, leaseId, fencingToken } = kind.value;
      if (expected === undefined) throw new MalformedCommandError('compareAndWrite without what is expected');
      return {
        kind: 'compareAndWrite',
        key: keyOf(key),
        expected:
          expected.$case === 'expectedValue'
            ? { kind: 'value', value: expected.value }
            : { kind: 'version', version: expected.value },
        value,
        leaseId,
        ...fenced(fencingToken),
      };
    }
    case 'transact': {
      const { compare, then, otherwise, fencingToken } = kind.value;
      return {
        kind: 'transact',
        compare: compare.map(fromWireComparison),
        then: then.map(fromWireOperation),
        otherwise: otherwise.map(fromWireOperation),
        ...fenced(fencingToken),
      };
    }
    case 'pinRole':
      return { kind: 'pinRole', agentId: kind.value.agentId, pin: fromWireName(PINS, kind.value.pin) };
    case 'compact':
      return { kind: 'compact', ...kind.value };
    case 'openSession':
      return { kind: 'openSession', ...kind.value };
    case 'endSession':
      return { kind: 'endSession', ...kind.value };
    case 'grantLease':
      return { kind: 'grantLease', ...kind.value };
    case 'revokeLease':
      return { kind: 'revokeLease', ...kind.value };
    case 'fireTimer':
      return { kind: 'fireTimer', ...kind.value };
    case 'setParticipant':
      return { kind: 'setParticipant', ...kind.value };
    default:
      return fromWireCoordination(kind);
  }
}
