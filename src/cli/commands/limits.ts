import type { Limit } from '../../client/index.ts';
import { UsageError } from '../../command-line/flag.ts';
import { parseCount } from '../../command-line/values.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine, table } from '../output.ts';
import { userName } from '../owner.ts';

export const limitsCommand: Command = {
  name: 'limits',
  summary: 'Show or change what the cell may have of locks, waiters and so on.',
  details:
    'Without arguments all limits, and who changed them. With NAME and LIMIT it changes one for the whole cell; 0 means unlimited. What is beyond a limit that was lowered stays; only more of it is refused, with RESOURCE_EXHAUSTED and the name of the limit.',
  positionals: [
    { name: 'NAME', optional: true },
    { name: 'LIMIT', optional: true },
  ],
  flags: [{ name: 'by', kind: 'text', placeholder: 'NAME', help: 'Who does this, for the record. Default: the user.' }],
  examples: [
    { command: 'synod limits', explains: 'All of them' },
    { command: 'synod limits waitersPerLock 1000', explains: 'Let more wait for a lock' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [name, text] = context.positionals;
      if (name !== undefined) {
        if (text === undefined)
          throw new UsageError(`limits takes NAME and LIMIT, such as "synod limits ${name} 1000"`);
        const by = context.flags.text('by') ?? userName();
        await client.setLimit(name, parseCount(text, 'LIMIT'), { by, signal: context.stop });
      }
      const limits = await client.limits({ signal: context.stop });
      await show(
        context,
        limits.filter((limit) => name === undefined || limit.name === name),
      );
      return EXIT.ok;
    }),
};

type Limits = readonly Limit[];

async function show(context: Context, limits: Limits): Promise<void> {
  if (context.json) return printJson(context, { limits });
  const count = (limit: number) => (limit === 0 ? 'unlimited' : String(limit));
  const rows = limits.map(({ name, limit, defaultLimit, by, atMs }) => [
    ...[name, count(limit), count(defaultLimit), by, atMs === 0 ? '' : new Date(atMs).toISOString()],
  ]);
  return printLine(context, table(['LIMIT', 'VALUE', 'DEFAULT', 'CHANGED BY', 'AT'], rows));
}
