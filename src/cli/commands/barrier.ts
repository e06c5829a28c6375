import { type Barrier, type BarrierState, type Generation, SynodError } from '../../client/index.ts';
import { type Flag, UsageError } from '../../command-line/flag.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { counted, printJson, printLine, table } from '../output.ts';
import { userName } from '../owner.ts';
import { surroundingSession } from '../session-environment.ts';

const SESSION_TTL_MS = 10_000;
const PATH = { name: 'PATH' } as const;
/** Its arrival must not release others then. */
const GIVEN_UP: ReadonlySet<string> = new Set(['BARRIER_STANDING', 'CANCELLED']);

const create: Command = {
  name: 'create',
  summary: 'Make a barrier.',
  details:
    'It is released when enough of its members have arrived: all of them, --count of them, or --percent of them. Members are sessions, named with --member; with --open whoever arrives takes part.',
  positionals: [PATH],
  flags: [
    { name: 'count', kind: 'number', placeholder: 'N', help: 'So many arrivals release it.' },
    { name: 'percent', kind: 'number', placeholder: 'P', help: 'So many of the members, rounded up, release it.' },
    { name: 'open', kind: 'switch', help: 'Whoever arrives takes part. Needs --count.' },
    { name: 'member', kind: 'text', placeholder: 'SESSION', repeatable: true, help: 'A member; repeatable.' },
    { name: 'shrink', kind: 'switch', help: 'A member that is lost no longer counts. Default: it breaks the barrier.' },
    { name: 'after', kind: 'duration', placeholder: 'DURATION', help: 'A timeout, from the first arrival.' },
    { name: 'release', kind: 'switch', help: 'The timeout releases who came. Default: it breaks the barrier.' },
    { name: 'next', kind: 'text', placeholder: 'PATH', help: 'The barrier that each release of this one arms.' },
    { name: 'unarmed', kind: 'switch', help: 'It is released only once another barrier has armed it.' },
  ],
  examples: [
    { command: 'synod barrier create /stages/load --count 3 --open', explains: 'Released by any three' },
    { command: 'synod barrier create /a --count 2 --open --next /b', explains: 'The first of a cascade' },
  ],
  isClient: true,
  run: (context) =>
    withBarrier(context, async (barrier) => {
      const { flags } = context;
      const [count, percent] = [flags.number('count'), flags.number('percent')];
      if (count !== undefined && percent !== undefined) throw new UsageError('give either --count or --percent');
      const threshold = count !== undefined ? { count } : percent !== undefined ? { percent } : undefined;
      const next = flags.text('next');
      const made = await barrier.create(
        {
          ...(threshold && { threshold }),
          ...(next !== undefined && { next }),
          members: flags.list('member'),
          isOpen: flags.has('open'),
          onDeath: flags.has('shrink') ? 'shrink' : 'break',
          timeoutMs: flags.durationMs('after') ?? 0,
          onTimeout: flags.has('release') ? 'release' : 'break',
          isArmed: !flags.has('unarmed'),
          owner: userName(),
        },
        { signal: context.stop },
      );
      return told(context, barrier, made, `made the barrier ${barrier.path}; ${releasedBy(made)}`);
    }),
};

const awaitBarrier: Command = {
  name: 'await',
  summary: 'Arrive, and wait for the release.',
  details:
    'Below "synod lock" it arrives in the session of the surroundings, else in one of its own, which only an open barrier takes. Ctrl-C, or the end of --wait, leaves the barrier. The exit code is 0 when it was released.',
  positionals: [PATH],
  flags: [
    {
      name: 'wait',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'Wait at most so long. Default: as long as it takes.',
    },
    { name: 'owner', kind: 'text', placeholder: 'TEXT', help: 'For people: who arrives.' },
  ],
  examples: [{ command: 'synod barrier await /stages/load && ./next-stage', explains: 'Go on together' }],
  isClient: true,
  endsItself: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [path = ''] = context.positionals;
      const owner = context.flags.text('owner') ?? 'synod barrier await';
      const around = surroundingSession(context, client).session;
      const session = around ?? (await client.openSession({ ttlMs: SESSION_TTL_MS, owner, signal: context.stop }));
      const barrier = client.barrier(path, { session });
      const goodbye = { timeoutMs: 2_000 };
      try {
        const timeoutMs = context.flags.durationMs('wait');
        const options = { signal: context.stop, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
        const now = await barrier.await(options);
        return await told(context, barrier, now, `released: generation ${now.generation}, ${now.arrived} arrived`);
      } catch (error) {
        const hasGivenUp = error instanceof SynodError && GIVEN_UP.has(error.reason);
        // The session of the surroundings goes on, and this program must not end before it has left.
        if (around !== undefined && hasGivenUp) await barrier.leave(goodbye).catch(() => undefined);
        throw error;
      } finally {
        if (around === undefined) await session.end(goodbye).catch(() => undefined);
      }
    }),
};

const members: Command = {
  name: 'members',
  summary: 'Add members to a barrier and remove some, while it stands.',
  positionals: [PATH],
  flags: [
    { name: 'add', kind: 'text', placeholder: 'SESSION', repeatable: true, help: 'A session; repeatable.' },
    { name: 'remove', kind: 'text', placeholder: 'SESSION', repeatable: true, help: 'A session; repeatable.' },
  ],
  examples: [{ command: 'synod barrier members /stages/load --remove SESSION', explains: 'It waits for one less' }],
  isClient: true,
  run: (context) =>
    withBarrier(context, async (barrier) => {
      const change = { add: context.flags.list('add'), remove: context.flags.list('remove') };
      const now = await barrier.changeMembers(change, { signal: context.stop });
      return told(context, barrier, now, `${counted(now.members, 'member')}; ${releasedBy(now)}`);
    }),
};

const BREAK_FLAGS: readonly Flag[] = [
  { name: 'why', kind: 'text', placeholder: 'TEXT', help: 'The reason, for those who wait and for the record.' },
  { name: 'by', kind: 'text', placeholder: 'NAME', help: 'Who does this. Default: the user.' },
];

const breakBarrier: Command = {
  name: 'break',
  summary: 'Break a barrier: whoever waits is told, and nobody arrives until it is reset.',
  positionals: [PATH],
  flags: BREAK_FLAGS,
  examples: [{ command: 'synod barrier break /stages/load --why "bad input"', explains: 'Stop a stage' }],
  isClient: true,
  run: (context) =>
    withBarrier(context, async (barrier) => {
      const by = context.flags.text('by') ?? userName();
      const now = await barrier.break({ by, why: context.flags.text('why') ?? '', signal: context.stop });
      return told(context, barrier, now, `broke ${barrier.path} in generation ${now.generation}`);
    }),
};

const reset: Command = {
  name: 'reset',
  summary: 'Make a broken barrier stand again.',
  positionals: [PATH],
  flags: [],
  examples: [{ command: 'synod barrier reset /stages/load', explains: 'In a new generation' }],
  isClient: true,
  run: (context) =>
    withBarrier(context, async (barrier) => {
      const now = await barrier.reset({ signal: context.stop });
      return told(context, barrier, now, `${barrier.path} stands in generation ${now.generation}`);
    }),
};

const remove: Command = {
  name: 'delete',
  summary: 'Delete a barrier; whoever waits is told.',
  positionals: [PATH],
  flags: [],
  examples: [{ command: 'synod barrier delete /stages/load', explains: 'It is needed no more' }],
  isClient: true,
  run: (context) =>
    withBarrier(context, async (barrier) => {
      const now = await barrier.delete({ signal: context.stop });
      return told(context, barrier, now, `deleted ${barrier.path}`);
    }),
};

const list: Command = {
  name: 'list',
  summary: 'Show barriers, who takes part and who has arrived.',
  positionals: [{ name: 'PREFIX', optional: true }],
  flags: [],
  examples: [{ command: 'synod barrier list /stages', explains: 'Those below a path' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const answer = await client.barriers({ prefix: context.positionals[0] ?? '', signal: context.stop });
      const head = ['BARRIER', 'STATE', 'GENERATION', 'ARRIVED', 'NEEDED', 'MEMBERS'];
      if (context.json) await printJson(context, answer);
      else if (answer.barriers.length === 0) await printLine(context, 'there are no barriers');
      else await printLine(context, table(head, answer.barriers.map(rowOf)));
      return EXIT.ok;
    }),
};

export const barrierCommand: Command = {
  name: 'barrier',
  summary: 'Make barriers, arrive at them and wait, break and reset them.',
  positionals: [],
  flags: [],
  examples: [{ command: 'synod barrier list', explains: 'What there is' }],
  subcommands: [create, awaitBarrier, members, breakBarrier, reset, remove, list],
  isClient: true,
};

function withBarrier(context: Context, work: (barrier: Barrier) => Promise<number>): Promise<number> {
  return withClient(context, (client) => work(client.barrier(context.positionals[0] ?? '')));
}

async function told(context: Context, { path }: Barrier, now: Generation, line: string): Promise<number> {
  if (context.json) await printJson(context, { path, ...now });
  else await printLine(context, line);
  return EXIT.ok;
}

function rowOf({ path, state, isArmed, generation, arrived, required, members: all }: BarrierState): string[] {
  const shown = state === 'standing' && !isArmed ? 'unarmed' : state;
  const who = all.map(({ owner, sessionId, hasArrived }) => `${owner || sessionId}${hasArrived ? ' (here)' : ''}`);
  return [path, shown, String(generation), String(arrived), String(required), who.join(', ')];
}

function releasedBy({ required }: { readonly required: number }): string {
  return `${counted(required, 'arrival')} ${required === 1 ? 'releases' : 'release'} it`;
}
