import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Agent, AgentError, type AgentOptions, createAgent } from '../../agent/index.ts';
import type { Ready } from '../agent-process.ts';
import { type Command, type Context, EXIT, Failure, UsageError } from '../command.ts';
import { printJson, printLine, write } from '../output.ts';
import { stateHome } from '../state-home.ts';
import { parseAddress, parseLabels, parseListenAddress } from '../values.ts';

const VOTERS_MAX = 7;
/** Handing over takes one round among the voters; without a majority it cannot be done, and is not waited for. */
const CLOSE_MS = 10_000;

export const agentCommand: Command = {
  name: 'agent',
  summary: 'Run one agent: found a cell, resume, or join one.',
  details:
    'Without --peer an empty state directory founds a new cell, and a used one resumes. With --peer the agent joins the cell of these agents, and never founds one; it keeps trying until one answers. A newcomer is a learner first; the autopilot makes it a voter when that helps.\nWhen it serves, it prints one line on standard output. Logs go to standard error. Ctrl-C (or SIGTERM) hands over the leadership and ends it.\nOne process per state directory; never run an agent on a copy of one.',
  positionals: [],
  flags: [
    {
      name: 'state-dir',
      kind: 'text',
      placeholder: 'DIR',
      help: 'Where it keeps what it must not forget. Default: $XDG_STATE_HOME/synod/agent, else ~/.local/state/synod/agent.',
    },
    {
      name: 'grpc-addr',
      kind: 'text',
      placeholder: 'HOST:PORT',
      help: 'For programs and other agents. Default 127.0.0.1:50101; when the port is taken, the next free one.',
    },
    {
      name: 'http-addr',
      kind: 'text',
      placeholder: 'HOST:PORT',
      help: 'For /healthz and /metrics. Default 127.0.0.1:8081, or the next free one.',
    },
    {
      name: 'advertise-grpc-addr',
      kind: 'text',
      placeholder: 'HOST:PORT',
      help: 'What others dial, when that is not the address it listens on: behind a port forwarder, say.',
    },
    {
      name: 'peer',
      kind: 'text',
      placeholder: 'HOST:PORT',
      repeatable: true,
      help: 'An agent of the cell to join; repeatable.',
    },
    { name: 'label', kind: 'text', placeholder: 'K=V', repeatable: true, help: 'Shown with the members: region=west.' },
    {
      name: 'evict-after',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'How long a voter may be silent before the autopilot replaces it. Default 60s.',
    },
    {
      name: 'autopilot',
      kind: 'choice',
      choices: ['safe', 'eager', 'off'],
      help: 'Who decides who votes. safe (default): never fewer than three; eager: removes whoever is silent; off: you do.',
    },
    {
      name: 'max-voters',
      kind: 'number',
      placeholder: 'N',
      help: 'At most N voters, others stand by as learners. Default 5, at most 7.',
    },
    {
      name: 'priority',
      kind: 'number',
      placeholder: 'N',
      help: 'A caught-up voter with a higher one is handed the leadership. Default 0.',
    },
    {
      name: 'insecure',
      kind: 'switch',
      help: 'Allow addresses that other machines can reach. Nothing is encrypted and nobody is asked who they are.',
    },
    {
      name: 'until-stdin-ends',
      kind: 'switch',
      help: 'End as after Ctrl-C when standard input ends: with the program that started it.',
    },
  ],
  examples: [
    { command: 'synod agent', explains: 'Found a cell of one, or resume it' },
    {
      command: 'synod agent --state-dir /tmp/b --grpc-addr :50102 --http-addr :8082 --peer :50101',
      explains: 'Join it, on the same machine',
    },
  ],
  isClient: false,
  run: async (context) => {
    const options = optionsOf(context);
    process.on('uncaughtException', stopUnexpectedly);
    const over = overWhen(context);
    const agent = await Promise.race([started(options), over.ended]);
    // Given up while it looked for its peers: nothing was promised to anybody yet.
    if (agent === undefined) return EXIT.ok;
    void agent.closed.then(over.end);
    if (await named(agent, over)) await announce(context, agent);
    await over.ended;
    await close(context, agent);
    return EXIT.ok;
  },
};

function optionsOf(context: Context): AgentOptions {
  const { flags } = context;
  const votersMax = flags.number('max-voters');
  if (votersMax !== undefined && (votersMax < 1 || votersMax > VOTERS_MAX)) {
    throw new UsageError(`--max-voters: ${votersMax} is not between 1 and ${VOTERS_MAX}`);
  }
  const listen = (name: string) => {
    const text = flags.text(name);
    return text === undefined ? undefined : parseListenAddress(text, `--${name}`);
  };
  const advertised = flags.text('advertise-grpc-addr');
  const stateDir = flags.text('state-dir') ?? join(stateHome(context.env), 'agent');
  if (stateDir === '') throw new UsageError('--state-dir is empty');
  return {
    stateDir,
    grpcAddr: listen('grpc-addr'),
    httpAddr: listen('http-addr'),
    advertiseGrpcAddr: advertised === undefined ? undefined : parseAddress(advertised, '--advertise-grpc-addr'),
    peers: flags.list('peer').map((text) => parseAddress(text, '--peer')),
    labels: parseLabels(flags.list('label')),
    evictAfterMs: flags.durationMs('evict-after'),
    autopilot: flags.text('autopilot') as AgentOptions['autopilot'],
    votersMax,
    priority: flags.number('priority'),
    insecure: flags.has('insecure'),
  };
}

/** What nobody caught left something half done: an agent must not go on with it. What it has promised is on its disk. */
function stopUnexpectedly(error: Error): void {
  process.stderr.write(`${JSON.stringify({ level: 60, time: new Date().toISOString(), error: error.stack })}\n`);
  const remedy = 'Nothing that was acknowledged is lost; start the agent again and report this';
  process.stderr.write(`synod: the agent failed unexpectedly (${error.message}). ${remedy}\n`);
  process.exit(EXIT.failed);
}

async function started(options: AgentOptions): Promise<Agent> {
  try {
    return await createAgent(options);
  } catch (error) {
    if (error instanceof AgentError) throw new Failure(error.message);
    throw error;
  }
}

interface Over {
  readonly signal: AbortSignal;
  readonly ended: Promise<undefined>;
  readonly end: () => void;
}

/** Ctrl-C, or the end of whoever started it. */
function overWhen(context: Context): Over {
  const over = new AbortController();
  const end = () => over.abort();
  const ended = new Promise<undefined>((resolve) => {
    over.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  if (context.stop.aborted) end();
  context.stop.addEventListener('abort', end, { once: true });
  if (context.flags.has('until-stdin-ends')) {
    context.stdin.on('end', end).on('close', end).on('error', end).resume();
  }
  return { signal: over.signal, ended, end };
}

/** A newcomer is ready when the cell has given it a name. Resolves to false when it is over before. */
async function named(agent: Agent, { signal }: Over): Promise<boolean> {
  while (agent.name === '' && !signal.aborted) await delay(20, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

async function announce(context: Context, agent: Agent): Promise<void> {
  const { name, agentId, cellId, grpcAddress, httpAddress, stateDir } = agent;
  const ready: Ready = { name, agentId, cellId, pid: process.pid, grpcAddress, httpAddress, stateDir };
  if (context.json) await printJson(context, ready);
  else
    await printLine(
      context,
      `${name} is ready: pid ${process.pid}, grpc ${grpcAddress}, http ${httpAddress}, id ${agentId}`,
    );
}

async function close(context: Context, agent: Agent): Promise<void> {
  const late = new AbortController();
  const timer = delay(CLOSE_MS, 'late', { signal: late.signal }).catch(() => undefined);
  const outcome = await Promise.race([agent.close({ handOver: true }), timer]);
  late.abort();
  if (outcome !== 'late') return;
  await write(context.stderr, 'synod: ended without handing over: the other agents did not answer in time\n');
}
