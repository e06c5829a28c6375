import { parseCount } from '../../command-line/values.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { positionJson } from '../quorum.ts';

export const compactCommand: Command = {
  name: 'compact',
  summary: 'Forget the history of keys below a revision, on all agents.',
  details:
    'Every key keeps the value that it had at REVISION, and what was written since. Older values and deletions are gone for good: "synod get --revision", "history" and "watch --from-revision" below REVISION are refused. "synod status" shows the newest revision, and from which one on history is kept.',
  positionals: [{ name: 'REVISION' }],
  flags: [],
  examples: [{ command: 'synod compact 1200', explains: 'Keep the history from revision 1200 on' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [text = ''] = context.positionals;
      const floor = parseCount(text, 'REVISION');
      const result = await client.compact(floor, { signal: context.stop });
      if (context.json) await printJson(context, { floor, ...positionJson(result) });
      else await printLine(context, `history is kept from revision ${floor} on`);
      return EXIT.ok;
    }),
};
