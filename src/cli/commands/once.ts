import { type OnceState, type SynodClient, SynodError } from '../../client/index.ts';
import { UsageError } from '../../command-line/flag.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { valueJson } from '../item-json.ts';
import { printJson, printLine, table, write } from '../output.ts';
import { ownerOf, userName } from '../owner.ts';
import { type CommandEnd, runCommand } from '../run-while-held.ts';
import { placesOf } from '../session-environment.ts';
import { PlacesFolder } from '../shared-places.ts';

const SESSION_TTL_MS = 10_000;
const HEAD = ['WORK', 'STATE', 'BY', 'CLAIMS', 'ON DEATH', 'SINCE', 'LAST END', 'WHY'];

export const onceCommand: Command = {
  name: 'once',
  summary: 'Run a command once in all, and print its recorded output to whoever repeats it.',
  details: `PATH names the work. It is claimed, COMMAND runs, and what it prints on standard output is recorded as the result and printed. Whoever repeats it, here or elsewhere, gets the recorded result without running anything; who comes meanwhile waits.
The exit code is 0 when the result was recorded, now or before. A COMMAND that fails has not done the work: nothing is recorded, its exit code is that of synod, and the work can be claimed anew. When COMMAND is ended by a signal, or this program dies, or it loses its claim, nobody knows whether the work was done: --on-death says beforehand what is to happen then. "again": it may be run again. "ask": a person must say what became of it, with --resolve; until then a repeat fails with 1.
COMMAND finds SYNOD_SESSION, SYNOD_SESSION_PLACES and SYNOD_ONCE_TOKEN in its environment: "synod put" and others then write only while the claim stands. The token is higher for every claim.`,
  positionals: [
    { name: 'PATH', optional: true },
    { name: '-- COMMAND', optional: true, repeated: true },
  ],
  flags: [
    {
      name: 'on-death',
      kind: 'choice',
      choices: ['again', 'ask'],
      help: 'What is to happen when nobody knows whether it was done. Default ask.',
    },
    {
      name: 'wait',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'Wait at most so long while somebody else does it. Default: as long as it takes.',
    },
    {
      name: 'ttl',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'The claim is lost when this program is silent for so long. Default 10s.',
    },
    { name: 'owner', kind: 'text', placeholder: 'TEXT', help: 'For people: who does it.' },
    { name: 'list', kind: 'switch', help: 'Show the work below PATH, or all. What waits for a person comes first.' },
    {
      name: 'resolve',
      kind: 'choice',
      choices: ['done', 'not-done'],
      help: 'Say what became of work whose claimant died. Done: with --result.',
    },
    { name: 'result', kind: 'text', placeholder: 'TEXT', help: 'With --resolve done: its result. Default: empty.' },
    { name: 'why', kind: 'text', placeholder: 'TEXT', help: 'With --resolve: how that is known, for the record.' },
    { name: 'by', kind: 'text', placeholder: 'NAME', help: 'With --resolve: who says so. Default: the user.' },
    { name: 'forget', kind: 'switch', help: 'Forget that it was done, so that it can be done again.' },
  ],
  examples: [
    { command: 'synod once /invoices/2026-11 -- ./send-invoices', explains: 'On whichever machine it is run first' },
    { command: 'synod once /cache --on-death again -- ./warm-up', explains: 'May be run twice, if need be' },
    { command: 'synod once --list', explains: 'What was done, and what waits for a person' },
    { command: 'synod once /invoices/2026-11 --resolve done --why "found them"', explains: 'As that person' },
  ],
  isClient: true,
  endsItself: true,
  run: (context) => withClient(context, (client) => chosen(context, client)),
};

function chosen(context: Context, client: SynodClient): Promise<number> {
  const { flags, positionals } = context;
  const [path, ...command] = positionals;
  const modes = ['list', 'resolve', 'forget'].filter((name) => flags.has(name));
  if (modes.length > 1) throw new UsageError(`give either --${modes.join(' or --')}`);
  if (modes.length > 0 && command.length > 0) throw new UsageError(`--${modes[0]} runs no command`);
  if (flags.has('list')) return list(context, client, path ?? '');
  if (path === undefined) throw new UsageError('PATH is missing: synod once PATH -- COMMAND, or synod once --list');
  if (flags.has('resolve')) return resolve(context, client, path);
  if (flags.has('forget')) return forget(context, client, path);
  if (command.length === 0) throw new UsageError(`COMMAND is missing: synod once ${path} -- COMMAND`);
  return run(context, client, path, command);
}

/** What the command said of itself, so that the claim is dealt with accordingly. */
class CommandFailure extends Error {
  readonly end: CommandEnd;

  constructor(end: CommandEnd) {
    super(end.signal === undefined ? `exit code ${end.code}` : `ended by ${end.signal}`);
    this.end = end;
  }
}

async function run(context: Context, client: SynodClient, path: string, command: readonly string[]): Promise<number> {
  const { flags, stop: signal } = context;
  const owner = ownerOf(context, command, path);
  const timeoutMs = flags.durationMs('wait');
  const places = PlacesFolder.create();
  try {
    const session = await client.openSession({
      ttlMs: flags.durationMs('ttl') ?? SESSION_TTL_MS,
      owner,
      places,
      signal,
    });
    try {
      const { result, didRun } = await client.once(
        path,
        async ({ signal: lost, token }) => {
          const output: Buffer[] = [];
          const environment = { ...placesOf(session, places), SYNOD_ONCE_TOKEN: String(token) };
          const end = await runCommand(context, { command, environment, lost, output });
          if (end.code !== EXIT.ok || end.signal !== undefined) throw new CommandFailure(end);
          return Buffer.concat(output);
        },
        {
          ...{ session, owner, signal, onDeath: flags.text('on-death') === 'again' ? 'again' : 'ask' },
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          // A command that was killed may have done its work; and one that cannot be run has not.
          isUndone: (error) => !(error instanceof CommandFailure) || error.end.signal === undefined,
        },
      );
      if (context.json) await printJson(context, { path, didRun, ...valueJson(result) });
      else await write(context.stdout, result);
      if (!didRun) await write(context.stderr, `synod: ${path} was done before; this is its recorded result\n`);
      return EXIT.ok;
    } catch (error) {
      if (error instanceof SynodError && error.reason === 'ONCE_UNRESOLVED') {
        throw new Failure(`${error.message}: synod once ${path} --resolve done|not-done`);
      }
      if (!(error instanceof CommandFailure)) throw error;
      const { code, signal: ended } = error.end;
      const known = ended === undefined ? 'was not done' : 'may have been done';
      throw new Failure(`the command has failed (${error.message}): ${path} ${known}`, code);
    } finally {
      // Ends a claim that was neither recorded nor given back.
      await session.end({ timeoutMs: 2_000 }).catch(() => undefined);
    }
  } finally {
    places.remove();
  }
}

async function list(context: Context, client: SynodClient, prefix: string): Promise<number> {
  const works: OnceState[] = [];
  for (let more = true; more; ) {
    const page = await client.onceWork.list({ prefix, after: works.at(-1)?.path ?? '', signal: context.stop });
    works.push(...page.works);
    more = page.more && page.works.length > 0;
  }
  const isAsked = ({ state }: OnceState) => (state === 'unknown' ? 0 : 1);
  works.sort((a, b) => isAsked(a) - isAsked(b));
  if (context.json) await printJson(context, { works });
  else if (works.length === 0) await printLine(context, 'there is no such work');
  else await printLine(context, table(HEAD, works.map(rowOf)));
  return EXIT.ok;
}

function rowOf({ path, state, owner, sessionId, claims, onDeath, claimedMs, ended }: OnceState): (string | number)[] {
  const end = ended === undefined ? '' : `${ended.kind}${ended.by === '' ? '' : ` by ${ended.by}`}`;
  const since = new Date(claimedMs).toISOString();
  return [path, state, owner || sessionId, claims, onDeath, since, end, ended?.why ?? ''];
}

async function resolve(context: Context, client: SynodClient, path: string): Promise<number> {
  const { flags, stop: signal } = context;
  const isDone = flags.text('resolve') === 'done';
  if (!isDone && flags.has('result')) throw new UsageError('--result goes with --resolve done');
  const by = flags.text('by') ?? userName();
  const result = flags.text('result') ?? '';
  await client.onceWork.resolve(path, { isDone, result, by, why: flags.text('why') ?? '', signal });
  if (context.json) await printJson(context, { path, isDone, by });
  else await printLine(context, `${path} is ${isDone ? 'done' : 'not done, and can be claimed anew'}`);
  return EXIT.ok;
}

async function forget(context: Context, client: SynodClient, path: string): Promise<number> {
  await client.onceWork.forget(path, { signal: context.stop });
  if (context.json) await printJson(context, { path, forgotten: true });
  else await printLine(context, `forgot ${path}: it can be done again`);
  return EXIT.ok;
}
