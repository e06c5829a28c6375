import { coordinationFields } from './coordination-requests.ts';
import { isReadMethod } from './method-examples.ts';
import { keyOf } from './texts.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What an operator's call on keys or of coordination is as a request over gRPC, in protobuf's JSON with bytes as text; undefined for
 * what has no counterpart.
 */
export function asUserRequest(method: string, input: unknown): { method: string; request: Fields } | undefined {
  const fields = (input ?? {}) as Fields;
  const { path, leaseId, returnPrevious, revision, limit } = fields;
  const key = named(path);
  const options = (kind: 'READ' | 'WRITE'): Fields => {
    const quorum = isQuorum(fields.quorum) ? { quorum: `${kind}_QUORUM_${fields.quorum.toUpperCase()}` } : {};
    const said = { ...quorum, ...((fields.as ?? {}) as Fields) };
    return Object.keys(said).length === 0 ? {} : { options: said };
  };
  const write = (own: Fields) => ({ method, request: defined({ ...own, ...options('WRITE') }) });
  const read = (own: Fields) => ({ method, request: defined({ ...own, ...options('READ') }) });
  switch (method) {
    case 'Put':
      return write({ key, value: fields.value, leaseId, returnPrevious });
    case 'Delete':
      return write({ key, returnPrevious });
    case 'CompareAndWrite':
      return write({ key, ...expected(fields.expected as Fields), value: fields.value ?? undefined, leaseId });
    case 'DeleteTree':
      return {
        method: 'Transact',
        request: {
          then: [{ delete: { key } }, { deleteRange: { start: named(`${path}/`), end: named(`${path}0`) } }],
          ...options('WRITE'),
        },
      };
    case 'Transact':
      return write({
        compare: list(fields.compare).map(comparison),
        then: list(fields.then).map(operation),
        otherwise: list(fields.otherwise).map(operation),
      });
    case 'Read':
      return read({ key, revision });
    case 'ReadPrefix':
      return read({ prefix: named(fields.prefix ?? '/'), limit, revision });
    case 'ListLevel':
      return read({ path: named(path ?? '/'), limit });
    case 'History':
      return read({ key, limit });
    case 'Status':
    case 'Members':
      return { method, request: {} };
    default: {
      const asked = coordinationFields(method, fields, named);
      if (asked === undefined) return undefined;
      return { method, request: defined({ ...asked, ...options(isReadMethod(method) ? 'READ' : 'WRITE') }) };
    }
  }
}

/** Of a proposal it is a share. */
function isQuorum(quorum: unknown): quorum is string {
  return typeof quorum === 'string';
}

/** A key as bytes: those that are no UTF-8 are escaped in a path, and would be other ones as text. */
function named(path: unknown): Fields {
  if (typeof path !== 'string' || path.isWellFormed()) return { text: path };
  return { base64: Buffer.from(keyOf(path), 'latin1').toString('base64') };
}

function expected(fields: Fields): Fields {
  return 'version' in fields ? { expectedVersion: fields.version } : { expectedValue: fields.value };
}

function comparison({ path, ...compared }: Fields): Fields {
  const equal = { key: named(path), operator: 'COMPARE_OPERATOR_EQUAL' };
  if ('value' in compared) return { ...equal, target: 'COMPARE_TARGET_VALUE', value: compared.value };
  if ('version' in compared) return { ...equal, target: 'COMPARE_TARGET_VERSION', number: compared.version };
  return { ...equal, target: 'COMPARE_TARGET_MOD_REVISION', number: compared.modRevision };
}

function operation(operated: Fields): Fields {
  const { path, ...rest } = (operated.put ?? operated.delete) as Fields;
  const body = { key: named(path), ...rest };
  return 'put' in operated ? { put: body } : { delete: body };
}

function list(value: unknown): readonly Fields[] {
  return (value ?? []) as readonly Fields[];
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
