import { UsageError } from '../../command-line/flag.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { userName } from '../owner.ts';
import { surroundingSession } from '../session-environment.ts';

export const unlockCommand: Command = {
  name: 'unlock',
  summary: 'Give a lock back early, or take it from its holder.',
  details:
    'Below "synod lock PATH -- COMMAND" it gives the lock back before the command has ended. With --force it takes a lock from whoever holds it, or ends its delay: the holder is told, its writes below the lock are refused, and who forced it and why stays in the record of the lock. A lock whose holder has died needs no force: it is lost when the session of the holder ends.',
  positionals: [{ name: 'PATH' }],
  flags: [
    { name: 'force', kind: 'switch', help: 'Take it from whoever holds it.' },
    { name: 'why', kind: 'text', placeholder: 'TEXT', help: 'With --force: the reason, for the record.' },
    { name: 'by', kind: 'text', placeholder: 'NAME', help: 'With --force: who does this. Default: the user.' },
  ],
  examples: [
    { command: 'synod unlock /jobs/_lockable --force --why "host is gone"', explains: 'As an operator' },
    { command: 'synod unlock /jobs/_lockable', explains: 'In a command that "synod lock" runs' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [path = ''] = context.positionals;
      const { flags } = context;
      if (flags.has('force')) {
        const by = flags.text('by') ?? userName();
        await client.forceReleaseLock(path, { by, why: flags.text('why') ?? '', signal: context.stop });
        if (context.json) await printJson(context, { path, forced: true, by });
        else await printLine(context, `took the lock ${path} from its holder`);
        return EXIT.ok;
      }
      const { session } = surroundingSession(context, client);
      if (session === undefined) {
        throw new UsageError(
          'unlock without --force gives back what "synod lock" holds around it; there is no SYNOD_SESSION here',
        );
      }
      const { slot } = await client.releaseLock(path, { session, signal: context.stop });
      if (context.json) await printJson(context, { path, forced: false, slot });
      else await printLine(context, `gave ${path} back`);
      return EXIT.ok;
    }),
};
