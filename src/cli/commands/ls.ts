import type { LevelItem, SynodClient } from '../../client/index.ts';
import { formatBytes } from '../../command-line/values.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printable, printJson, printLine, table } from '../output.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

export const lsCommand: Command = {
  name: 'ls',
  summary: 'List the keys with a prefix, or one level of a path.',
  details:
    'Prints every key that begins with PREFIX, in byte order, all as of one revision. With --level it lists the children of a path, as a directory: names that end in / have keys below them.',
  positionals: [{ name: 'PREFIX', optional: true }],
  flags: [
    { name: 'level', kind: 'switch', help: 'Only the children of the path PREFIX.' },
    { name: 'long', short: 'l', kind: 'switch', help: 'Also version, revision and size.' },
    { name: 'limit', kind: 'number', placeholder: 'N', help: 'At most N of them.' },
    READ_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod ls /config/', explains: 'All keys below a path' },
    { command: 'synod ls --level /', explains: 'What there is at the top' },
    { command: 'synod ls -l /config/', explains: 'With versions and sizes' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [prefix = '/'] = context.positionals;
      if (context.flags.has('level')) await listLevel(context, client, prefix);
      else await listKeys(context, client, prefix);
      return EXIT.ok;
    }),
};

async function listKeys(context: Context, client: SynodClient, prefix: string): Promise<void> {
  const long = context.flags.has('long');
  const limit = context.flags.number('limit');
  const keysOnly = !long;
  const found = client.scan({ prefix }, { quorum: readQuorumOf(context), keysOnly, limit, signal: context.stop });
  if (!long && !context.json) {
    for await (const { key } of found) await printLine(context, printable(key));
    return;
  }
  const items = [];
  for await (const { key, value, version, createRevision, modRevision } of found) {
    const sizeBytes = long ? { sizeBytes: value.length } : {};
    items.push({ key, version, createRevision, modRevision, ...sizeBytes });
  }
  if (context.json) {
    await printJson(context, { prefix, items });
    return;
  }
  const rows = items.map(({ key, version, modRevision, sizeBytes }) => [
    version,
    modRevision,
    formatBytes(sizeBytes ?? 0),
    key,
  ]);
  await printLine(context, table(['VERSION', 'REVISION', 'SIZE', 'KEY'], rows));
}

async function listLevel(context: Context, client: SynodClient, given: string): Promise<void> {
  const path = given.replace(/\/+$/, '');
  const limit = context.flags.number('limit') ?? Number.POSITIVE_INFINITY;
  const items: LevelItem[] = [];
  for (let after = '', more = true; more && items.length < limit; ) {
    const options = { quorum: readQuorumOf(context), after, limit: Math.min(1_000, limit - items.length) };
    const page = await client.level(path, { ...options, signal: context.stop });
    items.push(...page.items);
    after = page.items.at(-1)?.segment ?? '';
    more = page.more && after !== '';
  }
  if (context.json) {
    await printJson(context, { path: path || '/', items });
    return;
  }
  const nameOf = (item: LevelItem) => `${path}/${item.segment}${item.descendants > 0 ? '/' : ''}`;
  if (!context.flags.has('long')) {
    for (const item of items) await printLine(context, printable(nameOf(item)));
    return;
  }
  const rows = items.map((item) => [
    item.descendants,
    item.isKey ? `${item.version}` : '-',
    item.isKey ? `${item.modRevision}` : '-',
    item.isKey ? formatBytes(item.sizeBytes) : '-',
    nameOf(item),
  ]);
  await printLine(context, table(['BELOW', 'VERSION', 'REVISION', 'SIZE', 'PATH'], rows));
}
