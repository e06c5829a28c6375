import {
  CompactRequest,
  CompareAndWriteRequest,
  DeleteRangeRequest,
  DeleteRequest,
  PutRequest,
  TransactRequest,
  type WriteOptions,
  WriteQuorum,
  WriteResponse,
} from '../../gen/synod/v1/user.ts';
import type { CellPort, WriteOutcome } from '../host/cell-port.ts';
import type { Command } from '../machine/commands.ts';
import type { MessageType } from './encoding.ts';
import { invalid } from './errors.ts';
import { fenced, refuseUnusedToken } from './fencing.ts';
import { nameOfAgent } from './names.ts';
import type { CallContext, UnaryMethod } from './unary-call.ts';
import { actingOf, comparison, operation, valid } from './validation.ts';
import { keyOf, writeResponse } from './wire.ts';

export function writeMethods(cell: CellPort) {
  const method = <Request extends { options: WriteOptions | undefined }>(
    name: string,
    request: MessageType<Request>,
    command: (request: Request) => Command,
  ): UnaryMethod<Request, WriteResponse> => ({
    name,
    request,
    response: WriteResponse,
    handle: (message, call) => writeAndRespond(cell, command(message), message.options, call),
  });
  return {
    put: method('Put', PutRequest, putCommand),
    delete: method('Delete', DeleteRequest, deleteCommand),
    deleteRange: method('DeleteRange', DeleteRangeRequest, deleteRangeCommand),
    compareAndWrite: method('CompareAndWrite', CompareAndWriteRequest, compareAndWriteCommand),
    transact: method('Transact', TransactRequest, transactCommand),
    compact: method('Compact', CompactRequest, ({ floor }) => ({ kind: 'compact', floor })),
  };
}

/** @throws CellError, at once or later */
export function write(
  cell: CellPort,
  command: Command,
  options: WriteOptions | undefined,
  call: CallContext,
  usually: 'majority' | 'all' = 'majority',
): Promise<WriteOutcome> {
  valid(command);
  refuseUnusedToken(command, options);
  const quorum = writeQuorum(options, usually);
  call.usesQuorum(quorum);
  return cell.write(command, { quorum, ...actingOf(options), timeoutMs: call.timeoutMs });
}

export async function writeAndRespond(
  cell: CellPort,
  command: Command,
  options: WriteOptions | undefined,
  call: CallContext,
): Promise<WriteResponse> {
  return writeResponse(await write(cell, command, options, call), (agentId) => nameOfAgent(cell.state, agentId));
}

export function putCommand({ key, value, leaseId, returnPrevious, options }: PutRequest): Command {
  return { kind: 'put', key: keyOf(key), value, leaseId, returnPrevious, ...fenced(options) };
}

export function deleteCommand({ key, returnPrevious, options }: DeleteRequest): Command {
  return { kind: 'delete', key: keyOf(key), returnPrevious, ...fenced(options) };
}

function deleteRangeCommand({ start, end, returnPrevious, options }: DeleteRangeRequest): Command {
  return { kind: 'deleteRange', start: keyOf(start), end: keyOf(end), returnPrevious, ...fenced(options) };
}

export function compareAndWriteCommand({ key, expected, value, leaseId, options }: CompareAndWriteRequest): Command {
  if (expected === undefined) throw invalid('compare-and-write needs the expected value or the expected version');
  return {
    kind: 'compareAndWrite',
    key: keyOf(key),
    expected:
      expected.$case === 'expectedValue'
        ? { kind: 'value', value: expected.value }
        : { kind: 'version', version: expected.value },
    value,
    leaseId,
    ...fenced(options),
  };
}

export function transactCommand({ compare, then, otherwise, options }: TransactRequest): Command {
  return {
    kind: 'transact',
    compare: compare.map(comparison),
    then: then.map(operation),
    otherwise: otherwise.map(operation),
    ...fenced(options),
  };
}

function writeQuorum(options: WriteOptions | undefined, usually: 'majority' | 'all'): 'majority' | 'all' {
  switch (options?.quorum) {
    case undefined:
    case WriteQuorum.UNSPECIFIED:
      return usually;
    case WriteQuorum.MAJORITY:
      return 'majority';
    case WriteQuorum.ALL:
      return 'all';
    default:
      throw invalid('the quorum of a write is majority or all');
  }
}
