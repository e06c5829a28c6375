import { UsageError } from '../../command-line/flag.ts';
import { parseCount } from '../../command-line/values.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { userName } from '../owner.ts';
import { talliesOf } from '../proposal-view.ts';
import { surroundingSession } from '../session-environment.ts';

export const voteCommand: Command = {
  name: 'vote',
  summary: 'Vote for or against a proposal.',
  details:
    'Each voter has one vote. The vote that decides writes the value in the same step. The exit code is 0 when the vote was counted, whatever came of the proposal.',
  positionals: [{ name: 'NUMBER' }, { name: 'yes|no' }],
  flags: [
    {
      name: 'as',
      kind: 'text',
      placeholder: 'NAME',
      help: 'In whose name. Default: the session of "synod lock" around it, else the user.',
    },
  ],
  examples: [
    { command: 'synod vote 17 yes', explains: 'As the user' },
    { command: 'synod vote 17 no --as bruno', explains: 'For somebody else' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [number = '', word = ''] = context.positionals;
      if (word !== 'yes' && word !== 'no') throw new UsageError(`"${word}" is no vote: write yes or no`);
      const { session } = surroundingSession(context, client);
      const voter = context.flags.text('as') ?? (session === undefined ? userName() : '');
      const options = { voter, signal: context.stop, ...(session && { session }) };
      const result = await client.vote(parseCount(number, 'NUMBER'), word === 'yes', options);
      if (context.json) {
        await printJson(context, result);
      } else {
        const { state, total, required, why } = result;
        const rest = state === 'pending' ? `${required} of ${total} must be for it` : why;
        await printLine(context, `${state}: ${talliesOf(result)}; ${rest}`);
      }
      return EXIT.ok;
    }),
};
