import { UsageError } from '../../command-line/flag.ts';
import { parseCount } from '../../command-line/values.ts';
import { type Command, EXIT } from '../command.ts';
import { valueArgument } from '../commands/put.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { userName } from '../owner.ts';

export const add: Command = {
  name: 'add',
  summary: 'Add entries to a queue, and print their numbers.',
  details:
    'Several PAYLOADs are added in one step. The queue is made by its first entry. PAYLOAD - takes it from standard input; one that begins with a dash goes after --.',
  positionals: [{ name: 'QUEUE' }, { name: 'PAYLOAD', repeated: true }],
  flags: [
    {
      name: 'after',
      kind: 'number',
      placeholder: 'ENTRY',
      repeatable: true,
      help: 'An entry of this queue that must be done first; repeatable.',
    },
    { name: 'chain', kind: 'switch', help: 'Each PAYLOAD waits for the one before it.' },
    { name: 'assignee', kind: 'text', placeholder: 'WORKER', help: 'The only worker that may claim it.' },
    {
      name: 'attempts',
      kind: 'number',
      placeholder: 'N',
      help: 'After so many that came to nothing it is dead; 0: never. Default 5.',
    },
    {
      name: 'backoff',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'It waits so long after its first failure, and twice as long after each further one. Default 1s.',
    },
    { name: 'backoff-max', kind: 'duration', placeholder: 'DURATION', help: 'But not longer than this. Default 60s.' },
    { name: 'owner', kind: 'text', placeholder: 'NAME', help: 'For people: whose entries. Default: the user.' },
  ],
  examples: [
    { command: 'synod queue add /jobs "resize a.png"', explains: 'One entry' },
    { command: 'synod queue add /jobs fetch build ship --chain', explains: 'Three, one after the other' },
    { command: 'synod queue add /jobs report --after 2 --after 3', explains: 'When both of them are done' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [path = '', ...texts] = context.positionals;
      if (texts.filter((text) => text === '-').length > 1)
        throw new UsageError('standard input is one PAYLOAD: give - once');
      const { flags } = context;
      const [maxAttempts, backoffMs] = [flags.number('attempts'), flags.durationMs('backoff')];
      const [backoffMaxMs, assignee] = [flags.durationMs('backoff-max'), flags.text('assignee')];
      const after = flags.list('after').map((text) => parseCount(text, '--after'));
      const payloads = await Promise.all(texts.map((text) => valueArgument(context, text)));
      const entries = payloads.map((payload, index) => ({
        payload,
        after,
        ...(flags.has('chain') && index > 0 ? { afterInBatch: [index - 1] } : {}),
        ...(maxAttempts === undefined ? {} : { maxAttempts }),
        ...(backoffMs === undefined ? {} : { backoffMs }),
        ...(backoffMaxMs === undefined ? {} : { backoffMaxMs }),
        ...(assignee === undefined ? {} : { assignee }),
      }));
      const owner = flags.text('owner') ?? userName();
      const added = await client.queue(path).enqueue(entries, { owner, signal: context.stop });
      if (context.json) await printJson(context, { path, entries: added });
      else await printLine(context, added.join('\n'));
      return EXIT.ok;
    }),
};
