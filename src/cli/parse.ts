import { type Flag, UsageError } from '../command-line/flag.ts';
import { COMMON_FLAGS, type Parsed, parseFlags } from '../command-line/parse-flags.ts';
import type { Command } from './command.ts';

export const CLIENT_FLAGS: readonly Flag[] = [
  {
    name: 'endpoint',
    kind: 'text',
    placeholder: 'HOST:PORT',
    repeatable: true,
    help: 'An agent of the cell; repeatable, the next one is asked when one is down. Default: $SYNOD_ENDPOINTS (separated by commas), else 127.0.0.1:50101. :PORT means this machine.',
  },
  {
    name: 'timeout',
    kind: 'duration',
    placeholder: 'DURATION',
    help: 'How long to try, in all. Default 10s.',
  },
];

export function flagsOf(command: Command): readonly Flag[] {
  return [...command.flags, ...(command.isClient ? CLIENT_FLAGS : []), ...COMMON_FLAGS];
}

/** @throws UsageError, in one line */
export function parse(command: Command, args: readonly string[], path: string): Parsed {
  const parsed = parseFlags(flagsOf(command), args, path);
  if (!parsed.flags.has('help')) checkPositionals(command, parsed.positionals, path);
  return parsed;
}

function checkPositionals(command: Command, given: readonly string[], path: string): void {
  const missing = command.positionals.filter(({ optional }) => !optional)[given.length];
  if (missing) throw new UsageError(`${missing.name} is missing: ${usageLine(command, path)}`);
  const takesAll = command.positionals.some(({ repeated }) => repeated);
  const extra = given[command.positionals.length];
  if (extra !== undefined && !takesAll) {
    throw new UsageError(`"${extra}" is one argument too many: ${usageLine(command, path)}`);
  }
}

export function usageLine(command: Command, path: string): string {
  const positionals = command.positionals.map(({ name, optional, repeated }) => {
    const text = repeated ? `${name}...` : name;
    return optional ? `[${text}]` : text;
  });
  return [path, ...positionals].join(' ');
}
