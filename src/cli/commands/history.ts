import type { Change } from '../../client/index.ts';
import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { changeJson } from '../item-json.ts';
import { preview, printJson, printLine, table, write } from '../output.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

const PAGE = 100;

export const historyCommand: Command = {
  name: 'history',
  summary: 'Show the revisions of a key.',
  details:
    'Newest first, deletions too, as far as they were not compacted. "synod get KEY --revision N" prints one in full.',
  positionals: [{ name: 'KEY' }],
  flags: [
    { name: 'limit', kind: 'number', placeholder: 'N', help: 'At most N revisions. Default 20.' },
    { name: 'before-revision', kind: 'number', placeholder: 'N', help: 'Only revisions below N.' },
    READ_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod history /config/region', explains: 'What it was before' },
    { command: 'synod get /config/region --revision 12', explains: 'One of them, in full' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [key = ''] = context.positionals;
      const limit = context.flags.number('limit') ?? 20;
      let beforeRevision = context.flags.number('before-revision') ?? 0;
      const items: Change[] = [];
      let floor = 0;
      let more = true;
      while (more && items.length < limit) {
        const options = { limit: Math.min(PAGE, limit - items.length), beforeRevision };
        const page = await client.history(key, { ...options, quorum: readQuorumOf(context), signal: context.stop });
        items.push(...page.items);
        floor = page.floor;
        beforeRevision = page.items.at(-1)?.item.modRevision ?? 0;
        more = page.more && page.items.length > 0;
      }
      if (items.length === 0)
        throw new Failure(`nothing is kept of ${key}${floor > 0 ? ` since revision ${floor}` : ''}`);
      if (context.json) {
        await printJson(context, { key, items: items.map(changeJson), more, floor });
        return EXIT.ok;
      }
      const rows = items.map(({ kind, item, stampMs }) => [
        item.modRevision,
        kind === 'put' ? `${item.version}` : '-',
        new Date(stampMs).toISOString(),
        kind === 'put' ? preview(item.value) : '(deleted)',
      ]);
      await printLine(context, table(['REVISION', 'VERSION', 'TIME', 'VALUE'], rows));
      if (more) await write(context.stderr, `synod: older ones with --before-revision ${beforeRevision}\n`);
      return EXIT.ok;
    }),
};
