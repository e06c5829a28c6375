import { decodeConfiguration } from './consensus/configuration.ts';
import type { AgentId, Entry } from './consensus/types.ts';
import { decodeBundle } from './host/bundle-codec.ts';
import type { Command, Operation } from './machine/commands.ts';
import { pathOfKey, prefixEnd } from './machine/keys.ts';

type NameOf = (agentId: AgentId) => string;

const SUMMARY_CHARACTERS_MAX = 200;
const NAME_CHARACTERS_MAX = 80;
/** More never fit into a line; the rest is counted. */
const NAMED_REQUESTS_MAX = 20;

/** One line for a person: what an entry does. */
export function summaryOf(entry: Entry, nameOf: NameOf): string {
  switch (entry.kind) {
    case 'noop':
      return `no-op of ballot ${entry.origin.round}·${nameOf(entry.origin.agentId)}`;
    case 'configuration':
      return cut(configuration(entry.payload, nameOf), SUMMARY_CHARACTERS_MAX);
    case 'command':
      return bundle(entry.payload, nameOf);
  }
}

function configuration(payload: Uint8Array, nameOf: NameOf): string {
  const { epoch, participants } = decodeConfiguration(payload);
  const named = (role: string): string =>
    participants
      .filter((participant) => participant.role === role)
      .map(({ agentId }) => nameOf(agentId))
      .join(', ');
  const learners = named('learner');
  return `configuration ${epoch}: voters ${named('voter')}${learners === '' ? '' : `; learners ${learners}`}`;
}

function bundle(payload: Uint8Array, nameOf: NameOf): string {
  const commands = decodeBundle(payload).map(({ command }) => command);
  const [only] = commands;
  if (only === undefined) return 'no requests';
  if (commands.length === 1) return cut(alone(only, nameOf), SUMMARY_CHARACTERS_MAX);
  let line = `${commands.length} requests: `;
  for (const [index, command] of commands.entries()) {
    const next = `${index === 0 ? '' : ', '}${inList(command, nameOf)}`;
    const isTooLong = line.length + next.length > SUMMARY_CHARACTERS_MAX;
    if (index > 0 && (index >= NAMED_REQUESTS_MAX || isTooLong)) return `${line}, … ${commands.length - index} more`;
    line += next;
  }
  return line;
}

/** With what there is room for when the command stands alone. */
function alone(command: Command, nameOf: NameOf): string {
  switch (command.kind) {
    case 'put':
      return `${inList(command, nameOf)} (${bytes(command.value)})`;
    case 'compareAndWrite': {
      const { expected, value } = command;
      const what = value === undefined ? 'delete' : bytes(value);
      const when = expected.kind === 'version' ? `version ${expected.version}` : `a value of ${bytes(expected.value)}`;
      return `${inList(command, nameOf)} (${what}) if it has ${when}`;
    }
    case 'transact': {
      const { compare, then, otherwise } = command;
      const branch = (operations: readonly Operation[]): string => operations.map(operation).join(', ') || 'nothing';
      const compares = `${compare.length} ${compare.length === 1 ? 'comparison' : 'comparisons'}`;
      return `transact ${compares}, then ${branch(then)}${otherwise.length === 0 ? '' : `, else ${branch(otherwise)}`}`;
    }
    case 'setParticipant':
      return `${inList(command, nameOf)} at ${command.grpcAddress}`;
    case 'openSession':
    case 'grantLease':
      return `${inList(command, nameOf)} for ${command.ttlMs / 1_000} s`;
    default:
      return inList(command, nameOf);
  }
}

function inList(command: Command, nameOf: NameOf): string {
  switch (command.kind) {
    case 'put':
    case 'delete':
    case 'deleteRange':
      return operation(command);
    case 'compareAndWrite':
      return `compareAndWrite ${path(command.key)}`;
    case 'transact':
      return 'transact';
    case 'compact':
      return `compact below revision ${command.floor}`;
    case 'openSession':
    case 'endSession':
      return `${command.kind} ${command.sessionId}`;
    case 'grantLease':
    case 'revokeLease':
      return `${command.kind} ${command.leaseId}`;
    case 'fireTimer':
      return `fireTimer ${command.timerId}`;
    case 'setParticipant':
      return `setParticipant ${command.name || command.agentId}`;
    case 'pinRole':
      return `pinRole ${nameOf(command.agentId)} ${command.pin}`;
    default:
      return 'path' in command ? `${command.kind} ${path(command.path)}` : command.kind;
  }
}

function operation(item: Operation): string {
  switch (item.kind) {
    case 'put':
    case 'delete':
      return `${item.kind} ${path(item.key)}`;
    case 'deleteRange':
    case 'read':
      return `${item.kind} ${range(item.start, item.end)}`;
  }
}

function range(start: string, end: string): string {
  if (end === '') return path(start);
  return end === prefixEnd(start) ? `${path(start)}*` : `from ${path(start)} to ${path(end)}`;
}

function path(key: string): string {
  return cut(pathOfKey(key), NAME_CHARACTERS_MAX);
}

function bytes(value: Uint8Array): string {
  return `${value.length} ${value.length === 1 ? 'byte' : 'bytes'}`;
}

function cut(text: string, charactersMax: number): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
}
