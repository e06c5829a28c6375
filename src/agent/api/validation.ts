import {
  CompareOperator,
  CompareTarget,
  type Comparison as WireComparison,
  type Operation as WireOperation,
} from '../../gen/synod/v1/journal.ts';
import type { WriteOptions as WireWriteOptions } from '../../gen/synod/v1/user.ts';
import type { WriteOptions } from '../host/cell-port.ts';
import type { Command, Comparison, Operation } from '../machine/commands.ts';
import { END_OF_KEYS, INTERNAL_ROOT, idViolation, pathViolation, prefixEnd, shown, spaceOf } from '../machine/keys.ts';
import { LIMITS } from '../machine/limits.ts';
import type { Space } from '../machine/store.ts';
import { validateCommand } from '../machine/validate.ts';
import { invalid, refuse } from './errors.ts';
import { keyOf } from './wire.ts';

/** A key of Synod's own API: a unix path. @throws CellError */
export function pathKey(bytes: Buffer): string {
  const key = keyOf(bytes);
  refuse(pathViolation(key));
  return key;
}

/** @throws CellError when the machine would refuse it in any state */
export function valid<C extends Command>(command: C): C {
  refuse(validateCommand(command));
  return command;
}

export interface KeyRange {
  readonly space: Space;
  readonly start: string;
  /** Exclusive; empty: only `start`. */
  readonly end: string;
}

interface WireRange {
  readonly prefix: Buffer;
  readonly start: Buffer;
  readonly end: Buffer;
}

/** Behind the last key of the system keyspace: '0' follows '/'. */
const SYSTEM_START = `${INTERNAL_ROOT}/`;
const SYSTEM_END = `${INTERNAL_ROOT}0`;

/**
 * A range to read or watch, in the keyspace in which it begins; neither prefix nor start means all of it.
 *
 * @throws CellError
 */
export function keyRange(range: WireRange, system: boolean): KeyRange {
  if (range.prefix.length > 0 && (range.start.length > 0 || range.end.length > 0)) {
    throw invalid('a range is given either by prefix or by start and end, not by both');
  }
  if (range.end.length > 0 && range.start.length === 0) throw invalid('a range with an end must have a start');
  for (const bound of [range.prefix, range.start, range.end]) {
    if (bound.length > LIMITS.keyBytesMax) {
      throw invalid(`a key has at most ${LIMITS.keyBytesMax} bytes, a bound of this range has ${bound.length}`);
    }
  }
  const first = keyOf(range.prefix.length > 0 ? range.prefix : range.start);
  if (first !== '' && first[0] !== '/') throw invalid(`a range of paths starts with /, this one with ${shown(first)}`);
  const space = system ? 'system' : spaceOf(first);
  const isPrefix = range.start.length === 0;
  const end = isPrefix ? (first === '' ? END_OF_KEYS : prefixEnd(first)) : keyOf(range.end);
  return space === 'user' ? { space, start: first || '/', end } : systemRange(first, end);
}

/** What lies outside of the system keyspace has nothing to say about it. */
function systemRange(first: string, end: string): KeyRange {
  const start = first > SYSTEM_START ? first : SYSTEM_START;
  return { space: 'system', start, end: end === '' || end < SYSTEM_END ? end : SYSTEM_END };
}

export type Session = NonNullable<WriteOptions['session']>;

/** @throws CellError */
export function sessionOf(options: WireWriteOptions | undefined): Session | undefined {
  if (options === undefined || options.sessionId === '') {
    if (options !== undefined && (options.sequence !== 0 || options.ackedBelow !== 0)) {
      throw invalid('a sequence belongs to a session: give session_id too');
    }
    return undefined;
  }
  const { sessionId, sequence, ackedBelow } = options;
  refuse(idViolation('a session id', sessionId));
  if (sequence < 1) throw invalid('the sequence of a write in a session counts from 1');
  if (ackedBelow > sequence) throw invalid(`acked_below (${ackedBelow}) cannot be above the sequence (${sequence})`);
  return { id: sessionId, sequence, ackedBelow };
}

/** The place of a write, and in whose name it is done. @throws CellError */
export function actingOf(options: WireWriteOptions | undefined): Pick<WriteOptions, 'session' | 'asSessionId'> {
  const session = sessionOf(options);
  const asSessionId = options?.asSessionId ?? '';
  if (asSessionId !== '') refuse(idViolation('a session id', asSessionId));
  return { ...(session && { session }), ...(asSessionId !== '' && { asSessionId }) };
}

/** The session in whose name a write is done; empty: it is nobody's. */
export function actorOf(options: WireWriteOptions | undefined): string {
  return options?.asSessionId || options?.sessionId || '';
}

/**
 * For a second write of the same request. The asked agent gives every write that comes without a place one of its own;
 * whoever brings the first place brings the second too.
 */
export function secondPlace<O extends WireWriteOptions | undefined>(options: O, sequence: number): O {
  return options === undefined || options.sessionId === '' ? options : { ...options, sequence };
}

const TARGETS: Readonly<Record<number, Comparison['target']>> = {
  [CompareTarget.VALUE]: 'value',
  [CompareTarget.VERSION]: 'version',
  [CompareTarget.CREATE_REVISION]: 'createRevision',
  [CompareTarget.MOD_REVISION]: 'modRevision',
  [CompareTarget.LEASE]: 'lease',
  [CompareTarget.LOCK_TOKEN]: 'lockToken',
};

const OPERATORS: Readonly<Record<number, Comparison['operator']>> = {
  [CompareOperator.EQUAL]: 'equal',
  [CompareOperator.NOT_EQUAL]: 'notEqual',
  [CompareOperator.LESS]: 'less',
  [CompareOperator.GREATER]: 'greater',
};

/** @throws CellError */
export function comparison(wire: WireComparison): Comparison {
  const target = TARGETS[wire.target];
  if (target === undefined)
    throw invalid('a comparison names what it compares: value, version, a revision, the lease or a lock');
  const operator = OPERATORS[wire.operator];
  if (operator === undefined) throw invalid('a comparison names its operator: equal, not equal, less or greater');
  const { value, number, leaseId } = wire;
  return { start: keyOf(wire.key), end: keyOf(wire.rangeEnd), target, operator, value, number, leaseId };
}

/** @throws CellError */
export function operation({ kind }: WireOperation): Operation {
  switch (kind?.$case) {
    case 'put': {
      const { key, value, leaseId, returnPrevious } = kind.value;
      return { kind: 'put', key: keyOf(key), value, leaseId, returnPrevious };
    }
    case 'delete':
      return { kind: 'delete', key: keyOf(kind.value.key), returnPrevious: kind.value.returnPrevious };
    case 'deleteRange': {
      const { start, end, returnPrevious } = kind.value;
      return { kind: 'deleteRange', start: keyOf(start), end: keyOf(end), returnPrevious };
    }
    case 'read': {
      const { start, end, limit, keysOnly, countOnly } = kind.value;
      return { kind: 'read', start: keyOf(start), end: keyOf(end), limit, keysOnly, countOnly };
    }
    case undefined:
      throw invalid('an operation of a transaction is one of put, delete, delete_range and read');
  }
}
