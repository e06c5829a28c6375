import type { ElectionState, SynodClient, Tenure } from '../../client/index.ts';
import { UsageError } from '../../command-line/flag.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { preview, printJson, printLine, write } from '../output.ts';
import { ownerOf } from '../owner.ts';
import { runWhileHeld } from '../run-while-held.ts';
import { untilAborted } from '../until-aborted.ts';

const SESSION_TTL_MS = 10_000;

export const electCommand: Command = {
  name: 'elect',
  summary: 'Campaign in an election, and run a command while elected; or observe one.',
  details: `One candidate at a time is elected; when it resigns or is lost, the next in line follows. Waits until elected. With a COMMAND after -- the tenure lasts while the command runs, and the exit code is that of the command. It finds SYNOD_TENURE in its environment, a number that only grows from one tenure to the next. When the tenure is lost, the command gets SIGTERM.
Without a COMMAND it stays elected until Ctrl-C. With --observe it takes no part: it prints who is elected whenever that changes.`,
  positionals: [{ name: 'PATH' }, { name: '-- COMMAND', optional: true, repeated: true }],
  flags: [
    { name: 'value', kind: 'text', placeholder: 'TEXT', help: 'What is proclaimed when elected, such as an address.' },
    { name: 'owner', kind: 'text', placeholder: 'TEXT', help: 'For people: who this is.' },
    {
      name: 'wait',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'Wait at most so long. Default: as long as it takes.',
    },
    {
      name: 'ttl',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'The tenure is lost when this program is silent for so long. Default 10s.',
    },
    { name: 'observe', kind: 'switch', help: 'Take no part, and print who is elected.' },
    { name: 'limit', kind: 'number', placeholder: 'N', help: 'With --observe: end after N lines.' },
  ],
  examples: [
    { command: 'synod elect /services/billing --value "$(hostname)" -- ./billing', explains: 'Run it once in all' },
    { command: 'synod elect /services/billing --observe', explains: 'See who it is' },
  ],
  isClient: true,
  endsItself: true,
  run: (context) =>
    withClient(context, (client) =>
      context.flags.has('observe') ? observe(context, client) : campaign(context, client),
    ),
};

async function campaign(context: Context, client: SynodClient): Promise<number> {
  const [path = '', ...command] = context.positionals;
  const { flags } = context;
  if (flags.has('limit')) throw new UsageError('--limit goes with --observe');
  const owner = ownerOf(context, command, 'synod elect');
  const ttlMs = flags.durationMs('ttl') ?? SESSION_TTL_MS;
  const session = await client.openSession({ ttlMs, owner, signal: context.stop });
  try {
    const timeoutMs = flags.durationMs('wait');
    const options = { signal: context.stop, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const tenure = await client.election(path, { session, owner }).campaign(flags.text('value') ?? '', options);
    if (command.length === 0) return await stayUntilStopped(context, tenure);
    const environment = { SYNOD_TENURE: String(tenure.tenure) };
    return await runWhileHeld(context, { command, environment, lost: tenure.signal });
  } finally {
    // Its end is the end of the tenure, and the next in line follows at once.
    await session.end({ timeoutMs: 2_000 }).catch(() => undefined);
  }
}

async function stayUntilStopped(context: Context, { path, tenure, session, signal }: Tenure): Promise<number> {
  if (context.json) await printJson(context, { path, tenure, sessionId: session.id });
  else await printLine(context, `elected in ${path}, tenure ${tenure}; Ctrl-C resigns`);
  const until = AbortSignal.any([context.stop, signal]);
  await untilAborted(until);
  if (signal.aborted) throw new Failure((signal.reason as Error).message);
  return EXIT.ok;
}

async function observe(context: Context, client: SynodClient): Promise<number> {
  const [path = '', ...command] = context.positionals;
  if (command.length > 0) throw new UsageError('--observe takes no part in the election, and so runs no command');
  let left = context.flags.number('limit') ?? Number.POSITIVE_INFINITY;
  for await (const state of client.election(path).observe({ signal: context.stop })) {
    if (context.json) await printJson(context, state);
    else await write(context.stdout, `${lineOf(state)}\n`);
    if (--left <= 0) return EXIT.ok;
  }
  return EXIT.ok;
}

function lineOf({ state, tenure, owner, sessionId, value, queue, ended }: ElectionState): string {
  const waiting = queue.length === 0 ? '' : `, ${queue.length} in line`;
  if (state !== 'held') return `nobody${ended ? `: tenure ${ended.tenure} ended (${ended.kind})` : ''}${waiting}`;
  const proclaimed = value === '' ? '' : `: ${preview(Buffer.from(value))}`;
  return `tenure ${tenure}  ${owner === '' ? sessionId : `${owner} (${sessionId})`}${proclaimed}${waiting}`;
}
