import type { Flag } from '../command-line/flag.ts';
import type { Command } from './command.ts';
import { flagsOf } from './parse.ts';

interface Leaf {
  /** `members remove` */
  readonly path: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
}

function leaves(commands: readonly Command[], before = ''): Leaf[] {
  return commands.flatMap((command) => {
    const path = before + command.name;
    const own = { path, summary: command.summary, flags: flagsOf(command) };
    return [own, ...leaves(command.subcommands ?? [], `${path} `)];
  });
}

/** Built from the same tables as the parser and the help, so that it never knows less or more than they do. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      // zsh runs completions of bash, and the words are the same.
      return `#compdef synod\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
  }
}

function bash(commands: readonly Command[]): string {
  const all = leaves(commands);
  const flagCases = all.map(
    ({ path, flags }) => `    '${path}') flags='${flags.map(({ name }) => `--${name}`).join(' ')}' ;;`,
  );
  const subcommandCases = commands
    .filter(({ subcommands }) => subcommands)
    .map(
      ({ name, subcommands }) => `    '${name}') words='${subcommands?.map((command) => command.name).join(' ')}' ;;`,
    );
  // Commands may give the same flag other choices.
  const choiceCases = all.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.choices)
      .map(({ name, short, choices }) => {
        const given = [`--${name}`, ...(short ? [`-${short}`] : [])].map((flag) => `'${path} ${flag}'`).join('|');
        return `    ${given}) words='${choices?.join(' ')}' ;;`;
      }),
  );
  return `_synod() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= flags= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) break ;; esac
    case " ${all.map(({ path }) => path.replace(' ', ':')).join(' ')} " in
      *" \${path:+$path:}$word "*) path=\${path:+$path:}$word ;;
      *) break ;;
    esac
  done
  path=\${path/:/ }
  case "$path $previous" in
${choiceCases.join('\n')}
  esac
  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); return; fi
  case $path in
    '') words='${commands.map(({ name }) => name).join(' ')}' ;;
${subcommandCases.join('\n')}
  esac
  case $path in
${flagCases.join('\n')}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _synod synod
`;
}

function fish(commands: readonly Command[]): string {
  const quote = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const lines = ['complete -c synod -f'];
  for (const { name, summary } of commands) {
    lines.push(`complete -c synod -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
  }
  for (const command of commands) {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    for (const { name, summary } of command.subcommands ?? []) {
      lines.push(`complete -c synod -n ${quote(seen)} -a ${name} -d ${quote(summary)}`);
    }
    const flags = new Map([command, ...(command.subcommands ?? [])].flatMap(flagsOf).map((flag) => [flag.name, flag]));
    for (const { name, short, choices, kind, help } of flags.values()) {
      const value = choices ? ` -x -a ${quote(choices.join(' '))}` : kind === 'switch' ? '' : ' -r';
      lines.push(
        `complete -c synod -n ${quote(seen)} -l ${name}${short ? ` -s ${short}` : ''}${value} -d ${quote(help)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
