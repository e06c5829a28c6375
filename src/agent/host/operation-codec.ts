import {
  CompareOperator,
  CompareTarget,
  type Comparison as WireComparison,
  type Operation as WireOperation,
} from '../../gen/synod/v1/journal.ts';
import type { Comparison, Operation, ReadOperation } from '../machine/commands.ts';
import type { Key } from '../machine/store.ts';

const TARGETS = [
  ['value', CompareTarget.VALUE],
  ['version', CompareTarget.VERSION],
  ['createRevision', CompareTarget.CREATE_REVISION],
  ['modRevision', CompareTarget.MOD_REVISION],
  ['lease', CompareTarget.LEASE],
  ['lockToken', CompareTarget.LOCK_TOKEN],
] as const;
const OPERATORS = [
  ['equal', CompareOperator.EQUAL],
  ['notEqual', CompareOperator.NOT_EQUAL],
  ['less', CompareOperator.LESS],
  ['greater', CompareOperator.GREATER],
] as const;

export function toWireName<N, W>(table: readonly (readonly [N, W])[], name: N): W {
  const row = table.find(([known]) => known === name);
  if (row === undefined) throw new MalformedCommandError(`unknown name ${String(name)}`);
  return row[1];
}

export function fromWireName<N, W>(table: readonly (readonly [N, W])[], wire: W): N {
  const row = table.find(([, known]) => known === wire);
  if (row === undefined) throw new MalformedCommandError(`unknown number ${String(wire)}`);
  return row[0];
}

/** A message that no version of this program writes. From the wire: refuse it. From the journal: stop the agent. */
export class MalformedCommandError extends Error {
  constructor(detail: string) {
    super(`malformed command: ${detail}`);
    this.name = 'MalformedCommandError';
  }
}

type WriteOperation = Exclude<Operation, ReadOperation>;
type WireWriteKind = Extract<NonNullable<WireOperation['kind']>, { $case: 'put' | 'delete' | 'deleteRange' }>;

export function toWireWrite(operation: WriteOperation): WireWriteKind {
  switch (operation.kind) {
    case 'put': {
      const { leaseId, returnPrevious } = operation;
      const value = asBuffer(operation.value);
      const fencingToken = operation.fencingToken ?? 0;
      return { $case: 'put', value: { key: keyBytes(operation.key), value, leaseId, returnPrevious, fencingToken } };
    }
    case 'delete': {
      const { returnPrevious, fencingToken = 0 } = operation;
      return { $case: 'delete', value: { key: keyBytes(operation.key), returnPrevious, fencingToken } };
    }
    case 'deleteRange': {
      const { returnPrevious, fencingToken = 0 } = operation;
      return {
        $case: 'deleteRange',
        value: { start: keyBytes(operation.start), end: keyBytes(operation.end), returnPrevious, fencingToken },
      };
    }
  }
}

export function fromWireWrite(kind: WireWriteKind): WriteOperation {
  switch (kind.$case) {
    case 'put': {
      const { key, value, leaseId, returnPrevious, fencingToken } = kind.value;
      return { kind: 'put', key: keyOf(key), value, leaseId, returnPrevious, ...fenced(fencingToken) };
    }
    case 'delete': {
      const { key, returnPrevious, fencingToken } = kind.value;
      return { kind: 'delete', key: keyOf(key), returnPrevious, ...fenced(fencingToken) };
    }
    case 'deleteRange': {
      const { start, end, returnPrevious, fencingToken } = kind.value;
      return { kind: 'deleteRange', start: keyOf(start), end: keyOf(end), returnPrevious, ...fenced(fencingToken) };
    }
  }
}

/** No token and the token 0 are the same; one form of it, so that a command and its stored form are equal. */
export function fenced(fencingToken: number): { fencingToken?: number } {
  return fencingToken === 0 ? {} : { fencingToken };
}

export function toWireOperation(operation: Operation): WireOperation {
  if (operation.kind !== 'read') return { kind: toWireWrite(operation) };
  const { limit, keysOnly, countOnly } = operation;
  return {
    kind: {
      $case: 'read',
      value: { start: keyBytes(operation.start), end: keyBytes(operation.end), limit, keysOnly, countOnly },
    },
  };
}

export function fromWireOperation(wire: WireOperation): Operation {
  const kind = wire.kind;
  if (kind === undefined) throw new MalformedCommandError('an operation without a kind');
  if (kind.$case !== 'read') return fromWireWrite(kind);
  const { start, end, limit, keysOnly, countOnly } = kind.value;
  return { kind: 'read', start: keyOf(start), end: keyOf(end), limit, keysOnly, countOnly };
}

export function toWireComparison(comparison: Comparison): WireComparison {
  const { number, leaseId } = comparison;
  return {
    key: keyBytes(comparison.start),
    rangeEnd: keyBytes(comparison.end),
    target: toWireName(TARGETS, comparison.target),
    operator: toWireName(OPERATORS, comparison.operator),
    value: asBuffer(comparison.value),
    number,
    leaseId,
  };
}

export function fromWireComparison(wire: WireComparison): Comparison {
  const { number, leaseId, value } = wire;
  return {
    start: keyOf(wire.key),
    end: keyOf(wire.rangeEnd),
    target: fromWireName(TARGETS, wire.target),
    operator: fromWireName(OPERATORS, wire.operator),
    value,
    number,
    leaseId,
  };
}

/** Keys are byte strings: one character per byte. */
export function keyBytes(key: Key): Buffer {
  return Buffer.from(key, 'latin1');
}

export function keyOf(bytes: Buffer): Key {
  return bytes.toString('latin1');
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
