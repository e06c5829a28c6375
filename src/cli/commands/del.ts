import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { counted, printJson, printLine } from '../output.ts';
import { positionJson, remarkLaggards, WRITE_QUORUM_FLAG, writeQuorumOf } from '../quorum.ts';
import { surroundingSession } from '../session-environment.ts';

export const delCommand: Command = {
  name: 'del',
  summary: 'Delete a key, or all keys with a prefix.',
  details:
    'Deleting what does not exist is no failure; the count says what happened. The history of a key stays until it is compacted.',
  positionals: [{ name: 'KEY' }],
  flags: [
    { name: 'prefix', kind: 'switch', help: 'Delete every key that begins with KEY, at once.' },
    WRITE_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod del /config/region', explains: 'One key' },
    { command: 'synod del /config/ --prefix', explains: 'Everything below a path, as one change' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [key = ''] = context.positionals;
      const options = {
        quorum: writeQuorumOf(context),
        signal: context.stop,
        ...surroundingSession(context, client),
      };
      const result = context.flags.has('prefix')
        ? await client.deleteRange({ prefix: key }, options)
        : await client.delete(key, options);
      const { deleted } = result;
      if (context.json) await printJson(context, { key, deleted, ...positionJson(result) });
      else await printLine(context, `deleted ${counted(deleted, 'key')}`);
      await remarkLaggards(context, result);
      return EXIT.ok;
    }),
};
