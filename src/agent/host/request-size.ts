import type { Command, Comparison, Operation } from '../machine/commands.ts';
import { LIMITS } from '../machine/limits.ts';
import { type CoordinationPart, coordinationParts } from './coordination-parts.ts';

/** Tag and length of a field of less than 256 MiB. */
const FIELD_BYTES = 5;
const NUMBER_BYTES = 9;
const FLAG_BYTES = 2;
/** The request and its command as fields, its place in a session whose id is as long as may be, its digest, a fencing token. */
const REQUEST_BYTES = 4 * FIELD_BYTES + LIMITS.idBytesMax + 4 * NUMBER_BYTES;

/**
 * What a request takes in a bundle, at most: bundles are packed by it, and one that is larger than an `Accept` may be
 * would be carried by no link, so that nothing after it could ever be chosen.
 */
export function sizeOf(command: Command, asSessionId?: string): number {
  return sizeOfCommand(command) + (asSessionId === undefined ? 0 : textSize(asSessionId));
}

function sizeOfCommand(command: Command): number {
  switch (command.kind) {
    case 'put':
    case 'delete':
    case 'deleteRange':
      return REQUEST_BYTES + sizeOfOperation(command);
    case 'compareAndWrite': {
      const { key, expected, value, leaseId } = command;
      const expectedBytes = expected.kind === 'value' ? bytesSize(expected.value) : NUMBER_BYTES;
      const valueBytes = value === undefined ? 0 : bytesSize(value);
      return REQUEST_BYTES + keySize(key) + expectedBytes + valueBytes + textSize(leaseId);
    }
    case 'transact': {
      let size = REQUEST_BYTES;
      for (const comparison of command.compare) size += FIELD_BYTES + sizeOfComparison(comparison);
      for (const operation of command.then) size += FIELD_BYTES + sizeOfOperation(operation);
      for (const operation of command.otherwise) size += FIELD_BYTES + sizeOfOperation(operation);
      return size;
    }
    case 'compact':
      return REQUEST_BYTES + NUMBER_BYTES;
    case 'openSession':
      return REQUEST_BYTES + textSize(command.sessionId) + NUMBER_BYTES + textSize(command.owner);
    case 'endSession':
      return REQUEST_BYTES + textSize(command.sessionId);
    case 'grantLease':
      return REQUEST_BYTES + textSize(command.leaseId) + NUMBER_BYTES;
    case 'revokeLease':
      return REQUEST_BYTES + textSize(command.leaseId);
    case 'fireTimer':
      return REQUEST_BYTES + textSize(command.timerId) + NUMBER_BYTES;
    case 'setParticipant': {
      const { agentId, name, grpcAddress, httpAddress, labels, version } = command;
      let size = REQUEST_BYTES;
      for (const text of [agentId, name, grpcAddress, httpAddress, version]) size += textSize(text);
      for (const [label, value] of Object.entries(labels)) size += FIELD_BYTES + textSize(label) + textSize(value);
      return size;
    }
    case 'pinRole':
      return REQUEST_BYTES + textSize(command.agentId) + FLAG_BYTES;
    default:
      return REQUEST_BYTES + sizeOfParts(coordinationParts(command));
  }
}

function sizeOfParts(parts: readonly CoordinationPart[]): number {
  let size = 0;
  for (const part of parts) {
    // A path is a string of bytes; as text it is never counted shorter.
    if (typeof part === 'string') size += textSize(part);
    else if (part instanceof Uint8Array) size += bytesSize(part);
    else if (typeof part === 'object') size += FIELD_BYTES + sizeOfParts(part);
    else size += FIELD_BYTES + NUMBER_BYTES;
  }
  return size;
}

/** With the field that says which operation it is. */
function sizeOfOperation(operation: Operation): number {
  switch (operation.kind) {
    case 'put': {
      const { key, value, leaseId } = operation;
      return FIELD_BYTES + keySize(key) + bytesSize(value) + textSize(leaseId) + FLAG_BYTES;
    }
    case 'delete':
      return FIELD_BYTES + keySize(operation.key) + FLAG_BYTES;
    case 'deleteRange':
      return FIELD_BYTES + keySize(operation.start) + keySize(operation.end) + FLAG_BYTES;
    case 'read':
      return FIELD_BYTES + keySize(operation.start) + keySize(operation.end) + NUMBER_BYTES + 2 * FLAG_BYTES;
  }
}

function sizeOfComparison({ start, end, value, leaseId }: Comparison): number {
  return keySize(start) + keySize(end) + 2 * FLAG_BYTES + bytesSize(value) + NUMBER_BYTES + textSize(leaseId);
}

/** Keys are byte strings: one character per byte. */
function keySize(key: string): number {
  return FIELD_BYTES + key.length;
}

function bytesSize(bytes: Uint8Array): number {
  return FIELD_BYTES + bytes.length;
}

function textSize(text: string): number {
  return text === '' ? FIELD_BYTES : FIELD_BYTES + Buffer.byteLength(text);
}
