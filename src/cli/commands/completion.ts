import { type Command, EXIT } from '../command.ts';
import { completionScript } from '../completion.ts';
import { write } from '../output.ts';
import { REGISTERED } from '../registry.ts';

export const completionCommand: Command = {
  name: 'completion',
  summary: 'Print the completion script of bash, zsh or fish.',
  positionals: [],
  flags: [],
  examples: [
    { command: 'source <(synod completion bash)', explains: 'For this bash; put the line into ~/.bashrc for all' },
    { command: 'synod completion zsh > "${fpath[1]}/_synod"', explains: 'For zsh' },
    { command: 'synod completion fish > ~/.config/fish/completions/synod.fish', explains: 'For fish' },
  ],
  isClient: false,
  subcommands: (['bash', 'zsh', 'fish'] as const).map((shell) => ({
    name: shell,
    summary: `Print the completion script of ${shell}.`,
    positionals: [],
    flags: [],
    examples: [],
    isClient: false,
    run: async (context) => {
      const commands = await Promise.all(
        REGISTERED.map(async ({ load, aliases = [] }) => {
          const command = await load();
          return [command, ...aliases.map((name) => ({ ...command, name }))];
        }),
      );
      await write(context.stdout, completionScript(shell, commands.flat()));
      return EXIT.ok;
    },
  })),
};
