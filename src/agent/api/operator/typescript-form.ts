import { coordinationCall } from './coordination-typescript.ts';
import { bytes, list, object, quorumOf, raw } from './typescript-source.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A program with the client library that does the same; empty when the library has no such call. */
export function typeScriptCall(method: string, request: Fields, address: string): string {
  const call = callOf(method, request);
  if (call === '') return '';
  return [
    "import { connect } from 'synod/client';",
    '',
    `await using client = connect({ endpoints: [${JSON.stringify(address)}] });`,
    `console.log(await client.${call});`,
    '',
  ].join('\n');
}

function callOf(method: string, request: Fields): string {
  const key = bytes(request.key);
  const { leaseId, returnPrevious, revision, limit } = request;
  const options = quorumOf(request);
  switch (method) {
    case 'Put':
      return `put(${list(key, bytes(request.value), object({ leaseId, returnPrevious, ...options }))})`;
    case 'Delete':
      return `delete(${list(key, object({ returnPrevious, ...options }))})`;
    case 'DeleteRange':
      return `deleteRange(${list(range(request), object({ returnPrevious, ...options }))})`;
    case 'CompareAndWrite': {
      const { expectedVersion, expectedValue } = request;
      const expected =
        expectedValue === undefined ? `{ version: ${expectedVersion ?? 0} }` : `{ value: ${bytes(expectedValue)} }`;
      const value = request.value === undefined ? 'undefined' : bytes(request.value);
      return `compareAndWrite(${list(key, expected, value, object({ leaseId, ...options }))})`;
    }
    case 'Transact':
      return `transact(${list(transaction(request), object(options))})`;
    case 'Compact':
      return `compact(${list(String(request.floor ?? 0), object(options))})`;
    case 'Read':
      return `get(${list(key, object({ revision, ...options }))})`;
    case 'ReadPrefix': {
      const { keysOnly, countOnly, descending, after } = request;
      const told = after === undefined ? {} : { after: raw(bytes(after)) };
      return `list(${list(range(request), object({ limit, ...told, keysOnly, countOnly, descending, revision, ...options }))})`;
    }
    case 'ListLevel':
      return `level(${list(request.path === undefined ? "'/'" : bytes(request.path), object({ limit, ...options }))})`;
    case 'History': {
      const { beforeRevision } = request;
      return `history(${list(key, object({ limit, beforeRevision, ...options }))})`;
    }
    case 'OpenSession':
      return `openSession(${object({ ttlMs: request.ttlMs, owner: request.owner })})`;
    case 'EndSession':
      return `endSession(${JSON.stringify(request.sessionId ?? '')})`;
    case 'GrantLease':
      return `grantLease(${object({ ttlMs: request.ttlMs })})`;
    case 'Members':
      return `members(${object(options)})`;
    case 'ChangeMembers': {
      const { action, agents = [], expectedEpoch } = request;
      return `changeMembers(${list(actionOf(action), JSON.stringify(agents), object({ expectedEpoch }))})`;
    }
    case 'Status':
      return 'status()';
    case 'Shutdown':
      return `shutdown(${JSON.stringify(request.reason ?? '')})`;
    default:
      return coordinationCall(method, request);
  }
}

/** `MEMBER_ACTION_PIN_VOTER` is `pinVoter`. */
function actionOf(action: unknown): string {
  const words = String(action).replace('MEMBER_ACTION_', '').toLowerCase().split('_');
  return JSON.stringify(words.map((word, at) => (at === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join(''));
}

function range({ prefix, start, end }: Fields): string {
  if (start === undefined) return `{ prefix: ${prefix === undefined ? "'/'" : bytes(prefix)} }`;
  return `{ ${list(`start: ${bytes(start)}`, end === undefined ? '' : `end: ${bytes(end)}`)} }`;
}

function transaction(request: Fields): string {
  const lists = [
    ['compare', request.compare, comparison],
    ['then', request.then ?? [], operation],
    ['otherwise', request.otherwise, operation],
  ] as const;
  const told = lists.flatMap(([name, items, form]) =>
    items === undefined ? [] : [`${name}: [${(items as readonly Fields[]).map(form).join(', ')}]`],
  );
  return `{ ${told.join(', ')} }`;
}

const OPERATORS: Readonly<Record<string, string>> = {
  COMPARE_OPERATOR_NOT_EQUAL: '!=',
  COMPARE_OPERATOR_LESS: '<',
  COMPARE_OPERATOR_GREATER: '>',
};

const TARGETS: Readonly<Record<string, string>> = {
  COMPARE_TARGET_VERSION: 'version',
  COMPARE_TARGET_CREATE_REVISION: 'createRevision',
  COMPARE_TARGET_MOD_REVISION: 'modRevision',
};

function comparison({ key, rangeEnd, target, operator, value, number = 0, leaseId }: Fields): string {
  const about = {
    key: raw(bytes(key)),
    rangeEnd: rangeEnd === undefined ? undefined : raw(bytes(rangeEnd)),
    op: OPERATORS[String(operator)],
  };
  if (target === 'COMPARE_TARGET_VALUE') return object({ ...about, value: raw(bytes(value)) });
  if (target === 'COMPARE_TARGET_LEASE') return object({ ...about, leaseId: leaseId ?? '' });
  return object({ ...about, [TARGETS[String(target)] ?? 'version']: number });
}

function operation(operated: Fields): string {
  const [kind = '', body = {}] = (Object.entries(operated)[0] ?? []) as [string?, Fields?];
  if (kind === 'put')
    return object({ kind, key: raw(bytes(body.key)), value: raw(bytes(body.value)), leaseId: body.leaseId });
  if (kind === 'delete') return object({ kind, key: raw(bytes(body.key)) });
  const { limit, keysOnly, countOnly } = body;
  return object({ kind, range: raw(range(body)), limit, keysOnly, countOnly });
}
