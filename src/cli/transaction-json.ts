import type { CompareOperator, Comparison, KeyRange, Operation, Transaction } from '../client/index.ts';
import { Failure } from './command.ts';
import { decodeValue } from './item-json.ts';

type Fields = Readonly<Record<string, unknown>>;

const TARGETS = ['value', 'version', 'createRevision', 'modRevision', 'leaseId'] as const;
const OPERATORS: readonly CompareOperator[] = ['=', '!=', '<', '>'];

/** The JSON form that `synod txn --help` describes. @throws Failure that says where it is wrong */
export function parseTransaction(text: string): Transaction {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const why = text.trim() === '' ? 'standard input is empty' : (error as Error).message;
    throw new Failure(`the transaction is not JSON: ${why}; see synod txn --help`);
  }
  const fields = object(parsed, 'the transaction');
  only(fields, ['compare', 'then', 'else'], 'the transaction');
  const compare = list(fields.compare, '"compare"').map((entry, index) => comparison(entry, `compare[${index}]`));
  const then = list(fields.then, '"then"').map((entry, index) => operation(entry, `then[${index}]`));
  const otherwise = list(fields.else, '"else"').map((entry, index) => operation(entry, `else[${index}]`));
  if (then.length + otherwise.length === 0) throw new Failure('the transaction does nothing: "then" is missing');
  return { compare, then, otherwise };
}

function comparison(entry: unknown, where: string): Comparison {
  const fields = object(entry, where);
  only(fields, ['key', 'rangeEnd', 'op', 'encoding', ...TARGETS], where);
  const op = (fields.op ?? '=') as CompareOperator;
  if (!OPERATORS.includes(op)) throw new Failure(`${where}: "op" must be one of ${OPERATORS.join(' ')}`);
  const rangeEnd = fields.rangeEnd === undefined ? {} : { rangeEnd: string(fields, 'rangeEnd', where) };
  const about = { key: string(fields, 'key', where), op, ...rangeEnd };
  const targets = TARGETS.filter((target) => fields[target] !== undefined);
  if (targets.length !== 1) throw new Failure(`${where}: exactly one of ${TARGETS.join(', ')} is compared`);
  switch (targets[0]!) {
    case 'value':
      return { ...about, value: decodeValue(fields, where) };
    case 'version':
      return { ...about, version: number(fields, 'version', where) };
    case 'createRevision':
      return { ...about, createRevision: number(fields, 'createRevision', where) };
    case 'modRevision':
      return { ...about, modRevision: number(fields, 'modRevision', where) };
    case 'leaseId':
      return { ...about, leaseId: string(fields, 'leaseId', where) };
  }
}

function operation(entry: unknown, where: string): Operation {
  const fields = object(entry, where);
  const kinds = Object.keys(fields);
  const [kind] = kinds;
  if (kinds.length !== 1 || (kind !== 'put' && kind !== 'delete' && kind !== 'get')) {
    throw new Failure(`${where}: an operation is one of {"put": ...}, {"delete": ...}, {"get": ...}`);
  }
  const body = object(fields[kind], `${where}.${kind}`);
  const inside = `${where}.${kind}`;
  switch (kind) {
    case 'put': {
      only(body, ['key', 'value', 'encoding', 'leaseId'], inside);
      const leaseId = body.leaseId === undefined ? {} : { leaseId: string(body, 'leaseId', inside) };
      return { kind: 'put', key: string(body, 'key', inside), value: decodeValue(body, inside), ...leaseId };
    }
    case 'delete': {
      only(body, ['key', 'prefix'], inside);
      if (body.prefix === undefined) return { kind: 'delete', key: string(body, 'key', inside) };
      return { kind: 'deleteRange', range: range(body, inside) };
    }
    case 'get': {
      only(body, ['key', 'prefix', 'limit'], inside);
      const limit = body.limit === undefined ? {} : { limit: number(body, 'limit', inside) };
      return { kind: 'read', range: range(body, inside), ...limit };
    }
  }
}

function range(fields: Fields, where: string): KeyRange {
  if ((fields.key === undefined) === (fields.prefix === undefined)) {
    throw new Failure(`${where}: either "key" or "prefix" is needed`);
  }
  if (fields.prefix !== undefined) return { prefix: string(fields, 'prefix', where) };
  return { start: string(fields, 'key', where) };
}

function object(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure(`${where} must be a JSON object`);
  }
  return value as Fields;
}

function list(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Failure(`${where} must be a list`);
  return value;
}

function string(fields: Fields, name: string, where: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Failure(`${where}: "${name}" must be a string`);
  return value;
}

function number(fields: Fields, name: string, where: string): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Failure(`${where}: "${name}" must be a whole number`);
  }
  return value as number;
}

/** A misspelt field would otherwise be a comparison that is silently not made. */
function only(fields: Fields, names: readonly string[], where: string): void {
  const other = Object.keys(fields).find((name) => !names.includes(name));
  if (other !== undefined) throw new Failure(`${where}: unknown "${other}"; known are ${names.join(', ')}`);
}
