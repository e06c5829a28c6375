import { UsageError } from '../../command-line/flag.ts';
import { parseCount } from '../../command-line/values.ts';
import { type Command, EXIT } from '../command.ts';
import { valueArgument } from '../commands/put.ts';
import { withClient } from '../connection.ts';
import { surroundingSession } from '../session-environment.ts';

export const checkpoint: Command = {
  name: 'checkpoint',
  summary: 'Keep how far the work on an entry has come.',
  details:
    'In a command that "synod queue work" or "claim" runs. Whoever continues the entry, after a failure or the loss of its worker, finds it in the file SYNOD_CHECKPOINT. VALUE - takes it from standard input. It fails when the entry is somebody else\'s by now: stop then.',
  positionals: [{ name: 'VALUE' }],
  flags: [],
  examples: [{ command: 'synod queue checkpoint "page 17"', explains: 'Page 17 and all before are done' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [text = ''] = context.positionals;
      const { SYNOD_QUEUE: path = '', SYNOD_ENTRY: entry = '', SYNOD_ENTRY_TOKEN: token = '' } = context.env;
      const { session } = surroundingSession(context, client);
      if (session === undefined || path === '' || entry === '') {
        throw new UsageError(
          'queue checkpoint belongs into a command that "synod queue work" runs; there is no SYNOD_ENTRY here',
        );
      }
      const seq = parseCount(entry, 'SYNOD_ENTRY');
      const progress = await valueArgument(context, text);
      const queue = client.queue(path, { session });
      await queue.checkpoint(seq, parseCount(token, 'SYNOD_ENTRY_TOKEN'), progress, { signal: context.stop });
      return EXIT.ok;
    }),
};
