import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { itemJson } from '../item-json.ts';
import { printJson, write } from '../output.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

export const getCommand: Command = {
  name: 'get',
  summary: 'Read a key.',
  details:
    'Prints the value as it is, followed by a newline. A key that does not exist is exit code 1.\nReads are linearizable unless told otherwise: they see every write that was acknowledged before.',
  positionals: [{ name: 'KEY' }],
  flags: [
    READ_QUORUM_FLAG,
    {
      name: 'revision',
      kind: 'number',
      placeholder: 'N',
      help: 'The value as of revision N; "synod history" shows them.',
    },
  ],
  examples: [
    { command: 'synod get /config/region', explains: 'The value now' },
    { command: 'synod get /config/region --quorum local', explains: 'Also without a majority, perhaps outdated' },
    { command: 'synod get /config/region -w json', explains: 'With version and revisions' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [key = ''] = context.positionals;
      const revision = context.flags.number('revision') ?? 0;
      const { item, slot } = await client.get(key, { quorum: readQuorumOf(context), revision, signal: context.stop });
      if (!item) throw new Failure(`there is no key ${key}${revision > 0 ? ` at revision ${revision}` : ''}`);
      if (context.json) {
        await printJson(context, { ...itemJson(item), slot });
      } else {
        await write(context.stdout, item.value);
        await write(context.stdout, '\n');
      }
      return EXIT.ok;
    }),
};
