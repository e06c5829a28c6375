import { keyOfPath, pathOfKey, prefixEnd } from '../../machine/keys.ts';
import { shellQuoted } from './call-forms.ts';
import { flag, type Told, textOf, valueWords, type Words } from './cli-words.ts';
import { coordinationWords } from './coordination-cli.ts';

type Fields = Readonly<Record<string, unknown>>;

const MEMBER_COMMANDS: Readonly<Record<string, string>> = {
  MEMBER_ACTION_REMOVE: 'remove',
  MEMBER_ACTION_PROMOTE: 'promote',
  MEMBER_ACTION_DEMOTE: 'demote',
  MEMBER_ACTION_TRANSFER: 'transfer',
  MEMBER_ACTION_REPLACE: 'replace',
};

const PINS: Readonly<Record<string, string>> = {
  MEMBER_ACTION_PIN_VOTER: 'voter',
  MEMBER_ACTION_PIN_LEARNER: 'learner',
  MEMBER_ACTION_UNPIN: 'none',
};

/** A line for a shell that does the same; empty when the command line cannot. */
export function cliCommand(method: string, request: Fields, address: string): string {
  const words = wordsOf(method, request);
  if (words === undefined) return '';
  const { flags = [], positionals, command, stdin = '', hasNoQuorum = false, program } = words;
  const quorum = hasNoQuorum ? [] : quorumFlag(request);
  // What begins with a dash would be taken for a flag.
  const separator = positionals.some((word) => word.startsWith('-') && word !== '-') ? ['--'] : [];
  const all = [...command, ...flags, ...quorum, '--endpoint', address, ...separator, ...positionals];
  if (program !== undefined) all.push('--', ...program);
  return `${stdin}synod ${all.map(shellQuoted).join(' ')}`;
}

function wordsOf(method: string, request: Fields): Words | undefined {
  const { limit, revision } = request;
  const key = textOf(request.key);
  switch (method) {
    case 'Put':
      return request.leaseId === undefined && key !== undefined ? putWords(key, request.value) : undefined;
    case 'CompareAndWrite':
      return key === undefined ? undefined : casWords(key, request);
    case 'Delete':
      return key === undefined ? undefined : { command: ['del'], positionals: [key] };
    case 'DeleteRange':
      return prefixWords(textOf(request.start), textOf(request.end));
    case 'Transact':
      return transactWords(request);
    case 'Read':
      return key === undefined
        ? undefined
        : { command: ['get'], flags: flag('revision', revision), positionals: [key] };
    case 'ReadPrefix': {
      const prefix = request.start === undefined ? (textOf(request.prefix) ?? '/') : undefined;
      if (prefix === undefined || revision !== undefined || request.after !== undefined) return undefined;
      return { command: ['ls'], flags: flag('limit', limit), positionals: [prefix] };
    }
    case 'ListLevel':
      if (request.after !== undefined) return undefined;
      return { command: ['ls', '--level'], flags: flag('limit', limit), positionals: [textOf(request.path) ?? '/'] };
    case 'History': {
      const flags = [...flag('limit', limit), ...flag('before-revision', request.beforeRevision)];
      return key === undefined ? undefined : { command: ['history'], flags, positionals: [key] };
    }
    case 'Members':
      return { command: ['members'], positionals: [] };
    case 'ChangeMembers':
      return memberWords(request);
    case 'Status':
      return { command: ['status'], positionals: [] };
    case 'EndSession':
      return { command: ['session', 'end'], positionals: [String(request.sessionId ?? '')], hasNoQuorum: true };
    default:
      return coordinationWords(method, request);
  }
}

function putWords(key: string, value: unknown): Words {
  const { argument, stdin } = valueWords(value);
  return { command: ['put'], positionals: [key, argument], stdin };
}

function casWords(key: string, request: Fields): Words | undefined {
  const value = textOf(request.value);
  // The command line deletes by other means, and takes no bytes here.
  if (value === undefined || request.leaseId !== undefined) return undefined;
  const { expectedVersion, expectedValue } = request;
  if (expectedVersion !== undefined) {
    return { command: ['cas'], flags: flag('version', expectedVersion), positionals: [key, value] };
  }
  const expected = textOf(expectedValue);
  return expected === undefined ? undefined : { command: ['cas'], positionals: [key, expected, value] };
}

function prefixWords(start: string | undefined, end: string | undefined): Words | undefined {
  if (start === undefined || end === undefined) return undefined;
  if (pathOfKey(prefixEnd(keyOfPath(start))) !== end) return undefined;
  return { command: ['del', '--prefix'], positionals: [start] };
}

function memberWords({ action, agents, expectedEpoch }: Fields): Words | undefined {
  const named = (agents ?? []) as readonly string[];
  const flags = flag('expected-epoch', expectedEpoch);
  const pin = PINS[String(action)];
  if (pin !== undefined) {
    return named.length === 1 ? { command: ['members', 'pin'], flags, positionals: [...named, pin] } : undefined;
  }
  const command = MEMBER_COMMANDS[String(action)];
  return command === undefined ? undefined : { command: ['members', command], flags, positionals: named };
}

const OPERATORS: Readonly<Record<string, string>> = {
  COMPARE_OPERATOR_EQUAL: '=',
  COMPARE_OPERATOR_NOT_EQUAL: '!=',
  COMPARE_OPERATOR_LESS: '<',
  COMPARE_OPERATOR_GREATER: '>',
};

const TARGETS: Readonly<Record<string, string>> = {
  COMPARE_TARGET_VERSION: 'version',
  COMPARE_TARGET_CREATE_REVISION: 'createRevision',
  COMPARE_TARGET_MOD_REVISION: 'modRevision',
};

/** Comparisons of versions and revisions, puts and deletes of single keys. */
function transactWords(request: Fields): Words | undefined {
  const list = (name: string) => (request[name] ?? []) as readonly Fields[];
  const compare = list('compare').map(comparisonJson);
  const then = list('then').map(operationJson);
  const otherwise = list('otherwise').map(operationJson);
  if ([...compare, ...then, ...otherwise].includes(undefined)) return undefined;
  const json = JSON.stringify({ compare, then, else: otherwise });
  return { command: ['txn'], positionals: [], stdin: `printf %s ${shellQuoted(json)} | ` };
}

function comparisonJson({ key, rangeEnd, target, operator, value, number = 0 }: Fields): Fields | undefined {
  const about = { key: textOf(key), op: OPERATORS[String(operator)] };
  if (about.key === undefined || about.op === undefined || rangeEnd !== undefined) return undefined;
  if (target === 'COMPARE_TARGET_VALUE')
    return value === undefined ? { ...about, value: '' } : { ...about, ...valueJson(value) };
  const name = TARGETS[String(target)];
  return name === undefined ? undefined : { ...about, [name]: number };
}

function operationJson(operation: Fields): Fields | undefined {
  const put = operation.put as Fields | undefined;
  const del = operation.delete as Fields | undefined;
  const key = textOf((put ?? del)?.key);
  if (key === undefined) return undefined;
  if (put === undefined) return { delete: { key } };
  const lease = put.leaseId === undefined ? {} : { leaseId: put.leaseId };
  return { put: { key, ...valueJson(put.value ?? { text: '' }), ...lease } };
}

function valueJson(value: unknown): Fields {
  const { text, base64 } = value as Told;
  return text === undefined ? { value: base64, encoding: 'base64' } : { value: text };
}

function quorumFlag({ options }: Fields): string[] {
  const quorum = /_QUORUM_(LOCAL|MAJORITY|ALL)$/.exec(String((options as Fields | undefined)?.quorum))?.[1];
  return quorum === undefined || quorum === 'MAJORITY' ? [] : ['--quorum', quorum.toLowerCase()];
}
