import type { Flag } from '../command-line/flag.ts';
import { COMMON_FLAGS } from '../command-line/parse-flags.ts';
import type { Command } from './command.ts';
import { wrap } from './output.ts';
import { CLIENT_FLAGS, usageLine } from './parse.ts';

export interface CommandSummary {
  readonly name: string;
  readonly summary: string;
  readonly aliases?: readonly string[];
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandSummary[];
}

export function overview(groups: readonly CommandGroup[]): string {
  const width = Math.max(...groups.flatMap(({ commands }) => commands.map(({ name }) => name.length))) + 2;
  const lists = groups.map(
    ({ title, commands }) =>
      `${title}\n${commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}${also(command)}`).join('\n')}\n`,
  );
  return `synod runs and uses a cell: agents that keep one replicated key-value store by Paxos.

Begin here
  synod try                      a cell of three agents on this machine, until Ctrl-C
  synod put /greeting hello      write a key
  synod get /greeting            read it back
  synod watch /                  see every change as it happens

${lists.join('\n')}
Commands that use a cell take --endpoint HOST:PORT (repeatable; or $SYNOD_ENDPOINTS), -w json and --timeout.
Exit codes: 0 done, 1 refused or failed, 2 the cell cannot be reached, 64 wrong usage, 130 interrupted.
"synod COMMAND --help" says more and shows examples.
`;
}

function also({ aliases = [] }: CommandSummary): string {
  return aliases.length === 0 ? '' : ` Also called ${aliases.join(', ')}.`;
}

export function commandHelp(command: Command, path: string): string {
  const parts = [wrap(command.summary, 0)];
  parts.push(`Usage\n  ${usageLine(command, path)}${command.subcommands ? ' COMMAND' : ''} [flags]`);
  if (command.details)
    parts.push(
      command.details
        .split('\n')
        .map((line) => wrap(line, 0))
        .join('\n'),
    );
  if (command.subcommands) {
    const width = Math.max(...command.subcommands.map(({ name }) => name.length)) + 2;
    const lines = command.subcommands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
    parts.push(`Commands\n${lines.join('\n')}`);
  }
  if (command.flags.length > 0) parts.push(`Flags\n${flagLines(command.flags)}`);
  parts.push(`Common flags\n${flagLines([...(command.isClient ? CLIENT_FLAGS : []), ...COMMON_FLAGS])}`);
  if (command.examples.length > 0) {
    const examples = command.examples.map(({ command: line, explains }) => `  # ${explains}\n  ${line}`);
    parts.push(`Examples\n${examples.join('\n\n')}`);
  }
  return `${parts.join('\n\n')}\n`;
}

function flagLines(flags: readonly Flag[]): string {
  const column = 30;
  return flags
    .map((flag) => {
      const value = flag.kind === 'switch' ? '' : ` ${flag.choices?.join('|') ?? flag.placeholder ?? 'VALUE'}`;
      const head = `  ${flag.short ? `-${flag.short}, ` : ''}--${flag.name}${value}${flag.repeatable ? '...' : ''}`;
      const text = wrap(flag.help, column);
      return head.length < column - 1 ? head.padEnd(column) + text : `${head}\n${' '.repeat(column)}${text}`;
    })
    .join('\n');
}
