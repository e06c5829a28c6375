import { buffer } from 'node:stream/consumers';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { positionJson, remarkLaggards, WRITE_QUORUM_FLAG, writeQuorumOf } from '../quorum.ts';
import { surroundingSession } from '../session-environment.ts';

/** `-` is what comes on standard input, byte for byte. */
export async function valueArgument(context: Context, text: string): Promise<string | Uint8Array> {
  return text === '-' ? buffer(context.stdin) : text;
}

export const putCommand: Command = {
  name: 'put',
  summary: 'Write a key.',
  details:
    'A key is a path: it begins with /, its segments are not empty. A value is at most 1 MiB.\nVALUE - takes the value from standard input. A value that begins with a dash goes after --.',
  positionals: [{ name: 'KEY' }, { name: 'VALUE' }],
  flags: [
    {
      name: 'lease',
      kind: 'text',
      placeholder: 'LEASE',
      help: 'The key is deleted when this lease ends; "synod lease grant" makes one.',
    },
    WRITE_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod put /config/region west', explains: 'Write a value' },
    { command: 'synod put /certificate - < server.pem', explains: 'Write a file' },
    { command: 'synod put /offset -- -5', explains: 'A value that looks like a flag' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [key = '', text = ''] = context.positionals;
      const value = await valueArgument(context, text);
      const leaseId = context.flags.text('lease');
      const result = await client.put(key, value, {
        ...(leaseId === undefined ? {} : { leaseId }),
        quorum: writeQuorumOf(context),
        signal: context.stop,
        ...surroundingSession(context, client),
      });
      const { version = 0, createRevision = 0, modRevision = 0 } = result.current ?? {};
      if (context.json) {
        await printJson(context, { key, version, createRevision, modRevision, ...positionJson(result) });
      } else {
        await printLine(context, `version ${version}, revision ${modRevision}, slot ${result.slot}`);
      }
      await remarkLaggards(context, result);
      return EXIT.ok;
    }),
};
