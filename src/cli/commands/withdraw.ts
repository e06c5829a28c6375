import { parseCount } from '../../command-line/values.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { userName } from '../owner.ts';

export const withdrawCommand: Command = {
  name: 'withdraw',
  summary: 'Withdraw a proposal that is not decided.',
  positionals: [{ name: 'NUMBER' }],
  flags: [
    { name: 'why', kind: 'text', placeholder: 'TEXT', help: 'The reason, for the record.' },
    { name: 'by', kind: 'text', placeholder: 'NAME', help: 'Who does this, for the record. Default: the user.' },
  ],
  examples: [{ command: 'synod withdraw 17 --why "too early"', explains: 'Nothing is written' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [number = ''] = context.positionals;
      const { flags, stop } = context;
      const by = flags.text('by') ?? userName();
      const proposal = client.proposal(parseCount(number, 'NUMBER'));
      const result = await proposal.withdraw({ by, why: flags.text('why') ?? '', signal: stop });
      if (context.json) await printJson(context, result);
      else await printLine(context, `withdrew proposal ${proposal.number}`);
      return EXIT.ok;
    }),
};
