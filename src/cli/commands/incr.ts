import { UsageError } from '../../command-line/flag.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { WRITE_QUORUM_FLAG, writeQuorumOf } from '../quorum.ts';
import { surroundingSession } from '../session-environment.ts';

export const incrCommand: Command = {
  name: 'incr',
  summary: 'Add to a key that holds a whole number.',
  details:
    'Adds 1, or BY, and prints the sum; a missing key counts as 0. Several who add at once are all counted. The number has 64 bits. A negative BY goes after --.',
  positionals: [{ name: 'KEY' }, { name: 'BY', optional: true }],
  flags: [WRITE_QUORUM_FLAG],
  examples: [
    { command: 'synod incr /visits', explains: 'One more' },
    { command: 'synod incr /stock/apples -- -3', explains: 'Three less' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [key = '', text = '1'] = context.positionals;
      const by = Number(text);
      if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(by)) {
        throw new UsageError(`BY: "${text}" is not a whole number`);
      }
      const sum = await client.counter(key).add(by, {
        quorum: writeQuorumOf(context),
        signal: context.stop,
        ...surroundingSession(context, client),
      });
      // JSON has no numbers of 64 bits that every reader takes for what they are.
      if (context.json) await printJson(context, { key, value: String(sum) });
      else await printLine(context, String(sum));
      return EXIT.ok;
    }),
};
