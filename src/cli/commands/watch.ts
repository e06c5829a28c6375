import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { changeJson } from '../item-json.ts';
import { preview, printable, printJson, printLine } from '../output.ts';

export const watchCommand: Command = {
  name: 'watch',
  summary: 'Show changes as they happen.',
  details:
    'Prints every change of a key that begins with PREFIX, in order and each once, until Ctrl-C. It goes on by itself when an agent is lost. With -w json one object a line.',
  positionals: [{ name: 'PREFIX' }],
  flags: [
    {
      name: 'from-revision',
      kind: 'number',
      placeholder: 'N',
      help: 'Begin with revision N, of the past or to come. Default: what happens from now on.',
    },
    { name: 'limit', kind: 'number', placeholder: 'N', help: 'End after N changes.' },
  ],
  examples: [
    { command: 'synod watch /config/', explains: 'Everything below a path' },
    { command: 'synod watch / --from-revision 1', explains: 'From the beginning' },
    {
      command: 'synod watch /_internal/ -w json',
      explains: 'What the cell keeps for itself: members, sessions, leases',
    },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [prefix = '/'] = context.positionals;
      const fromRevision = context.flags.number('from-revision') ?? 0;
      let left = context.flags.number('limit') ?? Number.POSITIVE_INFINITY;
      await using watch = client.watch({ prefix }, { fromRevision, signal: context.stop });
      for await (const { events } of watch) {
        for (const event of events) {
          const { kind, item } = event;
          if (context.json) await printJson(context, changeJson(event));
          else if (kind === 'delete') await printLine(context, `${item.modRevision}  delete  ${printable(item.key)}`);
          else await printLine(context, `${item.modRevision}  put     ${printable(item.key)}  ${preview(item.value)}`);
          if (--left === 0) return EXIT.ok;
        }
      }
      return EXIT.ok;
    }),
};
