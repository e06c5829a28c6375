import type { Queue } from '../../client/index.ts';
import { parseCount } from '../../command-line/values.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';

const ONE = [{ name: 'QUEUE' }, { name: 'ENTRY' }] as const;

export const requeue: Command = {
  name: 'requeue',
  summary: 'Try a dead entry again, with all its attempts.',
  positionals: ONE,
  flags: [],
  examples: [{ command: 'synod queue requeue /jobs 17', explains: 'It continues from its last checkpoint' }],
  isClient: true,
  run: (context) => changed(context, 'requeued', (queue, seq) => queue.requeue(seq, { signal: context.stop })),
};

export const remove: Command = {
  name: 'remove',
  summary: 'Take an entry out that nobody works on.',
  details: 'For what depends on it, that counts as done.',
  positionals: ONE,
  flags: [],
  examples: [{ command: 'synod queue remove /jobs 17', explains: 'Nobody will do it' }],
  isClient: true,
  run: (context) => changed(context, 'removed', (queue, seq) => queue.remove(seq, { signal: context.stop })),
};

export const deleteQueue: Command = {
  name: 'delete',
  summary: 'Delete a queue with all its entries.',
  details: 'Refused while a worker has one of them.',
  positionals: [{ name: 'QUEUE' }],
  flags: [],
  examples: [{ command: 'synod queue delete /jobs', explains: 'With all that was done in it' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [path = ''] = context.positionals;
      await client.queue(path).delete({ signal: context.stop });
      if (context.json) await printJson(context, { path, deleted: true });
      else await printLine(context, `deleted the queue ${path}`);
      return EXIT.ok;
    }),
};

function changed(
  context: Context,
  what: 'requeued' | 'removed',
  change: (queue: Queue, seq: number) => Promise<void>,
): Promise<number> {
  return withClient(context, async (client) => {
    const [path = '', text = ''] = context.positionals;
    const seq = parseCount(text, 'ENTRY');
    await change(client.queue(path), seq);
    if (context.json) await printJson(context, { path, entry: seq, [what]: true });
    else await printLine(context, `${what} entry ${seq} of ${path}`);
    return EXIT.ok;
  });
}
