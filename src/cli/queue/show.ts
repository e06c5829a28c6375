import type { EntryContent, EntryState, EntryStateName, QueueState, SynodClient } from '../../client/index.ts';
import { parseCount } from '../../command-line/values.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { valueJson } from '../item-json.ts';
import { preview, printJson, printLine, table } from '../output.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

const STATES: readonly EntryStateName[] = ['waiting', 'ready', 'claimed', 'delayed', 'done', 'dead'];

export const list: Command = {
  name: 'list',
  summary: 'Show the queues, and how many entries are in which state.',
  positionals: [{ name: 'PREFIX', optional: true }],
  flags: [READ_QUORUM_FLAG],
  examples: [{ command: 'synod queue list', explains: 'All of them' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const prefix = context.positionals[0] ?? '';
      const { queues } = await client.queues({ prefix, quorum: readQuorumOf(context), signal: context.stop });
      if (context.json) await printJson(context, { queues });
      else if (queues.length === 0) await printLine(context, 'there are no queues');
      else
        await printLine(
          context,
          table(['QUEUE', ...STATES.map((state) => state.toUpperCase())], queues.map(rowOfQueue)),
        );
      return EXIT.ok;
    }),
};

function rowOfQueue({ path, counts }: QueueState): (string | number)[] {
  return [path, ...STATES.map((state) => counts[state])];
}

export const show: Command = {
  name: 'show',
  summary: 'Show the entries of a queue, or one with its payload, checkpoint and result.',
  details: 'Entries that are done are shown as far as they are remembered.',
  positionals: [{ name: 'QUEUE' }, { name: 'ENTRY', optional: true }],
  flags: [
    { name: 'state', kind: 'choice', choices: STATES, repeatable: true, help: 'Only these; repeatable.' },
    READ_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod queue show /jobs --state dead', explains: 'What has failed too often, and why' },
    { command: 'synod queue show /jobs 17', explains: 'One of them' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, (client) => {
      const [path = '', entry] = context.positionals;
      return entry === undefined
        ? showAll(context, client, path)
        : showOne(context, client, path, parseCount(entry, 'ENTRY'));
    }),
};

async function showAll(context: Context, client: SynodClient, path: string): Promise<number> {
  const states = context.flags.list('state') as readonly EntryStateName[];
  const entries: EntryState[] = [];
  for (let more = true; more; ) {
    const page = await client.queue(path).entries({
      ...{ states, after: entries.at(-1)?.seq ?? 0 },
      ...{ quorum: readQuorumOf(context), signal: context.stop },
    });
    if (page.queue === undefined) throw new Failure(`there is no queue ${path}: its first entry makes it`);
    entries.push(...page.entries);
    more = page.more && page.entries.length > 0;
  }
  const head = ['ENTRY', 'STATE', 'AFTER', 'ATTEMPTS', 'WORKER', 'ASSIGNEE', 'BYTES', 'QUEUED', 'LAST END'];
  if (context.json) await printJson(context, { path, entries });
  else if (entries.length === 0) await printLine(context, 'there are no such entries');
  else await printLine(context, table(head, entries.map(rowOfEntry)));
  return EXIT.ok;
}

function rowOfEntry(entry: EntryState): (string | number)[] {
  const { seq, state, after, attempts, maxAttempts, worker, assignee, payloadBytes, queuedMs } = entry;
  const tried = maxAttempts === 0 ? String(attempts) : `${attempts} of ${maxAttempts}`;
  const queued = new Date(queuedMs).toISOString();
  return [seq, state, after.join(', '), tried, worker, assignee, payloadBytes, queued, endOf(entry)];
}

function endOf({ ended }: EntryState): string {
  if (ended === undefined) return '';
  const { kind, worker, why } = ended;
  return `${kind}${worker === '' ? '' : ` by ${worker}`}${why === '' ? '' : `: ${why}`}`;
}

async function showOne(context: Context, client: SynodClient, path: string, seq: number): Promise<number> {
  const options = { quorum: readQuorumOf(context), signal: context.stop };
  const content = await client.queue(path).entry(seq, options);
  if (content === undefined) throw new Failure(`there is no entry ${seq} in ${path}, or it was done long ago`);
  if (context.json) await printJson(context, { path, ...entryJson(content) });
  else await printEntry(context, content);
  return EXIT.ok;
}

function entryJson({ entry, payload, progress, result }: EntryContent): object {
  return {
    ...entry,
    payload: valueJson(payload),
    ...(progress === undefined ? {} : { checkpoint: valueJson(progress) }),
    ...(result === undefined ? {} : { result: valueJson(result) }),
  };
}

async function printEntry(context: Context, { entry, payload, progress, result }: EntryContent): Promise<void> {
  const { state, after, attempts, worker, token, owner } = entry;
  const lines: readonly (readonly [string, string])[] = [
    ['state', state],
    ['owner', owner],
    ['after', after.join(', ')],
    ['attempts', `${attempts}${worker === '' ? '' : `, the last by ${worker} with token ${token}`}`],
    ['last end', endOf(entry)],
    ['payload', preview(payload)],
    ['checkpoint', progress === undefined ? '' : preview(progress)],
    ['result', result === undefined ? '' : preview(result)],
  ];
  for (const [name, text] of lines) if (text !== '') await printLine(context, `${name.padEnd(12)}${text}`);
}
