import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { itemJson } from '../item-json.ts';
import { counted, write } from '../output.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Print all keys with their values, one JSON object a line.',
  details:
    'All as of one revision, which is told at the end on standard error. Each line is as "synod get -w json" prints it; "synod import" reads them. Values that are not text are base64. History, leases and the cell\'s own keys are not in it: for a copy of everything see "synod snapshot save".',
  positionals: [{ name: 'PREFIX', optional: true }],
  flags: [
    {
      name: 'output',
      short: 'o',
      kind: 'text',
      placeholder: 'FILE',
      help: 'Write to a new file instead of standard output.',
    },
    READ_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod export > keys.jsonl', explains: 'Everything' },
    { command: 'synod export /config/ | jq -r .key', explains: 'A part, for another program' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [prefix = '/'] = context.positionals;
      const file = context.flags.text('output');
      const out = file === undefined ? context.stdout : (await open(file, 'wx')).createWriteStream();
      const found = client.scan({ prefix }, { quorum: readQuorumOf(context), signal: context.stop });
      let count = 0;
      for (let next = await found.next(); ; next = await found.next()) {
        if (next.done) {
          if (file !== undefined) await finished(out.end());
          await write(context.stderr, `synod: exported ${counted(count, 'key')} as of revision ${next.value}\n`);
          return EXIT.ok;
        }
        await write(out, `${JSON.stringify(itemJson(next.value))}\n`);
        count++;
      }
    }),
};
